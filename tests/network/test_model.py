"""A model file holds all that a raw row needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from safetensors.numpy import save_file

from chainrule.data.preprocess import fit, parse_steps
from chainrule.errors import InputError
from chainrule.network.initial import initial_parameters
from chainrule.network.model import KIND, VERSION, Model
from chainrule.network.parameters import Architecture
from chainrule.tensor_file import HEADER, read_tensors, write_tensors


@pytest.fixture(params=["none", "mean,std", "mean,whiten:3"])
def model(request: pytest.FixtureRequest) -> Model:
    X = np.random.default_rng(0).integers(0, 256, (50, 12)).astype(np.uint8)
    fitted = fit(parse_steps(request.param), X, np.arange(40))
    parameters = initial_parameters(Architecture(fitted.output_size(12), (5,), 2), "he", 0, np.float32)
    return Model(parameters, fitted, ("straße", "日本"), (2, 2, 3))


def test_a_saved_model_gives_the_same_probabilities(model: Model, tmp_path: Path) -> None:
    X = np.random.default_rng(1).integers(0, 256, (7, 12)).astype(np.uint8)
    model.save(tmp_path / "model.safetensors")
    loaded = Model.load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(loaded.predict(X), model.predict_proba(X).argmax(axis=1))
    assert (loaded.classes, loaded.image_shape, loaded.feature_names) == (model.classes, (2, 2, 3), None)
    assert loaded.n_features == 12


def test_rows_of_another_width_are_refused(model: Model) -> None:
    with pytest.raises(InputError, match=r"X: expected shape \(N, 12\), got shape \(3, 4\)"):
        model.predict_proba(np.zeros((3, 4)))


def test_rows_may_be_of_any_kind(model: Model) -> None:
    X = np.random.default_rng(1).integers(0, 256, (7, 12)).astype(np.uint8)
    for same in (X.tolist(), X.astype(float), pd.DataFrame(X), pl.DataFrame(X)):
        np.testing.assert_allclose(model.predict_proba(same), model.predict_proba(X), rtol=1e-4, atol=1e-6)
    assert model.predict(X[:0]).shape == (0,)


REFUSED: dict[str, tuple[object, str]] = {
    "one row": (np.zeros(12), r"X: expected shape \(N, 12\), got shape \(12,\)\n  try: X\[np.newaxis\], for one row"),
    "images": (np.zeros((3, 2, 2, 3)), r"got shape \(3, 2, 2, 3\)\n  try: X.reshape\(len\(X\), -1\)"),
    "missing": (np.full((1, 12), np.nan), "X: expected finite numbers, got nan\n  where: row 0, column 0"),
    "infinite": (np.full((1, 12), -np.inf), "X: expected finite numbers, got -inf"),
    "text": ([["a"] * 12], "X: expected an array of real numbers, got one of type <U1"),
    "objects": (np.zeros((2, 12), object), "X: expected an array of real numbers, got one of type object"),
    "complex": (np.zeros((2, 12), complex), "X: expected an array of real numbers, got one of type complex128"),
    "ragged": ([[1.0], [1.0, 2.0]], "X: expected an array of numbers, got rows of different lengths"),
}


@pytest.mark.parametrize(("X", "words"), REFUSED.values(), ids=REFUSED)
def test_rows_that_are_none_are_refused(model: Model, X: Any, words: str) -> None:
    for predict in (model.predict, model.predict_proba):
        with pytest.raises(InputError, match=words):
            predict(X)


def test_paths_may_be_text(model: Model, tmp_path: Path) -> None:
    model.save(str(tmp_path / "model.safetensors"))
    assert Model.load(str(tmp_path / "model.safetensors")).classes == model.classes


def test_arrays_that_do_not_fit_together_are_refused(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    model.save(path)
    tensors, header = read_tensors(path, KIND, VERSION)
    written = {name: value for name, value in header.items() if name not in ("kind", "version", "checksum")}
    write_tensors(path, KIND, VERSION, {**tensors, "b1": np.zeros(4, np.float32)}, written)
    with pytest.raises(InputError, match=r"expected b1 of shape \(5,\), got shape \(4,\)"):
        Model.load(path)
    without = {name: tensor for name, tensor in tensors.items() if name != "W2"}
    write_tensors(path, KIND, VERSION, without, written)
    with pytest.raises(InputError, match=r"expected W2 of shape \(5, 2\), got none"):
        Model.load(path)
    save_file(tensors, path, {HEADER: "[1]"})
    with pytest.raises(InputError, match="a safetensors file of somebody else's"):
        Model.load(path)


@pytest.mark.parametrize("scheme", ["normal:0.5", "he", "glorot"])
def test_initial_weights(scheme: str) -> None:
    parameters = initial_parameters(Architecture(400, (300,), 10), scheme, 0, np.float64)
    expected = {"normal:0.5": 0.5, "he": np.sqrt(2 / 400), "glorot": np.sqrt(2 / 700)}[scheme]
    assert parameters["W1"].std() == pytest.approx(expected, rel=0.01)
    assert abs(parameters["W1"].mean()) < 0.01 * expected * 2
    assert not parameters["b1"].any()
    single = initial_parameters(Architecture(400, (300,), 10), scheme, 0, np.float32)
    np.testing.assert_array_equal(single.buffer, parameters.buffer.astype(np.float32))
    other = initial_parameters(Architecture(400, (300,), 10), scheme, 1, np.float64)
    assert not np.array_equal(other["W2"], parameters["W2"])
