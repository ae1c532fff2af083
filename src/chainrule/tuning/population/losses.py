"""The data loss of networks side by side, compiled: each counts the rows of a mini-batch that it learns from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import ndarray

from chainrule.engine.borrowing import borrow
from chainrule.engine.compiling import compiled
from chainrule.engine.kernels import exponentiate

_FAST = {"reassoc", "contract", "nsz"}

LARGE = 1e100
"""Sums of exponentials are multiplied until the product is as large as this, before a logarithm is taken."""


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
def is_held_out(row: int, folds: ndarray, own: int) -> bool:
    """Tell whether a row is of a network's own fold; ``own`` is -1 for a network that has none."""
    return own >= 0 and folds[row] == own


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


@compiled()
def softmax_losses(scores: ndarray, objective: Objective, rows: ndarray, counts: ndarray, losses: ndarray) -> None:
    """Write every network's data loss to ``losses`` (K,), and replace the scores by their gradients.

    A row of its own fold counts for nothing in a network's loss. The target of the others is
    ``(1 - smoothing) onehot(label) + smoothing / C``.

    Parameters
    ----------
    scores : ndarray of shape (N * K * C,)
        For each example those of all networks.
    counts : ndarray of shape (K,), float64
        See :func:`count_rows`.
    """
    K = len(losses)
    C = len(scores) // (len(rows) * K)
    subtract_largest(scores, C)
    for k in range(K):
        losses[k] = -sum_aimed_at(scores, k, K, C, objective, rows)
    exponentiate(scores)
    for k in range(K):
        losses[k] += divide_by_sums(scores, k, K, C, objective, rows, counts[k])
        losses[k] /= max(counts[k], 1.0)


@compiled(fastmath=_FAST)
def sum_aimed_at(scores: ndarray, k: int, K: int, C: int, objective: Objective, rows: ndarray) -> float:
    """Return the sum, over the rows of network k, of what its scores are under the target."""
    folds, own, smoothing = objective.folds, objective.fold_of[k], objective.smoothing[k]
    total = 0.0
    for n in range(len(rows)):
        if not is_held_out(rows[n], folds, own):
            start = (n * K + k) * C
            total += aimed_at(scores[start : start + C], objective.y[rows[n]], smoothing)
    return total


@compiled(fastmath=_FAST)
def divide_by_sums(scores: ndarray, k: int, K: int, C: int, objective: Objective, rows: ndarray, count: float) -> float:
    """Make probabilities of the exponentials of network k, and of these gradients; return the sum of its logarithms.

    Logarithms take long, so one is taken of the product of several sums.
    """
    y, folds, own, smoothing = objective.y, objective.folds, objective.fold_of[k], objective.smoothing[k]
    share = 1.0 / max(count, 1.0)
    spread, hit = scores.dtype.type(smoothing * share / C), scores.dtype.type((1 - smoothing) * share)
    logarithms, product = 0.0, 1.0
    for n in range(len(rows)):
        row = scores[(n * K + k) * C : (n * K + k + 1) * C]
        if is_held_out(rows[n], folds, own):
            for c in range(C):
                row[c] = 0
            continue
        whole = 0.0
        for c in range(C):
            whole += row[c]
        scale = scores.dtype.type(share / whole)
        for c in range(C):
            row[c] = row[c] * scale - spread
        row[y[rows[n]]] -= hit
        product *= whole  # from 1 to C
        if product > LARGE:
            logarithms += np.log(product)
            product = 1.0
    return logarithms + np.log(product)


@compiled(fastmath=_FAST)
def aimed_at(scores: ndarray, label: int, smoothing: float) -> float:
    """Return the mean of the scores under the target."""
    if smoothing == 0:
        return np.float64(scores[label])
    whole = 0.0
    for c in range(len(scores)):
        whole += scores[c]
    return (1 - smoothing) * scores[label] + smoothing / len(scores) * whole
