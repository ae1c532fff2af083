"""What layers of a known name are meant to give, in each of the forms in use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.lib.stride_tricks import sliding_window_view

Standard = Callable[..., Iterator[ndarray]]
"""Arrays and settings of a layer to the outputs that are accepted; none where the shapes are of another form."""

EPSILONS = (1e-5, 1e-8, 0.0, 1e-6, 1e-7, 1e-3)
"""What is added to a variance, the most usual first."""


def _affine(x: ndarray, w: ndarray, b: ndarray, **_: Any) -> Iterator[ndarray]:
    if x.shape[0] == w.shape[1] and x.ndim == 2:  # examples as columns
        yield w @ x + b
    elif x[0].size == w.shape[0]:
        yield x.reshape(len(x), -1) @ w + b


def _relu(x: ndarray, **_: Any) -> Iterator[ndarray]:
    yield np.maximum(x, 0)


def _sigmoid(x: ndarray, **_: Any) -> Iterator[ndarray]:
    yield 1 / (1 + np.exp(-x))


def _tanh(x: ndarray, **_: Any) -> Iterator[ndarray]:
    yield np.tanh(x)


def _affine_relu(x: ndarray, w: ndarray, b: ndarray, **_: Any) -> Iterator[ndarray]:
    yield from (np.maximum(z, 0) for z in _affine(x, w, b))


def _cross_entropy(x: ndarray, y: ndarray, **_: Any) -> Iterator[ndarray]:
    shifted = x - x.max(axis=1, keepdims=True)
    yield np.asarray(np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(x)), y]))


def _hinge(x: ndarray, y: ndarray, **_: Any) -> Iterator[ndarray]:
    rows = np.arange(len(x))
    margins = np.maximum(0, x - x[rows, y][:, None] + 1)
    margins[rows, y] = 0
    yield np.asarray(margins.sum() / len(x))


def _batchnorm(x: ndarray, gamma: ndarray, beta: ndarray, mode: str = "train", **_: Any) -> Iterator[ndarray]:
    if mode == "train" and gamma.size == x.shape[-1] and x.ndim == 2:
        yield from _normalised(x, 0, gamma, beta)


def _layernorm(x: ndarray, gamma: ndarray, beta: ndarray, **_: Any) -> Iterator[ndarray]:
    if gamma.size == x.shape[-1] and x.ndim == 2:
        yield from _normalised(x, 1, gamma, beta)


def _normalised(x: ndarray, axis: int, gamma: ndarray, beta: ndarray) -> Iterator[ndarray]:
    centred = x - x.mean(axis=axis, keepdims=True)
    variance = x.var(axis=axis, keepdims=True)
    for epsilon in EPSILONS:
        yield gamma * (centred / np.sqrt(variance + epsilon)) + beta
        yield gamma * (centred / (np.sqrt(variance) + epsilon)) + beta


def _convolution(x: ndarray, w: ndarray, b: ndarray, stride: int = 1, pad: int = 0, **_: Any) -> Iterator[ndarray]:
    if x.ndim == w.ndim == 4 and x.shape[1] == w.shape[1]:  # (N, C, H, W) and (F, C, HH, WW)
        padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        windows = sliding_window_view(padded, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
        yield np.einsum("nchwij,fcij->nfhw", windows, w) + b.reshape(-1, 1, 1)


def _max_pool(x: ndarray, pool_height: int = 2, pool_width: int = 2, stride: int = 2, **_: Any) -> Iterator[ndarray]:
    if x.ndim == 4:
        windows = sliding_window_view(x, (pool_height, pool_width), axis=(2, 3))[:, :, ::stride, ::stride]
        yield windows.max(axis=(-2, -1))


FORWARD = r"_(forward|fwd|fprop)(_naive)?"
DENSE = r"(affine|linear|fc|dense)"

STANDARD: tuple[tuple[str, Standard], ...] = (
    (DENSE + FORWARD, _affine),
    ("relu" + FORWARD, _relu),
    ("sigmoid" + FORWARD, _sigmoid),
    ("tanh" + FORWARD, _tanh),
    (DENSE + "_relu" + FORWARD, _affine_relu),
    ("(batch_?norm|bn)" + FORWARD, _batchnorm),
    ("(layer_?norm|ln)" + FORWARD, _layernorm),
    ("conv(2d)?" + FORWARD, _convolution),
    ("max_?pool(2d)?" + FORWARD, _max_pool),
    (r"softmax_loss|softmax_cross_?entropy_loss", _cross_entropy),
    (r"svm_loss|hinge_loss|multiclass_hinge_loss", _hinge),
)


def standard_output(name: str) -> Standard | None:
    """Return what a layer of this name is meant to give, or None if the name alone does not say."""
    return next((function for pattern, function in STANDARD if re.fullmatch(pattern, name, re.IGNORECASE)), None)
