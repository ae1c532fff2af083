"""The kinds of networks and losses that every gradient and every compiled step is tested with."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from chainrule.network.dropout import Dropout


class Kind(NamedTuple):
    """What a network is made of and trained for, beside its sizes."""

    activation: str = "relu"
    loss: str = "softmax"
    weighted: bool = False
    smoothing: float = 0.0
    dropout: float = 0.0


PLAIN = Kind()
KINDS = {
    "plain": PLAIN,
    "identity": Kind("identity"),
    "logistic": Kind("logistic"),
    "tanh": Kind("tanh"),
    "logistic loss": Kind(loss="logistic"),
    "squared loss": Kind(loss="squared"),
    "poisson loss": Kind(loss="poisson"),
    "weighted": Kind(weighted=True),
    "smoothed": Kind(smoothing=0.2),
    "dropout": Kind(dropout=0.4),
    "logistic with dropout, logistic loss weighted": Kind("logistic", "logistic", weighted=True, dropout=0.3),
    "tanh with dropout, weighted and smoothed": Kind("tanh", weighted=True, smoothing=0.1, dropout=0.5),
    "identity with dropout, squared loss weighted": Kind("identity", "squared", weighted=True, dropout=0.2),
}


def targets_of(kind: Kind, N: int, C: int, rng: np.random.Generator) -> np.ndarray:
    """Draw labels (N,), or targets (N, C) as the loss wants them."""
    if kind.loss == "softmax":
        return rng.integers(0, C, N)
    if kind.loss == "logistic":
        return rng.integers(0, 2, (N, C)).astype(float)
    return rng.normal(size=(N, C)) if kind.loss == "squared" else rng.poisson(1.5, (N, C)).astype(float)


def extras_of(kind: Kind, N: int) -> dict[str, Any]:
    """Return what ``stack.loss_and_gradients`` is given by name; the same for the same arguments."""
    return {
        "sample_weight": np.linspace(0.5, 3, N) if kind.weighted else None,
        "label_smoothing": kind.smoothing,
        "drop": Dropout(kind.dropout, seed=7, step=3) if kind.dropout else None,
    }
