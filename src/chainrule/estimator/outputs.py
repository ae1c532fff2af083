"""What the scores of the last layer mean: the outputs made of them, and the loss of those.

In all four the derivative of an example's loss with respect to its scores is ``outputs - target``.
"""

from __future__ import annotations

import numpy as np
from numpy import ndarray
from scipy.special import expit, xlogy

from chainrule.network import softmax_loss


def outputs_of(name: str, scores: ndarray) -> ndarray:
    """Return softmax, logistic, exp or identity of scores (N, outputs)."""
    if name == "softmax":
        exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
        return exponentials / exponentials.sum(axis=1, keepdims=True)
    if name == "logistic":
        return expit(scores)
    return np.exp(scores) if name == "exp" else scores


def losses_of(name: str, scores: ndarray, targets: ndarray) -> ndarray:
    """Return the loss (N,) of every example, summed over its outputs.

    ========  ==================================================================
    softmax   ``-log softmax(z)[y]``
    logistic  ``log(1 + exp(z)) - t z``: cross-entropy of each output by itself
    identity  ``(z - t)^2 / 2``
    exp       ``exp(z) - t z - (t - t log t)``: half the Poisson deviance
    ========  ==================================================================
    """
    if name == "softmax":
        return -softmax_loss.log_softmax(scores)[np.arange(len(targets)), targets]
    if name == "logistic":
        each = np.logaddexp(0, scores) - targets * scores
    elif name == "identity":
        each = (scores - targets) ** 2 / 2
    else:
        each = np.exp(scores) - targets * scores - targets + xlogy(targets, targets)
    return each.sum(axis=1)
