"""How a network does on the rows of a subset: accuracy, loss, confusions, dead units; some thousand rows at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int64
from numpy import ndarray

from chainrule.data.features import Features, Subset
from chainrule.errors import InputError
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
    dead_units : tuple of float
        For each hidden layer, the share of units whose activation is 0 for all of the rows: with ReLU, those whose
        pre-activation is positive for none.
    """

    confusion: Int64[ndarray, "C C"]
    data_loss: float
    dead_units: tuple[float, ...]

    @property
    def accuracy(self) -> float:
        """The share of rows whose class was found."""
        return float(np.trace(self.confusion) / self.confusion.sum())

    @property
    def class_accuracies(self) -> list[float | None]:
        """For each class, the share of its rows that were found; None for a class without rows."""
        rows = self.confusion.sum(axis=1).tolist()
        return [found / n if n else None for found, n in zip(np.diag(self.confusion).tolist(), rows, strict=True)]


def forward_rows(parameters: Parameters, features: Features, rows: Int64[ndarray, " n"]) -> list[Float[ndarray, "n _"]]:
    """Return the activations of every hidden layer and the scores of some rows: (n, H1), ..., (n, C)."""
    values = stack.forward(parameters, features.gather(rows, parameters.dtype))
    return [*values.activations[1:], values.scores]


ForwardRows = Callable[[Parameters, Features, Int64[ndarray, " n"]], list[Float[ndarray, "n _"]]]


def evaluate(
    parameters: Parameters,
    subset: Subset,
    forward: ForwardRows = forward_rows,
) -> Evaluation:
    """Run every row of a subset through the network, by ``forward`` if it is given: an engine's own, for example.

    Raises
    ------
    InputError
        If the network is not one that gives each row a class.
    """
    loss = parameters.architecture.loss
    if loss != "softmax":
        raise InputError("evaluate", expected="a network with the loss softmax, and classes", got=f"the loss {loss}")
    C = parameters.architecture.output_size
    confusion = np.zeros((C, C), np.int64)
    alive = [np.zeros(H, bool) for H in parameters.architecture.hidden_sizes]
    total = 0.0
    with np.errstate(all="ignore"):  # weights that diverged give a loss that is no number, which is what they deserve
        for start in range(0, len(subset), CHUNK):
            rows = subset.index[start : start + CHUNK]
            *activations, scores = forward(parameters, subset.features, rows)
            y = subset.y[rows]
            total += softmax_loss.forward(scores, y) * len(y)
            np.add.at(confusion, (y, scores.argmax(axis=1)), 1)
            for seen, a in zip(alive, activations, strict=True):
                seen |= a.any(axis=0)
    return Evaluation(confusion, total / len(subset), tuple(float(1 - seen.mean()) for seen in alive))
