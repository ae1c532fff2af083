"""What happens between the matrix products, compiled: each function is one pass over its part of an array.

All arrays are flat, and a matrix lies in them row by row; a part of it is told by its ``top``, ``bottom``, ``left`` and
``right`` edge in rows of ``width`` entries. Loops count from 0 over slices, because the compiler uses vector
instructions only where it can see that no index is negative. Sums may be taken in any order (``reassoc``) for the same
reason; nothing that would hide an inf or a nan is relaxed.
"""

from __future__ import annotations

import math

import numpy as np
from numpy import ndarray

from chainrule.engine.compiling import compiled

_FAST = {"reassoc", "contract", "nsz"}

_LOG2_E = math.log2(math.e)
_LN_2_HIGH, _LN_2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
"""ln 2 in two parts (Cody & Waite 1980): the first ends in zeros, so its product with a small integer is exact."""
_SERIES = tuple(1 / math.factorial(k) for k in range(13, -1, -1))
_ROUNDING = 1.5 * 2.0**52  # what is added to this is rounded to an integer
_ONE_BITS = 1023 << 52  # 1.0 as an integer

_LOG2_E_32 = np.float32(_LOG2_E)
_LN_2_HIGH_32, _LN_2_LOW_32 = np.float32(0.693359375), np.float32(math.log(2) - 0.693359375)
_SERIES_32 = tuple(np.float32(1 / math.factorial(k)) for k in range(7, -1, -1))
_ROUNDING_32 = np.float32(1.5 * 2.0**23)
_ONE_BITS_32 = np.int32(127 << 23)
_LEAST_32 = np.float32(-87.0)

_LOG_EVERY = 16
"""Logarithms take long, so one is taken of the product of so many sums; each is at most C."""


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


@compiled(fastmath={"contract"})
def exp_of_negative(x: float) -> float:
    """Return e^x for x <= 0 to the precision of float64, in operations that the compiler can do on whole vectors.

    x is n ln 2 + r with n the nearest integer, so e^x is 2^n e^r with |r| < 0.35, where thirteen terms of the
    exponential's series are enough. Below -700 it is e^-700; nan stays nan.
    """
    x = -700.0 if x < -700.0 else x
    shifted = x * _LOG2_E + _ROUNDING
    n = shifted - _ROUNDING
    r = (x - n * _LN_2_HIGH) - n * _LN_2_LOW
    e = 0.0
    for k in range(len(_SERIES)):
        e = e * r + _SERIES[k]
    bits = np.float64(shifted).view(np.int64)  # n stands in the last of them, and goes where an exponent stands
    return e * np.int64((bits << 52) + _ONE_BITS).view(np.float64)


@compiled(fastmath={"contract"})
def exp_of_negative_32(x: np.float32) -> np.float32:
    """Return e^x for x <= 0 as :func:`exp_of_negative` does, in float32: twice as many numbers in a vector.

    Seven terms of the series are enough here. Below -87 it is e^-87, the least that has all digits.
    """
    x = _LEAST_32 if x < _LEAST_32 else x
    shifted = x * _LOG2_E_32 + _ROUNDING_32
    n = shifted - _ROUNDING_32
    r = (x - n * _LN_2_HIGH_32) - n * _LN_2_LOW_32
    e = np.float32(0.0)
    for k in range(len(_SERIES_32)):
        e = e * r + _SERIES_32[k]
    bits = np.float32(shifted).view(np.int32)
    return e * np.int32((bits << np.int32(23)) + _ONE_BITS_32).view(np.float32)


@compiled(fastmath=_FAST)
def exponentiate(values: ndarray) -> None:
    """Replace numbers that are not positive by their exponentials, to the precision that they have."""
    if values.itemsize == 4:
        for i in range(len(values)):
            values[i] = exp_of_negative_32(np.float32(values[i]))
    else:
        for i in range(len(values)):
            values[i] = exp_of_negative(np.float64(values[i]))


@compiled(fastmath=_FAST)
def softmax_loss(scores: ndarray, y: ndarray, rows: ndarray, N: int) -> float:
    """Return a part of the data loss, and replace the scores by ``dscores = (probs - onehot(y)) / N``.

    The scores are those of the examples ``rows``, which are some or all of a mini-batch of N.
    """
    if len(rows) == 0:
        return 0.0
    C, total, product = len(scores) // len(rows), 0.0, 1.0
    for n in range(len(rows)):
        row = scores[n * C : (n + 1) * C]
        largest = row[0]
        for c in range(1, C):
            largest = max(largest, row[c])
        for c in range(C):
            row[c] -= largest
        total -= row[y[rows[n]]]
    exponentiate(scores)
    for n in range(len(rows)):
        row = scores[n * C : (n + 1) * C]
        whole = 0.0
        for c in range(C):
            whole += row[c]
        product *= whole  # from 1 to C
        if n % _LOG_EVERY == 0 or n == len(rows) - 1:
            total += np.log(product)
            product = 1.0
        scale = row.dtype.type(1 / (whole * N))
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
