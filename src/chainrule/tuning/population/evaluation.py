"""How all networks of a panel do on many rows, compiled: some rows at a time, so that memory stays bounded."""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from chainrule.engine.borrowing import borrow
from chainrule.engine.compiling import compiled
from chainrule.engine.kernels import exponentiate
from chainrule.tuning.population.forward import run_forward
from chainrule.tuning.population.hidden import Hidden
from chainrule.tuning.population.layout import Layout
from chainrule.tuning.population.losses import subtract_largest

_FAST = {"reassoc", "contract", "nsz"}


@compiled()
def run_evaluation(
    layout: Layout, w: ndarray, scale: ndarray, factors: ndarray, X: ndarray, shift: ndarray, factor: ndarray,
    y: ndarray, rows: ndarray, at_rest: Hidden, chunk: int, values: ndarray, folds: ndarray, fold_of: ndarray,
    losses: ndarray, right: ndarray,
) -> None:  # fmt: skip
    """Add up the data loss and the right answers of every network, on the rows of its own fold where it has one.

    Parameters
    ----------
    at_rest : Hidden
        With nothing left out.
    chunk : int
        Rows at a time.
    losses, right : ndarray of shape (K,)
        Added to.
    """
    w, values, rows, y = borrow(w), borrow(values), borrow(rows), borrow(y)
    depth, K = len(layout.biases), len(losses)
    for start in range(0, len(rows), chunk):
        batch = rows[start : start + chunk]
        N, C = len(batch), layout.widths[depth, 0]
        run_forward(layout, w, scale, factors, X, shift, factor, batch, at_rest, values)
        begin = N * layout.total[:depth].sum()
        scores = values[begin : begin + N * K * C]
        tell_right(scores, y, batch, folds, fold_of, C, right)
        softmax(scores, C)
        for n in range(N):
            for k in range(K):
                if fold_of[k] < 0 or folds[batch[n]] == fold_of[k]:
                    losses[k] -= np.log(np.float64(scores[(n * K + k) * C + y[batch[n]]]))


@compiled()
def run_ensemble(
    layout: Layout, w: ndarray, scale: ndarray, factors: ndarray, X: ndarray, shift: ndarray, factor: ndarray,
    rows: ndarray, at_rest: Hidden, chunk: int, values: ndarray, probs: ndarray,
) -> None:  # fmt: skip
    """Add the probabilities that the networks give to ``probs`` (N * C,), float64."""
    w, values, rows, probs = borrow(w), borrow(values), borrow(rows), borrow(probs)
    depth = len(layout.biases)
    K, C = layout.widths.shape[1], layout.widths[depth, 0]
    for start in range(0, len(rows), chunk):
        batch = rows[start : start + chunk]
        N = len(batch)
        run_forward(layout, w, scale, factors, X, shift, factor, batch, at_rest, values)
        begin = N * layout.total[:depth].sum()
        softmax(values[begin : begin + N * K * C], C)
        for n in range(N):
            out = probs[(start + n) * C : (start + n + 1) * C]
            for k in range(K):
                row = values[begin + (n * K + k) * C : begin + (n * K + k + 1) * C]
                for c in range(C):
                    out[c] += row[c]


@compiled()
def tell_right(
    scores: ndarray, y: ndarray, rows: ndarray, folds: ndarray, fold_of: ndarray, C: int, right: ndarray
) -> None:
    """Count the examples whose largest score is that of their label; the first, where two are equal."""
    K = len(fold_of)
    for n in range(len(rows)):
        for k in range(K):
            if fold_of[k] >= 0 and folds[rows[n]] != fold_of[k]:
                continue
            row, best = scores[(n * K + k) * C : (n * K + k + 1) * C], 0
            for c in range(1, C):
                if row[c] > row[best]:
                    best = c
            right[k] += best == y[rows[n]]


@compiled(fastmath=_FAST)
def softmax(scores: ndarray, C: int) -> None:
    """Replace each row of C scores by the probabilities."""
    subtract_largest(scores, C)
    exponentiate(scores)
    for n in range(len(scores) // C):
        row = scores[n * C : (n + 1) * C]
        whole = scores.dtype.type(0)
        for c in range(C):
            whole += row[c]
        for c in range(C):
            row[c] /= whole
