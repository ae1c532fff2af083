"""Cross-entropy of every output by itself: for examples of which several things may be true, or for two classes.

A target is 1 (true) or 0 (false), or a probability in between; an output is the probability that the network gives.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from chainrule.network import logistic


def outputs(scores: Float[ndarray, "N C"]) -> Float[ndarray, "N C"]:
    """Return the probability ``p = 1 / (1 + exp(-score))`` of each output."""
    return logistic.forward(scores)


def losses(scores: Float[ndarray, "N C"], targets: Float[ndarray, "N C"]) -> Float[ndarray, " N"]:
    """Return the loss of each example: ``-t log p - (1 - t) log(1 - p)``, summed over its outputs.

    With ``log p = -log(1 + exp(-z))`` and ``log(1 - p) = log p - z`` that is ``log(1 + exp(z)) - t z``.
    """
    return (np.logaddexp(0, scores) - targets * scores).sum(axis=1)


def gradient(probs: Float[ndarray, "N C"], targets: Float[ndarray, "N C"]) -> Float[ndarray, "N C"]:
    """Return the gradient of each example's loss with respect to its scores: ``probs - targets``.

    The derivative of ``log(1 + exp(z))`` is the logistic function.
    """
    return probs - targets
