"""The rectified linear unit ``a = max(0, z)``: without it, a stack of affine steps is one affine step."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray


def forward(z: Float[ndarray, "N H"]) -> Float[ndarray, "N H"]:
    """Return the activation of the pre-activation z."""
    return np.maximum(z, 0)


def backward(da: Float[ndarray, "N H"], z: Float[ndarray, "N H"]) -> Float[ndarray, "N H"]:
    """Return ``dz = da * [z > 0]``.

    The local gradient is 1 where the unit was on and 0 where it was off, and it was z that switched it: the mask
    belongs to the pre-activation. The sign of ``da`` has no say (the second report's mistake). At z = 0, where any
    slope in [0, 1] is right, 0 is used.
    """
    return da * (z > 0)
