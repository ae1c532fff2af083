"""What layers of a known name are meant to give."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray


def _affine(x: ndarray, w: ndarray, b: ndarray) -> ndarray:
    if x.shape[0] == w.shape[1] and x.ndim == 2:  # examples as columns
        return w @ x + b
    return x.reshape(len(x), -1) @ w + b


def _relu(x: ndarray) -> ndarray:
    return np.maximum(x, 0)


def _sigmoid(x: ndarray) -> ndarray:
    return 1 / (1 + np.exp(-x))


def _cross_entropy(x: ndarray, y: ndarray) -> ndarray:
    shifted = x - x.max(axis=1, keepdims=True)
    return np.asarray(np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(x)), y]))


STANDARD: tuple[tuple[str, Callable[..., Any]], ...] = (
    (r"(affine|linear|fc|dense)_(forward|fwd|fprop)", _affine),
    (r"relu_(forward|fwd|fprop)", _relu),
    (r"sigmoid_(forward|fwd|fprop)", _sigmoid),
    (r"tanh_(forward|fwd|fprop)", np.tanh),
    (r"(affine|linear|fc|dense)_relu_(forward|fwd|fprop)", lambda x, w, b: _relu(_affine(x, w, b))),
    (r"softmax_loss|softmax_cross_?entropy_loss", _cross_entropy),
)


def standard_output(name: str) -> Callable[..., Any] | None:
    """Return the function that a layer of this name is, or None if the name alone does not say."""
    return next((function for pattern, function in STANDARD if re.fullmatch(pattern, name, re.IGNORECASE)), None)
