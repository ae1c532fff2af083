"""Dropout: in each step every hidden unit is left out of each example with some probability (Srivastava et al. 2014).

What stays is divided by the probability of staying, so that its mean is what it was, and a network that is used has
nothing to change ("inverted" dropout). Who stays is decided by random numbers that need no memory: each is a function
of the seed, the step, the layer, the example's place in the mini-batch and the unit. So it comes out the same however
the steps are divided into calls and the units among threads, and after a run was interrupted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from numpy.typing import DTypeLike

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True)
class Dropout:
    """What is left out in one step.

    Attributes
    ----------
    rate : float
        The probability of being left out, 0 <= rate < 1.
    seed : int
        From 0 to 2**63 - 1.
    step : int
        Counted from 1.
    """

    rate: float
    seed: int
    step: int


def mask(dropout: Dropout, layer: int, N: int, H: int, dtype: DTypeLike) -> Float[ndarray, "N H"]:
    """Return what the activations of a hidden layer, counted from 1, are multiplied by: 0 or ``1 / (1 - rate)``.

    The numbers of row n are those that the generator splitmix64 gives when it is seeded with the row's key; the first
    53 bits of number j decide on unit j.
    """
    key = _mix(np.array([dropout.seed], np.uint64))
    for number in (dropout.step, layer):
        key = _mix(key + np.uint64(number))
    rows, units = np.arange(N, dtype=np.uint64), np.arange(1, H + 1, dtype=np.uint64)
    bits = _mix(_mix(key + rows)[:, None] + units * GOLDEN)
    kept = (bits >> np.uint64(11)) >= np.uint64(int(dropout.rate * 2**53))
    return np.where(kept, 1 / (1 - dropout.rate), 0.0).astype(dtype)


def _mix(bits: ndarray) -> ndarray:
    """Scatter 64 bits, so that what becomes of neighbours has nothing in common; products wrap around.

    Splitmix64 (Steele, Lea & Flood 2014) with the 13th of Stafford's mixes, as in its C source.
    """
    bits = (bits ^ (bits >> np.uint64(30))) * _FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * _SECOND
    return bits ^ (bits >> np.uint64(31))


def forward(a: Float[ndarray, "N H"], mask: Float[ndarray, "N H"]) -> Float[ndarray, "N H"]:
    """Return the activations that the next layer is given."""
    return a * mask


def backward(da: Float[ndarray, "N H"], mask: Float[ndarray, "N H"]) -> Float[ndarray, "N H"]:
    """Return the gradient of the activations before dropout: each was multiplied by its mask, so is its gradient."""
    return da * mask
