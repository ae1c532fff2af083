"""What happens between the matrix products, compiled: each function is one pass over its arrays.

All arrays are flat, and a matrix (rows, columns) lies in them row by row. Loops count from 0 over slices, because the
compiler uses vector instructions only where it can see that no index is negative. Sums may be taken in any order
(``reassoc``) for the same reason; nothing that would hide an inf or a nan is relaxed.
"""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from chainrule.engine.compiling import compiled

_FAST = {"reassoc", "contract", "nsz"}


@compiled(fastmath=_FAST)
def gather(X: ndarray, rows: ndarray, shift: ndarray, factor: ndarray, out: ndarray) -> None:
    """Write the inputs ``(X[rows] - shift) * factor`` to ``out``: read, cast and normalised in one pass."""
    D = X.shape[1]
    for n in range(len(rows)):
        row, inputs = X[rows[n]], out[n * D : (n + 1) * D]
        for d in range(D):
            inputs[d] = (out.dtype.type(row[d]) - shift[d]) * factor[d]


@compiled()
def fill_rows(values: ndarray, out: ndarray, rows: int) -> None:
    """Write ``values`` (a bias) to every row of ``out``, for a product to be added to."""
    columns = len(values)
    for n in range(rows):
        row = out[n * columns : (n + 1) * columns]
        for o in range(columns):
            row[o] = values[o]


@compiled()
def relu(z: ndarray, size: int) -> None:
    """Replace z by its activation."""
    for i in range(size):
        z[i] = max(z[i], z.dtype.type(0))


@compiled(fastmath=_FAST)
def relu_backward(da: ndarray, a: ndarray, rows: int, columns: int) -> None:
    """Replace da by ``dz = da * [z > 0]``; the activation a is positive exactly where z was."""
    for i in range(rows * columns):
        da[i] = da[i] if a[i] > 0 else da.dtype.type(0)


@compiled(fastmath=_FAST)
def sum_rows(dz: ndarray, rows: int, out: ndarray) -> None:
    """Write the sum of the rows of dz (a bias gradient) to ``out``."""
    columns = len(out)
    for o in range(columns):
        out[o] = 0
    for n in range(rows):
        row = dz[n * columns : (n + 1) * columns]
        for o in range(columns):
            out[o] += row[o]


@compiled(fastmath=_FAST)
def softmax_loss(scores: ndarray, y: ndarray, rows: ndarray, C: int) -> float:
    """Return the data loss, and replace the scores (N, C) by ``dscores = (probs - onehot(y)) / N``."""
    N, total = len(rows), 0.0
    for n in range(N):
        row = scores[n * C : (n + 1) * C]
        largest = row[0]
        for c in range(1, C):
            largest = max(largest, row[c])
        right = row[y[rows[n]]] - largest
        whole = row.dtype.type(0)
        for c in range(C):
            row[c] = np.exp(row[c] - largest)
            whole += row[c]
        total += np.log(np.float64(whole)) - right
        scale = row.dtype.type(1 / (np.float64(whole) * N))
        for c in range(C):
            row[c] *= scale
        row[y[rows[n]]] -= row.dtype.type(1 / N)
    return total / N


@compiled(fastmath=_FAST)
def sum_of_squares(w: ndarray) -> float:
    """Return the sum of the squares of w."""
    total = 0.0
    for begin in range(0, len(w), 4096):  # blocks in the array's own precision, their sums in float64
        part = w[begin : begin + 4096]
        block = w.dtype.type(0)
        for i in range(len(part)):
            block += part[i] * part[i]
        total += block
    return total
