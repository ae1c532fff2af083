"""The hyperbolic tangent ``a = tanh(z)``: from -1 to 1, with slope 1 at 0."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray


def forward(z: Float[ndarray, "N H"]) -> Float[ndarray, "N H"]:
    """Return the activation of the pre-activation z."""
    return np.tanh(z)


def backward(da: Float[ndarray, "N H"], z: Float[ndarray, "N H"]) -> Float[ndarray, "N H"]:
    """Return ``dz = da * (1 - a^2)``.

    With ``tanh = sinh / cosh``, each of which is the derivative of the other, the quotient rule gives
    ``(cosh^2 - sinh^2) / cosh^2``.
    """
    a = forward(z)
    return da * (1 - a**2)
