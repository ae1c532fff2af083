"""Half the Poisson deviance, for counts: an output is the number that is expected, the exponential of its score."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.special import xlogy


def outputs(scores: Float[ndarray, "N C"]) -> Float[ndarray, "N C"]:
    """Return the expected counts ``exp(score)``."""
    return np.exp(scores)


def losses(scores: Float[ndarray, "N C"], targets: Float[ndarray, "N C"]) -> Float[ndarray, " N"]:
    """Return the loss of each example: ``exp(z) - t z - (t - t log t)``, summed over its outputs.

    The first two terms are ``-log`` of the probability that a Poisson distribution of mean ``exp(z)`` gives to t, but
    for a constant; the last makes the loss of the right answer 0.
    """
    return (np.exp(scores) - targets * scores - targets + xlogy(targets, targets)).sum(axis=1)


def gradient(outputs: Float[ndarray, "N C"], targets: Float[ndarray, "N C"]) -> Float[ndarray, "N C"]:
    """Return the gradient of each example's loss with respect to its scores: ``outputs - targets``."""
    return outputs - targets
