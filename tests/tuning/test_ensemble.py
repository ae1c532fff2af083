"""An ensemble's file: it comes back as it was, and one that does not fit together is refused in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy import ndarray

from chainrule.data.preprocess import fit, parse_steps
from chainrule.errors import InputError
from chainrule.network.initial import initial_parameters
from chainrule.network.model import Model
from chainrule.network.parameters import Architecture
from chainrule.tensor_file import read_tensors, write_tensors
from chainrule.tuning.ensemble import KIND, VERSION, Ensemble

X = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
WRITTEN = ("kind", "version", "checksum")
SIZES = {"input_size": 3, "output_size": 2}


@pytest.fixture
def ensemble() -> Ensemble:
    """Two networks of other widths, with the same preprocessing."""
    fitted = fit(parse_steps("mean,std"), X, np.arange(20))
    networks = [initial_parameters(Architecture(3, (width,), 2), "he", width, np.float32) for width in (4, 6)]
    return Ensemble(tuple(Model(parameters, fitted, ("a", "b")) for parameters in networks))


def test_it_comes_back_as_it_was(ensemble: Ensemble, tmp_path: Path) -> None:
    ensemble.save(tmp_path / "file")
    probs = np.mean([model.predict_proba(X) for model in ensemble.models], axis=0)
    np.testing.assert_array_equal(Ensemble.load(tmp_path / "file").predict_proba(X), probs)


CASES: dict[str, tuple[dict[str, ndarray], dict[str, Any], str]] = {
    "no networks": ({}, {"architectures": "absent"}, "an ensemble's header with its architectures, got none"),
    "none of them": ({}, {"architectures": []}, r"an ensemble's header with its architectures, got \[\]"),
    "no classes": ({}, {"classes": "absent"}, "a model's header with classes, got none"),
    "sizes of another kind": ({}, {"architectures": [7]}, "a model's header with architecture, got 7"),
    "one network more": (
        {},
        {"architectures": [{**SIZES, "hidden_sizes": [n]} for n in (4, 6, 8)]},
        r"W1 of shape \(3, 8\), got none",
    ),
    "other weights": ({"1.W1": np.zeros((3, 5), np.float32)}, {}, r"W1 of shape \(3, 6\), got shape \(3, 5\)"),
    "another mean": (
        {"preprocessing.shift": np.zeros(7, np.float32)},
        {},
        r"preprocessing.shift of shape \(3,\), got shape \(7,\)",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_does_not_fit_together(ensemble: Ensemble, tmp_path: Path, name: str) -> None:
    arrays, changes, message = CASES[name]
    path = tmp_path / "file"
    ensemble.save(path)
    tensors, header = read_tensors(path, KIND, VERSION)
    entries = {key: value for key, value in header.items() if key not in WRITTEN} | changes
    write_tensors(path, KIND, VERSION, {**tensors, **arrays}, {k: v for k, v in entries.items() if v != "absent"})
    with pytest.raises(InputError, match=message):
        Ensemble.load(path)
