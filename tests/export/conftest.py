"""Models of every make, and raw rows for them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy import ndarray

from chainrule.data.dataset import ImageShape
from chainrule.data.preprocess import fit, parse_steps
from chainrule.network.initial import initial_parameters
from chainrule.network.model import Model
from chainrule.network.parameters import Architecture


class Case(NamedTuple):
    preprocess: str
    hidden: tuple[int, ...]
    dtype: str
    image_shape: ImageShape | None
    activation: str = "relu"
    loss: str = "softmax"


IMAGE = (4, 3, 3)
CASES = [
    Case("mean,scale", (7,), "float32", IMAGE),
    Case("none", (), "float64", IMAGE),
    Case("mean,std,whiten:5", (7, 6, 5), "float32", IMAGE),
    Case("mean,std,whiten:5", (4,), "float64", None),
    Case("mean,std", (8, 3), "float32", None),
    Case("none", (), "float32", None),
    Case("mean,std", (8, 3), "float32", None, "tanh"),
    Case("mean,scale", (8, 3), "float64", IMAGE, "logistic"),
    Case("mean,std", (8, 3), "float32", None, "identity"),
    Case("mean,std", (8,), "float32", None, "tanh", "logistic"),
    Case("mean,std", (8,), "float64", None, "tanh", "squared"),
    Case("mean,std", (8,), "float32", None, "tanh", "poisson"),
]


def raw_rows(image_shape: ImageShape | None, n: int, seed: int = 1) -> ndarray:
    """Rows as they come from files: images (n, height, width, channels) uint8, or features (n, 9) float32."""
    rng = np.random.default_rng(seed)
    if image_shape is None:
        return rng.normal(3, 20, (n, 9)).astype(np.float32)
    return rng.integers(0, 256, (n, *image_shape)).astype(np.uint8)


def build(case: Case) -> Model:
    """A model with weights that tell the rows apart, and names that are not ASCII."""
    X = raw_rows(case.image_shape, 60, seed=0).reshape(60, -1)
    fitted = fit(parse_steps(case.preprocess), X, np.arange(50))
    architecture = Architecture(fitted.output_size(X.shape[1]), case.hidden, 4, case.activation, case.loss)
    parameters = initial_parameters(architecture, "he", 0, case.dtype)
    if case.preprocess == "none":
        parameters.buffer[...] /= 50  # inputs of this size would leave probabilities of 0 and 1 alone
    for b in parameters.biases:
        b[...] = np.linspace(-1, 1, len(b))
    names = None if case.image_shape else tuple(f"x{i}" for i in range(9))
    return Model(parameters, fitted, ("straße", "日本", 'a "quote"', "d"), case.image_shape, names)


@pytest.fixture(params=CASES, ids=lambda case: "-".join(map(str, case)))
def case(request: pytest.FixtureRequest) -> Case:
    chosen: Case = request.param
    return chosen


@pytest.fixture
def model(case: Case) -> Model:
    return build(case)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A model file of one make."""
    path = tmp_path / "model.safetensors"
    build(CASES[0]).save(path)
    return path
