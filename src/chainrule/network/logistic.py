"""The logistic function (sigmoid) ``a = 1 / (1 + exp(-z))``: from 0 to 1, steepest at 0."""

from __future__ import annotations

from jaxtyping import Float
from numpy import ndarray
from scipy.special import expit


def forward(z: Float[ndarray, "N H"]) -> Float[ndarray, "N H"]:
    """Return the activation of the pre-activation z; no exponential overflows."""
    return expit(z)


def backward(da: Float[ndarray, "N H"], z: Float[ndarray, "N H"]) -> Float[ndarray, "N H"]:
    """Return ``dz = da * a (1 - a)``.

    The derivative of ``1 / (1 + e)`` with ``e = exp(-z)`` is ``e / (1 + e)^2``, which is ``1 / (1 + e)`` times
    ``e / (1 + e)``: the value and what is missing from it to 1. It is 1/4 at most.
    """
    a = forward(z)
    return da * a * (1 - a)
