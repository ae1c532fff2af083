"""A model file that is not ours, of a later version, or does not fit together: refused by the name of what is wrong."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy import ndarray

from chainrule.data.preprocess import fit, parse_steps
from chainrule.errors import InputError
from chainrule.network.initial import initial_parameters
from chainrule.network.model import KIND, VERSION, Model
from chainrule.network.parameters import Architecture
from chainrule.tensor_file import read_tensors, write_tensors

WRITTEN = ("kind", "version", "checksum")
Arrays = dict[str, ndarray]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A model of images of 2x2 in colour, whitened to three inputs, with five hidden units and two classes."""
    X = np.random.default_rng(0).integers(0, 256, (50, 12)).astype(np.uint8)
    fitted = fit(parse_steps("mean,std,whiten:3"), X, np.arange(40))
    parameters = initial_parameters(Architecture(3, (5,), 2), "he", 0, np.float32)
    path = tmp_path / "model.safetensors"
    Model(parameters, fitted, ("a", "b"), (2, 2, 3)).save(path)
    return path


def rewritten(path: Path, arrays: Arrays, header: dict[str, Any], version: int = VERSION, kind: str = KIND) -> None:
    """Write the file again with other arrays and entries; None takes an entry out."""
    tensors, old = read_tensors(path, KIND, VERSION)
    entries = {name: value for name, value in old.items() if name not in WRITTEN} | header
    write_tensors(path, kind, version, {**tensors, **arrays}, {k: v for k, v in entries.items() if v != "absent"})


SIZES = {"input_size": 3, "hidden_sizes": [5], "output_size": 2}
CASES: dict[str, tuple[Arrays, dict[str, Any], str]] = {
    "no sizes": ({}, {"architecture": "absent"}, "a model's header with architecture, got none"),
    "sizes of another kind": ({}, {"architecture": [3, 5, 2]}, r"with architecture, got \[3, 5, 2\]"),
    "a size of 0": ({}, {"architecture": {**SIZES, "hidden_sizes": [0]}}, "architecture.hidden_sizes.0, got 0"),
    "other sizes": ({}, {"architecture": {**SIZES, "hidden_sizes": [6]}}, r"W1 of shape \(3, 6\), got shape \(3, 5\)"),
    "classes that are no names": ({}, {"classes": [1, 2]}, "a model's header with classes.0, got 1"),
    "too few classes": ({}, {"classes": ["a"]}, "expected 2 classes, one a score, got 1"),
    "images of another size": ({}, {"image_shape": [3, 3, 3]}, r"an image_shape of 12 values, .* got \(3, 3, 3\)"),
    "an image without channels": ({}, {"image_shape": [3, 4]}, "a model's header with image_shape.2, got none"),
    "too few columns": ({}, {"feature_names": ["x"]}, "expected 12 feature_names, one a feature, got 1"),
    "a function that we do not know": (
        {},
        {"architecture": {**SIZES, "activation": "gelu"}},
        "expected one of identity, logistic, tanh, relu, got 'gelu'\n  where: activation",
    ),
    "weights of another shape": ({"W2": np.zeros((5, 3), np.float32)}, {}, r"W2 of shape \(5, 2\), got shape \(5, 3\)"),
    "whole numbers": ({"W1": np.zeros((3, 5), np.int32)}, {}, "W1 of float32 or float64, got int32"),
    "two precisions": ({"b2": np.zeros(2)}, {}, "b2 of float32, as W1 is, got float64"),
    "weights that are no numbers": ({"b1": np.full(5, np.nan, np.float32)}, {}, "expected finite weights and biases"),
    "another mean": (
        {"preprocessing.shift": np.zeros(3, np.float32)},
        {},
        r"preprocessing.shift of shape \(12,\), got shape \(3,\)",
    ),
    "another projection": (
        {"preprocessing.projection": np.zeros((12, 4), np.float32)},
        {},
        r"preprocessing.projection of shape \(12, 3\), got shape \(12, 4\)",
    ),
}


def test_the_functions_of_the_network_are_kept(path: Path) -> None:
    rewritten(path, {}, {"architecture": {**SIZES, "activation": "tanh"}})
    model = Model.load(path)
    assert model.parameters.architecture == Architecture(3, (5,), 2, "tanh", "softmax")
    model.save(path)
    assert Model.load(path).parameters.architecture.activation == "tanh"


@pytest.mark.parametrize("name", CASES)
def test_what_does_not_fit_together(path: Path, name: str) -> None:
    arrays, header, message = CASES[name]
    rewritten(path, arrays, header)
    with pytest.raises(InputError, match=message) as error:
        Model.load(path)
    assert error.value.who == str(path)


def test_a_later_version_and_another_kind(path: Path) -> None:
    rewritten(path, {}, {}, version=VERSION + 1)
    with pytest.raises(InputError, match=f"format {VERSION + 1}, of a later chainrule") as error:
        Model.load(path)
    assert "try: pip install --upgrade chainrule" in str(error.value)


def test_a_later_version_may_have_what_we_do_not_know(path: Path) -> None:
    """Its version is told before anything else of it is looked at."""
    rewritten(path, {}, {"architecture": {"blocks": 3}}, version=VERSION + 1)
    with pytest.raises(InputError, match="of a later chainrule"):
        Model.load(path)


def test_somebody_elses_numbers_of_a_type_that_numpy_has_not(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    header = b'{"weight":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}'
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(4))
    with pytest.raises(InputError, match="got a safetensors file of somebody else's"):
        Model.load(path)
    ours = header.replace(b"{", b'{"__metadata__":{"chainrule":"{\\"kind\\":\\"model\\",\\"version\\":1}"},', 1)
    path.write_bytes(struct.pack("<Q", len(ours)) + ours + bytes(4))
    with pytest.raises(InputError, match="expected numbers of a type that NumPy has, got BF16"):
        Model.load(path)
