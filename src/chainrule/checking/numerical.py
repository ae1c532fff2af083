"""Gradients by finite differences: nudge one number, run again, see how the loss moves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from numpy import ndarray

STEP = 5e-4
"""How far each number is moved, twice to each side. The formula's truncation error is of order STEP**4 (6e-14), its
rounding error of order 1e-16 * loss / STEP (2e-12 for a loss of 10)."""

SMALLEST = 1e-4
"""Entries smaller than this are compared as if they were this large: the rounding error above is 2e-8 of it."""


def numerical_gradient(
    f: Callable[[], float], x: Float[ndarray, "*shape"], step: float = STEP
) -> Float[ndarray, "*shape"]:
    """Return df/dx by the four-point central difference (Abramowitz & Stegun, 25.3.6).

    Parameters
    ----------
    f : callable
        Computes the loss from the present content of ``x``.
    x : ndarray of any shape, float64
        Moved in place, one entry at a time, and put back.
    step : float
        No kink may lie within ``2 * step`` (times the local gradient) of where the function is.
    """
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        here = x[index]
        values = []
        for nudge in (-2 * step, -step, step, 2 * step):
            x[index] = here + nudge
            values.append(f())
        x[index] = here
        gradient[index] = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * step)
    return gradient


def relative_error(a: Float[ndarray, "*shape"], b: Float[ndarray, "*shape"]) -> float:
    """Return the largest ``|a - b| / max(|a|, |b|, SMALLEST)`` over all entries (each entry on its own)."""
    return float(np.max(np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), SMALLEST), initial=0.0))
