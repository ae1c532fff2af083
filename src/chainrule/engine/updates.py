"""The update rules of ``training/rules.py``, compiled: each reads and writes every array once, in one pass.

``g`` is the gradient of the data loss; ``decay`` times w is the penalty's part of the gradient
(2λ for weights, 0 for biases).
"""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from chainrule.engine.compiling import compiled

SGD, MOMENTUM, NESTEROV, RMSPROP, ADAM = range(5)
CODES = {"sgd": SGD, "momentum": MOMENTUM, "nesterov": NESTEROV, "rmsprop": RMSPROP, "adam": ADAM, "adamw": ADAM}
_FAST = {"contract", "nsz", "arcp"}


@compiled(fastmath=_FAST)
def update(
    rule: int, w: ndarray, g: ndarray, first: ndarray, second: ndarray, rate: float, decay: float, shrink: float,
    t: int, constants: ndarray,
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
        unbias_mean = w.dtype.type(rate / (1 - np.float64(beta1) ** t))
        unbias_square = w.dtype.type(1 / (1 - np.float64(beta2) ** t))
        for i in range(len(w)):
            gradient = g[i] + lam * w[i]
            first[i] = beta1 * first[i] + (one - beta1) * gradient
            second[i] = beta2 * second[i] + (one - beta2) * gradient * gradient
            w[i] = keep * w[i] - unbias_mean * first[i] / (np.sqrt(unbias_square * second[i]) + epsilon)
