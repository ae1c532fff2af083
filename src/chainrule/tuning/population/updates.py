"""The update of W1 of all networks, compiled: the rules of ``engine.updates`` with numbers that differ by column.

SGD needs no gradient at all. W1 of each network is kept as ``scale * V``, with ``scale`` in float64. A step
``W = (1 - 2 rate reg) W - rate X.T @ dz`` is then ``scale = (1 - 2 rate reg) scale`` and ``V = V - X.T @ (rate / scale
dz)``: the penalty costs one multiplication a network, and one product adds straight to V. A penalty too small for
float32 is not lost, because it acts on ``scale``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import ndarray

from chainrule.engine.compiling import compiled
from chainrule.engine.updates import ADAM, MOMENTUM, NESTEROV, RMSPROP, Scale

_FAST = {"contract", "nsz", "arcp"}

FARTHEST = 2.0**20
"""How far ``scale`` may go from 1 in either direction before it is multiplied into V."""


class Columns(NamedTuple):
    """The numbers of one step for every column of W1, each of shape (units,) in the precision of the weights.

    ``decay`` is the penalty's 2 reg; the others are those of ``engine.updates.Scale`` and of the rules.
    """

    rate: ndarray
    decay: ndarray
    shrink: ndarray
    rate_mean: ndarray
    unbias_square: ndarray
    momentum: ndarray
    rho: ndarray
    beta1: ndarray
    beta2: ndarray
    epsilon: ndarray


@compiled()
def write_columns(columns: Columns, left: int, right: int, scale: Scale) -> None:
    """Write the numbers of this step for the columns of a network."""
    for i in range(left, right):
        columns.rate[i] = scale.rate
        columns.shrink[i] = scale.shrink
        columns.rate_mean[i] = scale.rate_mean
        columns.unbias_square[i] = scale.unbias_square


@compiled(fastmath=_FAST)
def update_row(rule: int, w: ndarray, g: ndarray, first: ndarray, second: ndarray, columns: Columns) -> None:
    """Take one step with a row of W1, whose gradient of the data loss is g."""
    one = w.dtype.type(1)
    rate, decay, units = columns.rate, columns.decay, len(w)
    if rule == MOMENTUM:
        for i in range(units):
            first[i] = columns.momentum[i] * first[i] + (g[i] + decay[i] * w[i])
            w[i] -= rate[i] * first[i]
    elif rule == NESTEROV:
        for i in range(units):
            gradient = g[i] + decay[i] * w[i]
            first[i] = columns.momentum[i] * first[i] + gradient
            w[i] -= rate[i] * (gradient + columns.momentum[i] * first[i])
    elif rule == RMSPROP:
        for i in range(units):
            gradient = g[i] + decay[i] * w[i]
            first[i] = columns.rho[i] * first[i] + (one - columns.rho[i]) * gradient * gradient
            w[i] -= rate[i] * gradient / (np.sqrt(first[i]) + columns.epsilon[i])
    elif rule == ADAM:
        for i in range(units):
            gradient = g[i] + decay[i] * w[i]
            first[i] = columns.beta1[i] * first[i] + (one - columns.beta1[i]) * gradient
            second[i] = columns.beta2[i] * second[i] + (one - columns.beta2[i]) * gradient * gradient
            step = (
                columns.rate_mean[i] * first[i] / (np.sqrt(columns.unbias_square[i] * second[i]) + columns.epsilon[i])
            )
            w[i] = columns.shrink[i] * w[i] - step


@compiled()
def shrink(w: ndarray, scale: float, D: int, units: int, left: int, right: int) -> float:
    """Return the scale of a network's columns of W1, or 1 after having multiplied them by it where it went too far."""
    if 1 / FARTHEST < abs(scale) < FARTHEST:
        return scale
    number = w.dtype.type(scale)
    for d in range(D):
        row = w[d * units + left : d * units + right]
        for i in range(len(row)):
            row[i] *= number
    return 1.0
