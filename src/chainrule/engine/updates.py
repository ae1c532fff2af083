"""The update rules of ``training/rules.py``, compiled: each reads and writes every array once, in one pass.

``g`` is the gradient of the data loss at ``w[start:stop]``; ``decay`` times w is the penalty's part of the gradient
(2λ for weights, 0 for biases).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy import ndarray

SGD, MOMENTUM, NESTEROV, RMSPROP, ADAM = range(5)
CODES = {"sgd": SGD, "momentum": MOMENTUM, "nesterov": NESTEROV, "rmsprop": RMSPROP, "adam": ADAM, "adamw": ADAM}
_FAST = {"contract", "nsz", "arcp"}


@njit(cache=True, nogil=True, fastmath=_FAST)
def update(
    rule: int, w: ndarray, start: int, stop: int, g: ndarray, g_start: int, moments: ndarray,
    rate: float, decay: float, shrink: float, t: int, constants: ndarray,
) -> None:  # fmt: skip
    """Take one step with ``w[start:stop]``.

    Parameters
    ----------
    rule : int
        One of the codes above.
    g, g_start
        The gradient of ``w[start + i]`` is ``g[g_start + i]``.
    moments : ndarray of shape (n_moments, P)
    shrink : float
        What w is multiplied by first: 1 - rate * weight_decay for adamw's weights, otherwise 1.
    t : int
        The step, counted from 1.
    constants : ndarray of shape (5,)
        momentum, rho, beta1, beta2, epsilon, in the precision of w.
    """
    one = w.dtype.type(1)
    eta, lam, keep = w.dtype.type(rate), w.dtype.type(decay), w.dtype.type(shrink)
    mu, rho, beta1, beta2, epsilon = constants[0], constants[1], constants[2], constants[3], constants[4]
    shift = g_start - start
    if rule == SGD:
        for i in range(start, stop):
            w[i] -= eta * (g[i + shift] + lam * w[i])
    elif rule == MOMENTUM:
        v = moments[0]
        for i in range(start, stop):
            v[i] = mu * v[i] + (g[i + shift] + lam * w[i])
            w[i] -= eta * v[i]
    elif rule == NESTEROV:
        v = moments[0]
        for i in range(start, stop):
            gradient = g[i + shift] + lam * w[i]
            v[i] = mu * v[i] + gradient
            w[i] -= eta * (gradient + mu * v[i])
    elif rule == RMSPROP:
        square = moments[0]
        for i in range(start, stop):
            gradient = g[i + shift] + lam * w[i]
            square[i] = rho * square[i] + (one - rho) * gradient * gradient
            w[i] -= eta * gradient / (np.sqrt(square[i]) + epsilon)
    else:
        mean, square = moments[0], moments[1]
        unbias_mean = w.dtype.type(rate / (1 - np.float64(beta1) ** t))
        unbias_square = w.dtype.type(1 / (1 - np.float64(beta2) ** t))
        for i in range(start, stop):
            gradient = g[i + shift] + lam * w[i]
            mean[i] = beta1 * mean[i] + (one - beta1) * gradient
            square[i] = beta2 * square[i] + (one - beta2) * gradient * gradient
            w[i] = keep * w[i] - unbias_mean * mean[i] / (np.sqrt(unbias_square * square[i]) + epsilon)
