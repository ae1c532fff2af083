"""Losses that are supposed where a program computes none: each with its value and its gradient at the output."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray


@dataclass(frozen=True)
class UsualLoss:
    """A loss of outputs o and targets t of one shape, summed over all entries."""

    name: str
    value: Callable[[Any, Any], Any]
    gradient: Callable[[Any, Any], Any]
    fits: Callable[[Any, Any], bool]


def _probabilities(o: Any, t: Any) -> bool:
    return bool(np.all(np.asarray(o) > 0) and np.all(np.asarray(o) < 1) and np.all(t >= 0) and np.all(t <= 1))


USUAL = (
    UsualLoss("squared error", lambda o, t: 0.5 * (o - t) ** 2, lambda o, t: o - t, lambda o, t: True),
    UsualLoss(
        "binary cross-entropy",
        lambda o, t: -t * np.log(o) - (1 - t) * np.log(1 - o),
        lambda o, t: (o - t) / (o * (1 - o)),
        _probabilities,
    ),
    UsualLoss("cross-entropy", lambda o, t: -t * np.log(o), lambda o, t: -t / o, _probabilities),
    UsualLoss("absolute error", lambda o, t: abs(o - t), lambda o, t: np.sign(o - t), lambda o, t: True),
)


def one_hot(labels: ndarray, like: ndarray) -> Iterator[ndarray]:
    """Yield the tables of ones at the labels, in the shape of outputs; examples in rows, and in columns."""
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu" or like.ndim != 2 or labels.size not in like.shape:
        return
    flat = labels.reshape(-1)
    if len(flat) == like.shape[0] and flat.max(initial=0) < like.shape[1]:
        yield np.eye(like.shape[1])[flat]
    if len(flat) == like.shape[1] and flat.max(initial=0) < like.shape[0]:
        yield np.eye(like.shape[0])[flat].T
