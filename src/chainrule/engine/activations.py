"""The activations of ``network/activations.py`` compiled, and their derivatives from the activation alone.

All arrays are flat, and a part of a matrix is told by its edges, as in ``kernels.py``. ReLU's forward pass is not here:
it costs nothing where the bias is added.
"""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from chainrule.engine.compiling import compiled
from chainrule.engine.kernels import exp_of_negative, relu_backward

IDENTITY, LOGISTIC, TANH, RELU = range(4)
CODES = {"identity": IDENTITY, "logistic": LOGISTIC, "tanh": TANH, "relu": RELU}
_FAST = {"contract", "nsz"}

_NEAR_ZERO = 0.02
"""Below it tanh is taken from its series: the quotient of exponentials would lose its last digits, and four terms of
the series are enough."""


@compiled(fastmath=_FAST)
def activate(activation: int, z: ndarray, width: int, top: int, bottom: int, left: int, right: int) -> None:
    """Replace a part of z by its activation."""
    if activation == LOGISTIC:
        for n in range(top, bottom):
            logistic(z[n * width + left : n * width + right])
    elif activation == TANH:
        for n in range(top, bottom):
            tanh(z[n * width + left : n * width + right])


@compiled(fastmath=_FAST)
def logistic(z: ndarray) -> None:
    """Replace z by its logistic function, from the exponential that cannot overflow."""
    number = z.dtype.type
    for i in range(len(z)):
        e = exp_of_negative(-abs(np.float64(z[i])))
        z[i] = number((1.0 if z[i] >= 0 else e) / (1.0 + e))


@compiled(fastmath=_FAST)
def tanh(z: ndarray) -> None:
    """Replace z by its hyperbolic tangent."""
    number = z.dtype.type
    for i in range(len(z)):
        value = np.float64(z[i])
        e, square = exp_of_negative(-2.0 * abs(value)), value * value
        series = value * (1.0 - square * (1 / 3 - square * (2 / 15 - square * (17 / 315))))
        quotient = (1.0 - e) / (1.0 + e)
        far = quotient if value > 0 else -quotient
        z[i] = number(series if abs(value) < _NEAR_ZERO else far)


@compiled(fastmath=_FAST)
def activation_backward(
    activation: int, da: ndarray, a: ndarray, kept: float, width: int, top: int, bottom: int, left: int, right: int
) -> None:
    """Replace a part of da by ``dz = da * f'(z)``; with dropout a holds ``f(z) / kept`` where it was not left out."""
    if activation == RELU:
        relu_backward(da, a, width, top, bottom, left, right)
    elif activation != IDENTITY:
        one, share = da.dtype.type(1), da.dtype.type(kept)
        for n in range(top, bottom):
            row, active = da[n * width + left : n * width + right], a[n * width + left : n * width + right]
            if activation == TANH:
                for i in range(len(row)):
                    f = share * active[i]
                    row[i] *= one - f * f
            else:
                for i in range(len(row)):
                    f = share * active[i]
                    row[i] *= f * (one - f)
