"""Activations and their derivatives, compiled; and dropout, from random numbers that have no state.

All arrays are flat, and a part of a matrix is told by its edges, as in ``engine/kernels.py``.
"""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from chainrule.engine.compiling import compiled
from chainrule.engine.kernels import exp_of_negative

IDENTITY, LOGISTIC, TANH, RELU = range(4)
CODES = {"identity": IDENTITY, "logistic": LOGISTIC, "tanh": TANH, "relu": RELU}
_FAST = {"contract", "nsz"}

GOLDEN, FIRST, SECOND = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
_30, _27, _31, _11 = (np.uint64(n) for n in (30, 27, 31, 11))
_NEAR_ZERO = 0.02
"""Below it tanh is taken from its series, because the quotient of exponentials would lose its last digits."""


@compiled(fastmath=_FAST)
def activate(code: int, z: ndarray, width: int, top: int, bottom: int, left: int, right: int) -> None:
    """Replace a part of z by its logistic function or tanh; relu is done where the bias is added."""
    number = z.dtype.type
    if code == LOGISTIC:
        for n in range(top, bottom):
            row = z[n * width + left : n * width + right]
            for i in range(len(row)):
                e = exp_of_negative(-abs(np.float64(row[i])))
                row[i] = number((1.0 if row[i] >= 0 else e) / (1.0 + e))
    elif code == TANH:
        for n in range(top, bottom):
            row = z[n * width + left : n * width + right]
            for i in range(len(row)):
                value = np.float64(row[i])
                e, square = exp_of_negative(-2.0 * abs(value)), value * value
                series = value * (1.0 - square * (1 / 3 - square * (2 / 15 - square * (17 / 315))))
                quotient = (1.0 - e) / (1.0 + e)
                far = quotient if value > 0 else -quotient
                row[i] = number(series if abs(value) < _NEAR_ZERO else far)


@compiled(fastmath=_FAST)
def activation_backward(
    code: int, da: ndarray, a: ndarray, kept: float, width: int, top: int, bottom: int, left: int, right: int
) -> None:
    """Replace a part of da by ``dz = da * f'(z)``, with f' from the activation: ``kept * a`` is f(z)."""
    one, kept_share = da.dtype.type(1), da.dtype.type(kept)
    if code == IDENTITY:
        return
    for n in range(top, bottom):
        row, active = da[n * width + left : n * width + right], a[n * width + left : n * width + right]
        if code == RELU:
            for i in range(len(row)):
                row[i] = row[i] if active[i] > 0 else da.dtype.type(0)
        elif code == TANH:
            for i in range(len(row)):
                f = kept_share * active[i]
                row[i] *= one - f * f  # tanh' = 1 - tanh^2
        else:
            for i in range(len(row)):
                f = kept_share * active[i]
                row[i] *= f * (one - f)  # sigma' = sigma (1 - sigma)


@compiled()
def mix(bits: np.uint64) -> np.uint64:
    """Return 64 bits that look random (splitmix64; Steele, Lea & Flood 2014, figure 10)."""
    bits = (bits ^ (bits >> _30)) * FIRST
    bits = (bits ^ (bits >> _27)) * SECOND
    return bits ^ (bits >> _31)


@compiled()
def drop(
    values: ndarray, rate: float, key: np.uint64, width: int, top: int, bottom: int, left: int, right: int
) -> None:
    """Set entries of a part to 0 with probability ``rate`` and divide the others by ``1 - rate``.

    Which ones depends on the key and on the place alone: the same are chosen on the way back, and by any team.
    """
    scale, zero = values.dtype.type(1 / (1 - rate)), values.dtype.type(0)
    for n in range(top, bottom):
        for i in range(n * width + left, n * width + right):
            bits = mix(key + np.uint64(i) * GOLDEN)
            chance = np.float64(bits >> _11) * 2.0**-53
            values[i] = values[i] * scale if chance >= rate else zero


@compiled()
def layer_key(seed: int, step: int, layer: int) -> np.uint64:
    """Return the key of a layer's dropout in a step."""
    return mix(mix(np.uint64(seed) + GOLDEN * np.uint64(step)) + np.uint64(layer))
