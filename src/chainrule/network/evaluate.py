"""How well a network does on the rows of a subset: accuracy, loss, confusions; a few thousand rows at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from chainrule.data.features import Subset
from chainrule.network import softmax_loss, stack
from chainrule.network.parameters import Parameters

CHUNK = 2048  # rows that are float at one time


@dataclass(frozen=True)
class Evaluation:
    """What a network makes of n labelled rows.

    Attributes
    ----------
    confusion : ndarray of shape (C, C), int64
        ``confusion[i, j]`` rows of class i were taken for class j.
    data_loss : float
        The mean of -log probs[n, y_n].
    """

    confusion: ndarray
    data_loss: float

    @property
    def accuracy(self) -> float:
        """The share of rows whose class was found."""
        return float(np.trace(self.confusion) / self.confusion.sum())

    @property
    def class_accuracies(self) -> list[float | None]:
        """For each class, the share of its rows that were found; None for a class without rows."""
        rows = self.confusion.sum(axis=1).tolist()
        return [found / n if n else None for found, n in zip(np.diag(self.confusion).tolist(), rows, strict=True)]


def evaluate(parameters: Parameters, subset: Subset) -> Evaluation:
    """Run every row of a subset through the network."""
    C = parameters.architecture.output_size
    confusion = np.zeros((C, C), np.int64)
    total = 0.0
    with np.errstate(all="ignore"):  # weights that diverged give a loss that is no number, which is what they deserve
        for X, y in subset.batches(CHUNK, parameters.dtype):
            scores = stack.forward(parameters, X).scores
            total += softmax_loss.forward(scores, y) * len(y)
            np.add.at(confusion, (y, scores.argmax(axis=1)), 1)
    return Evaluation(confusion, total / len(subset))


def dead_units(parameters: Parameters, subset: Subset) -> tuple[float, ...]:
    """Return, for each hidden layer, the share of units whose pre-activation is positive for no row of the subset."""
    alive = [np.zeros(H, bool) for H in parameters.architecture.hidden_sizes]
    for X, _ in subset.batches(CHUNK, parameters.dtype):
        for seen, z in zip(alive, stack.forward(parameters, X).pre_activations[:-1], strict=True):
            seen |= (z > 0).any(axis=0)
    return tuple(float(1 - seen.mean()) for seen in alive)
