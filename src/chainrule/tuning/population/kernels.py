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
def shares(rows: ndarray, folds: ndarray, fold_of: ndarray, out: ndarray) -> None:
    """Write what each example of a mini-batch counts in each network's mean to ``out`` (N, K): 1/n, or 0.

    n are the examples that are not of the network's own fold.
    """
    N, K = len(rows), len(fold_of)
    for k in range(K):
        n = N
        if fold_of[k] >= 0:
            for i in range(N):
                n -= folds[rows[i]] == fold_of[k]
        for i in range(N):
            own = fold_of[k] >= 0 and folds[rows[i]] == fold_of[k]
            out[i * K + k] = 0.0 if own else 1.0 / n


@compiled(fastmath=_FAST)
def softmax_losses(scores: ndarray, y: ndarray, rows: ndarray, share: ndarray, losses: ndarray) -> None:
    """Write every network's data loss to ``losses`` (K,), and replace the scores by their gradients.

    Parameters
    ----------
    scores : ndarray of shape (N * K * C,)
        For each example those of all networks.
    share : ndarray of shape (N * K,), float64
        What each example counts: see :func:`shares`.
    """
    N, K = len(rows), len(losses)
    C = len(scores) // (N * K)
    for k in range(K):
        losses[k] = 0.0
    for n in range(N):
        label = y[rows[n]]
        for k in range(K):
            row = scores[(n * K + k) * C : (n * K + k + 1) * C]
            largest = row[0]
            for c in range(1, C):
                largest = max(largest, row[c])
            for c in range(C):
                row[c] -= largest
            losses[k] -= share[n * K + k] * row[label]
    for i in range(len(scores)):
        scores[i] = exp_of_negative(np.float64(scores[i]))
    for n in range(N):
        label = y[rows[n]]
        for k in range(K):
            row, counts = scores[(n * K + k) * C : (n * K + k + 1) * C], share[n * K + k]
            whole = 0.0
            for c in range(C):
                whole += row[c]
            losses[k] += counts * np.log(whole)
            scale = row.dtype.type(counts / whole)
            for c in range(C):
                row[c] *= scale
            row[label] -= row.dtype.type(counts)
