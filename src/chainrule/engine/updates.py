"""The update rules of ``training/rules.py``, compiled: each reads and writes every array once, in one pass.

``g`` is the gradient of the data loss; ``decay`` times w is the penalty's part of the gradient
(2λ for weights, 0 for biases).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import ndarray

from chainrule.engine.compiling import compiled

SGD, MOMENTUM, NESTEROV, RMSPROP, ADAM = range(5)
CODES = {"sgd": SGD, "momentum": MOMENTUM, "nesterov": NESTEROV, "rmsprop": RMSPROP, "adam": ADAM, "adamw": ADAM}
_FAST = {"contract", "nsz", "arcp"}


class Scale(NamedTuple):
    """The numbers of one step, in float64.

    Attributes
    ----------
    rate : float
        The learning rate.
    shrink : float
        What weights are multiplied by first: 1 - rate * weight_decay for adamw, otherwise 1.
    rate_mean, unbias_square : float
        For adam: the rate with the correction of the mean's bias, and the correction of the square's.
    """

    rate: float
    shrink: float
    rate_mean: float
    unbias_square: float


@compiled()
def scale_of(rule: int, constants: ndarray, rate: float, weight_decay: float, t: int) -> Scale:
    """Return the numbers of step t, counted from 1."""
    if rule != ADAM:
        return Scale(rate, 1.0, 0.0, 0.0)
    beta1, beta2 = np.float64(constants[2]), np.float64(constants[3])
    return Scale(rate, 1 - rate * weight_decay, rate / (1 - beta1**t), 1 / (1 - beta2**t))


@compiled(fastmath=_FAST)
def update(
    rule: int, w: ndarray, g: ndarray, first: ndarray, second: ndarray, scale: Scale, shrink: float, decay: float,
    constants: ndarray,
) -> None:  # fmt: skip
    """Take one step with w, a part of the parameters.

    Parameters
    ----------
    rule : int
        One of the codes above.
    g : ndarray
        Its gradient, of the same size or longer.
    first, second : ndarray
        The moments of w that the rule has; one that it has not is never read.
    scale : Scale
    shrink : float
        ``scale.shrink`` for weights, 1 for biases.
    constants : ndarray of shape (5,)
        momentum, rho, beta1, beta2, epsilon, in the precision of w.
    """
    number = w.dtype.type
    one, eta, lam, keep = number(1), number(scale.rate), number(decay), number(shrink)
    mu, rho, beta1, beta2, epsilon = constants[0], constants[1], constants[2], constants[3], constants[4]
    if rule == SGD:
        for i in range(len(w)):
            w[i] -= eta * (g[i] + lam * w[i])
    elif rule == MOMENTUM:
        for i in range(len(w)):
            first[i] = mu * first[i] + (g[i] + lam * w[i])
            w[i] -= eta * first[i]
    elif rule == NESTEROV:
        for i in range(len(w)):
            gradient = g[i] + lam * w[i]
            first[i] = mu * first[i] + gradient
            w[i] -= eta * (gradient + mu * first[i])
    elif rule == RMSPROP:
        for i in range(len(w)):
            gradient = g[i] + lam * w[i]
            first[i] = rho * first[i] + (one - rho) * gradient * gradient
            w[i] -= eta * gradient / (np.sqrt(first[i]) + epsilon)
    else:
        rate_mean, unbias_square = number(scale.rate_mean), number(scale.unbias_square)
        for i in range(len(w)):
            gradient = g[i] + lam * w[i]
            first[i] = beta1 * first[i] + (one - beta1) * gradient
            second[i] = beta2 * second[i] + (one - beta2) * gradient * gradient
            w[i] = keep * w[i] - rate_mean * first[i] / (np.sqrt(unbias_square * second[i]) + epsilon)
