"""The losses of ``network/losses.py`` compiled: scores become their gradients, and the loss is returned."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import ndarray

from chainrule.engine.borrowing import borrow
from chainrule.engine.compiling import compiled
from chainrule.engine.kernels import exp_of_negative

SOFTMAX, LOGISTIC, SQUARED, POISSON = range(4)
CODES = {"softmax": SOFTMAX, "logistic": LOGISTIC, "squared": SQUARED, "poisson": POISSON}
_FAST = {"reassoc", "contract", "nsz"}


class Objective(NamedTuple):
    """What is to become small.

    Attributes
    ----------
    loss : int
        One of the codes above.
    y : ndarray of shape (N,), int64
        The labels; empty for another loss than softmax.
    targets : ndarray of shape (N * C,), in the precision of the parameters
        The targets; empty for softmax.
    weights : ndarray of shape (N,), float64
        How much each row counts; empty if all count the same.
    norms : ndarray of shape (K,), float64
        The sum of those of each mini-batch.
    smoothing : float
        The part of each label that is spread over all classes.
    """

    loss: int
    y: ndarray
    targets: ndarray
    weights: ndarray
    norms: ndarray
    smoothing: float


@compiled()
def borrow_objective(given: Objective) -> Objective:
    """Return the same, with arrays whose references are not counted."""
    return Objective(
        given.loss,
        borrow(given.y),
        borrow(given.targets),
        borrow(given.weights),
        borrow(given.norms),
        given.smoothing,
    )


@compiled()
def is_plain(objective: Objective) -> bool:
    """Tell whether it is that of ``kernels.softmax_loss``, which is faster: the mean of softmax's cross-entropy."""
    return bool(objective.loss == SOFTMAX and len(objective.weights) == 0 and objective.smoothing == 0)


@compiled()
def loss_of_rows(objective: Objective, step: int, scores: ndarray, rows: ndarray) -> float:
    """Return a part of the data loss, and replace the scores by their gradients.

    The scores are those of the examples ``rows``, some or all of the mini-batch of step number ``step`` of the call.
    """
    if len(rows) == 0:
        return 0.0
    width, total, norm = len(scores) // len(rows), 0.0, objective.norms[step]
    for n in range(len(rows)):
        share = (objective.weights[rows[n]] if len(objective.weights) > 0 else 1.0) / norm
        row = scores[n * width : (n + 1) * width]
        if objective.loss == SOFTMAX:
            total += share * softmax_row(row, objective.y[rows[n]], objective.smoothing, share)
        else:
            targets = objective.targets[rows[n] * width : (rows[n] + 1) * width]
            total += share * other_row(objective.loss, row, targets, share)
    return total


@compiled(fastmath=_FAST)
def softmax_row(scores: ndarray, label: int, smoothing: float, share: float) -> float:
    """Return the loss of an example, and replace its scores by ``share * (probs - target)``.

    The target is ``(1 - smoothing) onehot(label) + smoothing / C``.
    """
    C, number, largest = len(scores), scores.dtype.type, scores[0]
    for c in range(1, C):
        largest = max(largest, scores[c])
    shifted = 0.0
    for c in range(C):
        scores[c] -= largest
        shifted += scores[c]
    spread = smoothing / C
    aimed_at = (1 - smoothing) * scores[label] + (spread * shifted if smoothing > 0 else 0.0)
    whole = 0.0
    for c in range(C):
        e = exp_of_negative(np.float64(scores[c]))
        scores[c] = number(e)
        whole += e
    for c in range(C):
        scores[c] = number(share * (scores[c] / whole - spread))
    scores[label] -= number(share * (1 - smoothing))
    return np.log(whole) - aimed_at


@compiled(fastmath=_FAST)
def other_row(loss: int, scores: ndarray, targets: ndarray, share: float) -> float:
    """Return the loss of an example, summed over its outputs; replace its scores by ``share * (outputs - targets)``."""
    number, total = scores.dtype.type, 0.0
    for c in range(len(scores)):
        z, t = np.float64(scores[c]), np.float64(targets[c])
        if loss == LOGISTIC:
            e = exp_of_negative(-abs(z))
            output = (1.0 if z >= 0 else e) / (1.0 + e)
            total += max(z, 0.0) + np.log1p(e) - t * z  # log(1 + exp(z)), without an exponential that overflows
        elif loss == SQUARED:
            output = z
            total += 0.5 * (z - t) * (z - t)
        else:
            output = np.exp(z)
            total += output - t * z - t + (t * np.log(t) if t > 0 else 0.0)
        scores[c] = number(share * (output - t))
    return total
