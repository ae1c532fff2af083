"""Half the squared error, for numbers: the scores are the outputs."""

from __future__ import annotations

from jaxtyping import Float
from numpy import ndarray


def outputs(scores: Float[ndarray, "N C"]) -> Float[ndarray, "N C"]:
    """Return the scores themselves."""
    return scores


def losses(scores: Float[ndarray, "N C"], targets: Float[ndarray, "N C"]) -> Float[ndarray, " N"]:
    """Return the loss of each example: ``(score - target)^2 / 2``, summed over its outputs."""
    return ((scores - targets) ** 2).sum(axis=1) / 2


def gradient(outputs: Float[ndarray, "N C"], targets: Float[ndarray, "N C"]) -> Float[ndarray, "N C"]:
    """Return the gradient of each example's loss with respect to its scores: ``outputs - targets``."""
    return outputs - targets
