"""What happens between the products for all networks side by side, compiled: see ``engine.kernels`` for the style.

A row of values holds the units of all networks, so loops run over whole rows and are long where those of one network
would be short. Numbers that differ from network to network are vectors with one entry a column.
"""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from chainrule.engine.compiling import compiled
from chainrule.engine.kernels import exp_of_negative

_FAST = {"reassoc", "contract", "nsz"}

LOG_EVERY = 16
"""How many sums are multiplied before a logarithm is taken: each is at most C."""


@compiled(fastmath={"contract", "nsz"})
def scale_and_add_bias(z: ndarray, scale: ndarray, b: ndarray, floor: float) -> None:
    """Replace z (N, units) by ``scale * z + b``, and raise what is below ``floor``: 0 makes it the activation."""
    units, least = len(b), z.dtype.type(floor)
    for n in range(len(z) // units):
        row = z[n * units : (n + 1) * units]
        for i in range(units):
            value = row[i] * scale[i] + b[i]
            row[i] = least if value < least else value  # nan stays nan


@compiled(fastmath=_FAST)
def relu_backward(da: ndarray, a: ndarray, sums: ndarray) -> None:
    """Replace da by ``dz = da * [z > 0]``, and write the sums of its columns, the bias gradients, to ``sums``."""
    units, zero = len(sums), da.dtype.type(0)
    for i in range(units):
        sums[i] = zero
    for n in range(len(da) // units):
        row, active = da[n * units : (n + 1) * units], a[n * units : (n + 1) * units]
        for i in range(units):
            value = row[i] if active[i] > 0 else zero
            row[i] = value
            sums[i] += value


@compiled(fastmath=_FAST)
def sum_columns(dz: ndarray, sums: ndarray) -> None:
    """Write the sums of the columns of dz to ``sums``."""
    units = len(sums)
    for i in range(units):
        sums[i] = 0
    for n in range(len(dz) // units):
        row = dz[n * units : (n + 1) * units]
        for i in range(units):
            sums[i] += row[i]


@compiled(fastmath=_FAST)
def scale_columns(values: ndarray, scale: ndarray) -> None:
    """Multiply each column by its own number."""
    units = len(scale)
    for n in range(len(values) // units):
        row = values[n * units : (n + 1) * units]
        for i in range(units):
            row[i] *= scale[i]


@compiled()
def count_rows(rows: ndarray, folds: ndarray, fold_of: ndarray, counts: ndarray) -> None:
    """Write to ``counts`` (K,) how many examples of a mini-batch each network learns from: those not of its fold."""
    for k in range(len(fold_of)):
        counts[k] = len(rows)
        if fold_of[k] >= 0:
            for n in range(len(rows)):
                counts[k] -= folds[rows[n]] == fold_of[k]


@compiled()
def is_held_out(row: int, k: int, folds: ndarray, fold_of: ndarray) -> bool:
    """Tell whether a row is of a network's own fold."""
    return fold_of[k] >= 0 and folds[row] == fold_of[k]


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
    scores: ndarray, y: ndarray, rows: ndarray, folds: ndarray, fold_of: ndarray, counts: ndarray, products: ndarray,
    losses: ndarray,
) -> None:  # fmt: skip
    """Write every network's data loss to ``losses`` (K,), and replace the scores by their gradients.

    A row of its own fold counts for nothing in a network's loss.

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
    subtract_largest(scores, C)
    losses[:] = 0.0
    products[:] = 1.0
    for n in range(N):
        label = y[rows[n]]
        for k in range(K):
            if not is_held_out(rows[n], k, folds, fold_of):
                losses[k] -= scores[(n * K + k) * C + label]
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
            scale = row.dtype.type(1 / (whole * counts[k]))
            for c in range(C):
                row[c] *= scale
            row[label] -= row.dtype.type(1 / counts[k])
        if n % LOG_EVERY == 0 or n == N - 1:
            for k in range(K):
                losses[k] += np.log(products[k])
                products[k] = 1.0
    for k in range(K):
        losses[k] /= max(counts[k], 1.0)
