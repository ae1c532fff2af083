"""The data loss of networks side by side, compiled: each counts the rows of a mini-batch that it learns from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import ndarray

from chainrule.engine.borrowing import borrow
from chainrule.engine.compiling import compiled
from chainrule.engine.kernels import exp_of_negative

_FAST = {"reassoc", "contract", "nsz"}

LOG_EVERY = 16
"""How many sums are multiplied before a logarithm is taken: each is at most C."""


class Objective(NamedTuple):
    """What K networks are to make small.

    Attributes
    ----------
    y : ndarray of shape (all rows,), int64
    folds, fold_of : ndarray of shape (all rows,) and (K,), int64
        The fold of every row, and of every network; -1 for one that learns from all rows.
    smoothing : ndarray of shape (K,), float64
        The part of each label that is spread over all classes.
    """

    y: ndarray
    folds: ndarray
    fold_of: ndarray
    smoothing: ndarray


@compiled()
def borrow_objective(given: Objective) -> Objective:
    """Return the same, with arrays that nobody counts: see ``engine.borrowing``."""
    return Objective(borrow(given.y), borrow(given.folds), borrow(given.fold_of), borrow(given.smoothing))


@compiled()
def is_held_out(row: int, k: int, folds: ndarray, fold_of: ndarray) -> bool:
    """Tell whether a row is of a network's own fold."""
    return fold_of[k] >= 0 and folds[row] == fold_of[k]


@compiled()
def count_rows(rows: ndarray, objective: Objective, counts: ndarray) -> None:
    """Write to ``counts`` (K,) how many examples of a mini-batch each network learns from: those not of its fold."""
    for k in range(len(objective.fold_of)):
        counts[k] = len(rows)
        if objective.fold_of[k] >= 0:
            for n in range(len(rows)):
                counts[k] -= objective.folds[rows[n]] == objective.fold_of[k]


@compiled(fastmath=_FAST)
def subtract_largest(scores: ndarray, C: int) -> None:
    """Subtract from each row of C scores their largest, so that no exponential overflows."""
    for n in range(len(scores) // C):
        row = scores[n * C : (n + 1) * C]
        largest = row[0]
        for c in range(1, C):
            largest = max(largest, row[c])
        for c in range(C):
            row[c] -= largest


@compiled(fastmath=_FAST)
def softmax_losses(
    scores: ndarray, objective: Objective, rows: ndarray, counts: ndarray, products: ndarray, losses: ndarray
) -> None:
    """Write every network's data loss to ``losses`` (K,), and replace the scores by their gradients.

    A row of its own fold counts for nothing in a network's loss. The target of the others is
    ``(1 - smoothing) onehot(label) + smoothing / C``.

    Parameters
    ----------
    scores : ndarray of shape (N * K * C,)
        For each example those of all networks.
    counts : ndarray of shape (K,), float64
        See :func:`count_rows`.
    products : ndarray of shape (K,), float64
        Work space: logarithms take long, so one is taken of the product of several sums.
    """
    N, K = len(rows), len(losses)
    C = len(scores) // (N * K)
    y, folds, fold_of, smoothing = objective.y, objective.folds, objective.fold_of, objective.smoothing
    subtract_largest(scores, C)
    losses[:] = 0.0
    products[:] = 1.0
    for n in range(N):
        label = y[rows[n]]
        for k in range(K):
            if not is_held_out(rows[n], k, folds, fold_of):
                losses[k] -= aimed_at(scores[(n * K + k) * C : (n * K + k + 1) * C], label, smoothing[k])
    for i in range(len(scores)):
        scores[i] = exp_of_negative(np.float64(scores[i]))
    for n in range(N):
        label = y[rows[n]]
        for k in range(K):
            row = scores[(n * K + k) * C : (n * K + k + 1) * C]
            if is_held_out(rows[n], k, folds, fold_of):
                row[:] = 0
                continue
            whole = 0.0
            for c in range(C):
                whole += row[c]
            products[k] *= whole  # from 1 to C
            scale, spread = row.dtype.type(1 / (whole * counts[k])), row.dtype.type(smoothing[k] / (C * counts[k]))
            for c in range(C):
                row[c] = row[c] * scale - spread
            row[label] -= row.dtype.type((1 - smoothing[k]) / counts[k])
        if n % LOG_EVERY == 0 or n == N - 1:
            for k in range(K):
                losses[k] += np.log(products[k])
                products[k] = 1.0
    for k in range(K):
        losses[k] /= max(counts[k], 1.0)


@compiled(fastmath=_FAST)
def aimed_at(scores: ndarray, label: int, smoothing: float) -> float:
    """Return the mean of the scores under the target."""
    if smoothing == 0:
        return np.float64(scores[label])
    whole = 0.0
    for c in range(len(scores)):
        whole += scores[c]
    return (1 - smoothing) * scores[label] + smoothing / len(scores) * whole
