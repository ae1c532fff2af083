"""What happens between the matrix products, compiled: each function is one pass over its part of an array.

All arrays are flat, and a matrix lies in them row by row; a part of it is told by its ``top``, ``bottom``, ``left`` and
``right`` edge in rows of ``width`` entries. Loops count from 0 over slices, because the compiler uses vector
instructions only where it can see that no index is negative. Sums may be taken in any order (``reassoc``) for the same
reason; nothing that would hide an inf or a nan is relaxed.
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


@compiled(fastmath={"contract", "nsz"})
def add_bias(z: ndarray, b: ndarray, floor: float, top: int, bottom: int, left: int, right: int) -> None:
    """Add the bias to a part of z, and raise what is below ``floor``: 0 makes it the activation, -inf leaves it."""
    width, least = len(b), z.dtype.type(floor)
    own = b[left:right]
    for n in range(top, bottom):
        row = z[n * width + left : n * width + right]
        for o in range(len(own)):
            value = row[o] + own[o]
            row[o] = least if value < least else value  # nan stays nan


@compiled(fastmath=_FAST)
def relu_backward(da: ndarray, a: ndarray, width: int, top: int, bottom: int, left: int, right: int) -> None:
    """Replace a part of da by ``dz = da * [z > 0]``; the activation a is positive exactly where z was."""
    if right - left == width:  # whole rows are one long row
        left, right, width, top, bottom = top * width, bottom * width, 0, 0, 1
    for n in range(top, bottom):
        row, active = da[n * width + left : n * width + right], a[n * width + left : n * width + right]
        for i in range(len(row)):
            row[i] = row[i] if active[i] > 0 else da.dtype.type(0)


@compiled(fastmath=_FAST)
def sum_rows(dz: ndarray, N: int, width: int, left: int, out: ndarray) -> None:
    """Write the sums over all N rows of dz (a bias gradient) to ``out``, of the columns from ``left`` on."""
    for o in range(len(out)):
        out[o] = 0
    for n in range(N):
        row = dz[n * width + left : n * width + left + len(out)]
        for o in range(len(out)):
            out[o] += row[o]


@compiled(fastmath=_FAST)
def softmax_loss(scores: ndarray, y: ndarray, rows: ndarray, N: int) -> float:
    """Return a part of the data loss, and replace the scores by ``dscores = (probs - onehot(y)) / N``.

    The scores are those of the examples ``rows``, which are some or all of a mini-batch of N.
    """
    if len(rows) == 0:
        return 0.0
    C, total = len(scores) // len(rows), 0.0
    for n in range(len(rows)):
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
    """Return the sum of the squares of w, in its own precision: for some thousand entries at a time."""
    total = w.dtype.type(0)
    for i in range(len(w)):
        total += w[i] * w[i]
    return np.float64(total)
