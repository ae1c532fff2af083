"""What onnxruntime makes of raw images and rows is what chainrule makes of them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy import ndarray

from chainrule.errors import InputError
from chainrule.export import onnx_file
from chainrule.export.files import Format, export
from chainrule.export.onnx_file import DEFAULT_OPSET, OLDEST_OPSET, to_onnx
from chainrule.network.model import Model

from .conftest import CASES, Case, build, raw_rows

NEWEST_OPSET = onnx.defs.onnx_opset_version()


def session(proto: onnx.ModelProto) -> Any:
    return onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])


def run(proto: onnx.ModelProto, X: ndarray) -> tuple[ndarray, ndarray | None]:
    """Return the outputs, and the labels where there are any."""
    outputs, *labels = session(proto).run(None, {"X": X})
    return outputs, labels[0] if labels else None


@pytest.mark.parametrize("n", [1, 33])
def test_the_same_probabilities_for_any_number_of_raw_rows(model: Model, case: Case, n: int) -> None:
    proto = to_onnx(model)
    onnx.checker.check_model(proto, full_check=True)
    X = raw_rows(case.image_shape, n)
    outputs, label = run(proto, X)
    expected = model.predict_proba(X.reshape(n, -1))
    np.testing.assert_allclose(outputs, expected, rtol=0, atol=1e-5)
    assert outputs.dtype == expected.dtype == np.dtype(case.dtype)
    if case.loss != "softmax":
        assert label is None
        return
    assert n == 1 or 0.02 < np.median(outputs.max(axis=1)) < 0.999  # the rows are told apart, and not by 0 and 1
    np.testing.assert_array_equal(label, expected.argmax(axis=1))


@pytest.mark.parametrize("opset", [OLDEST_OPSET, 8, 9, 11, DEFAULT_OPSET, 17, 21])
@pytest.mark.parametrize("case", [CASES[0], CASES[3], *CASES[-6:]], ids=str)
def test_every_opset_means_the_same(case: Case, opset: int) -> None:
    model, X = build(case), raw_rows(case.image_shape, 5)
    proto = to_onnx(model, opset)
    onnx.checker.check_model(proto, full_check=True)
    assert proto.opset_import[0].version == opset
    np.testing.assert_allclose(run(proto, X)[0], model.predict_proba(X.reshape(5, -1)), rtol=0, atol=1e-5)


def test_a_wrong_graph_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_file, "ACTIVATIONS", dict.fromkeys(onnx_file.ACTIVATIONS, "Tanh"))
    model, X = build(CASES[0]), raw_rows(CASES[0].image_shape, 5)
    assert np.abs(run(to_onnx(model), X)[0] - model.predict_proba(X.reshape(5, -1))).max() > 1e-3


def test_the_newest_opset_is_written() -> None:
    onnx.checker.check_model(to_onnx(build(CASES[0]), NEWEST_OPSET), full_check=True)


def test_labels_and_shapes_stand_in_the_metadata(model: Model, case: Case) -> None:
    opened = session(to_onnx(model))
    metadata = opened.get_modelmeta().custom_metadata_map
    assert tuple(json.loads(metadata["classes"])) == model.classes
    if case.image_shape:
        assert json.loads(metadata["image_shape"]) == list(case.image_shape)
        assert "feature_names" not in metadata
    else:
        assert tuple(json.loads(metadata["feature_names"])) == model.feature_names
    (given,) = opened.get_inputs()
    assert given.shape == ["N", *(case.image_shape or (9,))]
    assert given.type == ("tensor(uint8)" if case.image_shape else "tensor(float)")


@pytest.mark.parametrize(
    ("opset", "got"),
    [
        (OLDEST_OPSET - 1, "got 6, which is too old"),
        (-1, "got -1, which is too old"),
        (NEWEST_OPSET + 1, f"got {NEWEST_OPSET + 1}, which the installed onnx has not"),
    ],
)
def test_an_opset_that_cannot_be_written(saved: Path, opset: int, got: str) -> None:
    with pytest.raises(InputError, match=rf"--opset: expected an opset from 7 to {NEWEST_OPSET}, {got}") as error:
        export(Model.load(saved), saved, Format.ONNX, opset=opset)
    assert "try: --opset 13" in str(error.value)
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_without_onnx_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(InputError, match=r"try: pip install 'chainrule\[onnx\]'"):
        to_onnx(build(CASES[0]))


def test_a_model_beyond_one_message_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_file, "LARGEST", 100)
    with pytest.raises(InputError, match="ONNX: expected a model of less than 2 GiB"):
        to_onnx(build(CASES[0]))


def test_the_same_model_gives_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    first = export(Model.load(saved), saved, Format.ONNX, tmp_path / "a.onnx")
    second = export(Model.load(saved), saved, Format.ONNX, tmp_path / "b.onnx")
    assert first[0].read_bytes() == second[0].read_bytes()
