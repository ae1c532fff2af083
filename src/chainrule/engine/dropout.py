"""The masks of ``network/dropout.py`` compiled, equal bit for bit: who stays is a function of where and when.

A key is made for a layer in a step, and one of it for each row, so a unit costs one scattering of 64 bits.
"""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from chainrule.engine.compiling import compiled

_GOLDEN, _FIRST, _SECOND = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
_30, _27, _31, _11 = (np.uint64(n) for n in (30, 27, 31, 11))


@compiled()
def mix(bits: np.uint64) -> np.uint64:
    """Scatter 64 bits (splitmix64)."""
    bits = (bits ^ (bits >> _30)) * _FIRST
    bits = (bits ^ (bits >> _27)) * _SECOND
    return bits ^ (bits >> _31)


@compiled()
def layer_key(seed: int, step: int, layer: int) -> np.uint64:
    """Return the key of a hidden layer in a step, both counted from 1."""
    return mix(mix(mix(np.uint64(seed)) + np.uint64(step)) + np.uint64(layer))


@compiled()
def row_key(key: np.uint64, row: int) -> np.uint64:
    """Return the key of a row, counted from 0 in its mini-batch, of the layer that ``key`` is of."""
    return mix(np.uint64(key) + np.uint64(row))


@compiled()
def drop_row(values: ndarray, key: np.uint64, first: int, rate: float) -> None:
    """Set units of a row to 0 with probability ``rate``, and divide the others by ``1 - rate``.

    Parameters
    ----------
    values : ndarray of shape (n,)
        The units from number ``first`` on, counted from 0: their activations, or the gradients of what became of them.
    key : uint64
        The row's. (From Python, as NumPy's uint64: half of them are beyond the integers that Numba takes.)
    """
    scale, zero = values.dtype.type(1 / (1 - rate)), values.dtype.type(0)
    least, place = np.int64(rate * 2.0**53), np.uint64(key) + np.uint64(first + 1) * _GOLDEN
    for i in range(len(values)):
        bits = mix(place + np.uint64(i) * _GOLDEN)
        values[i] = values[i] * scale if np.int64(bits >> _11) >= least else zero


@compiled()
def drop(
    values: ndarray, rate: float, key: np.uint64, width: int, top: int, bottom: int, left: int, right: int
) -> None:
    """Do so with a part of a layer (N, width), all of its units where ``left, right`` are ``0, width``."""
    for n in range(top, bottom):
        drop_row(values[n * width + left : n * width + right], row_key(key, n), left, rate)
