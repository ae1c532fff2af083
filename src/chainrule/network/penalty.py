"""The L2 penalty ``reg * sum(W**2)`` of one weight matrix: no 1/2, biases left out, independent of the batch."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray


def forward(W: Float[ndarray, "I O"], reg: float) -> float:
    """Return the penalty of W."""
    return float(reg * np.vdot(W, W))  # vdot of W with itself: the sum of its squares


def backward(W: Float[ndarray, "I O"], reg: float) -> Float[ndarray, "I O"]:
    """Return ``2 * reg * W``, the penalty's own contribution to dW; it is added to what the data loss asks for."""
    return 2 * reg * W
