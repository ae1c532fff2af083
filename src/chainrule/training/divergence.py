"""What is said when a loss or a weight is no finite number: where, why probably, and what to try."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from chainrule.errors import DivergedError
from chainrule.training.settings import RunSettings

LARGEST_ADVISED_RATE = 0.1


def diverged(
    settings: RunSettings, step: int, epoch: int, rate: float, parts: Float64[ndarray, " _"] | None, kept: str
) -> DivergedError:
    """Return the error to raise.

    Parameters
    ----------
    step, epoch : int
        Where it was seen, counted from 1.
    rate : float
        The learning rate of that step.
    parts : ndarray of shape (1 + depth,), or None
        The parts of the loss; None if the loss was finite and the weights after it are not.
    kept : str
        Which good weights are kept.
    """
    cause, advice = _cause(settings, step, rate)
    return DivergedError(
        f"training stopped at step {step} (epoch {epoch}): {_what(parts)}\n"
        f"  likely cause: {cause}\n"
        f"  try: {advice}\n"
        f"  the last good weights, {kept}, are kept"
    )


def _what(parts: Float64[ndarray, " _"] | None) -> str:
    if parts is None:
        return "the weights or the validation loss are no longer finite"
    names = ["data loss", *[f"penalty of W{layer}" for layer in range(1, len(parts))]]
    name, value = next((name, part) for name, part in zip(names, parts, strict=True) if not np.isfinite(part))
    return f"the {name} became {value}"


def _cause(settings: RunSettings, step: int, rate: float) -> tuple[str, str]:
    """Return the likely cause and what to try."""
    training = settings.training
    if step == 1:
        return f"the initial weights ({settings.network.initial_weights}) are too large", "--initial-weights he"
    smaller = f"--learning-rate {min((training.learning_rate or rate) / 10, LARGEST_ADVISED_RATE):g}"
    if 2 * rate * training.reg >= 1:
        shrinking = f"the penalty ({training.reg:g}) times the learning rate ({rate:g}) is so large"
        return f"{shrinking} that each step overshoots zero", f"a smaller --reg, or {smaller}"
    unscaled = settings.data.preprocess in ("none", "mean")
    cause = f"the learning rate {rate:g} is too large for inputs of this scale"
    return cause, f"{smaller}{', or --preprocess mean,std' if unscaled else ''}"
