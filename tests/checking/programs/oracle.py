"""Whether a program is right: finite differences of its own loss, and the loss that the original has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

import numpy as np
from numpy import ndarray

from tests.checking.programs.draws import Draw
from tests.checking.programs.namespace import quiet

Run = Callable[[Draw], tuple[float, dict[str, ndarray]]]

STEP = 1e-5
RELATIVE, ABSOLUTE = 2e-6, 2e-8


class Judgement(StrEnum):
    """What a program is."""

    RIGHT = "right"
    WRONG = "wrong"
    CRASHES = "crashes"


def judge(run: Run, original: Run, draws: Sequence[Draw]) -> Judgement:
    """Say whether a program is right on every draw, given one that is.

    A program that follows another of the accepted conventions, in its loss and its gradients alike, is right: the
    penalty with or without ½, the mean or the sum over the examples.
    """
    outcomes = [_outcome(run, original, draw) for draw in draws]
    if Judgement.CRASHES in outcomes:
        return Judgement.CRASHES
    return Judgement.WRONG if Judgement.WRONG in outcomes else Judgement.RIGHT


def _outcome(run: Run, original: Run, draw: Draw) -> Judgement:
    with quiet():
        try:
            loss, gradients = run(draw)
            right = _same_objective(loss, original, draw) and _gradients_agree(run, gradients, draw)
        except Exception:  # a mutant may raise anything
            return Judgement.CRASHES
    return Judgement.RIGHT if right else Judgement.WRONG


def _same_objective(loss: float, original: Run, draw: Draw) -> bool:
    whole = float(original(draw)[0])
    data = float(original(draw.without_penalty())[0])
    means, halves = (1.0, draw.examples, 1 / draw.examples), (1.0, 2.0, 0.5)
    accepted = [data * mean + (whole - data) * half for mean in means for half in halves]
    return any(close(float(loss), one) for one in accepted)


def _gradients_agree(run: Run, gradients: dict[str, ndarray], draw: Draw) -> bool:
    """Compare along two random directions for each array: an error of any entry shows, with probability one."""
    rng = np.random.default_rng(11)
    for name, value in draw.values.items():
        gradient = np.asarray(gradients[name], dtype=float)
        if gradient.size != value.size:
            return False
        for _ in range(2):
            direction = rng.choice([-1.0, 1.0], value.shape) * rng.uniform(0.5, 1.5, value.shape)
            numerical = slope(run, draw, name, direction)
            if not close(numerical, float(np.sum(gradient.reshape(value.shape) * direction))):
                return False
    return True


def slope(run: Run, draw: Draw, name: str, direction: ndarray) -> float:
    """Return the central difference of the loss along a direction of one value."""
    value = draw.values[name]
    above, _ = run(draw.with_values({name: value + STEP * direction}))
    below, _ = run(draw.with_values({name: value - STEP * direction}))
    return float(above - below) / (2 * STEP)


def close(one: float, other: float) -> bool:
    """Say whether two numbers agree as far as a central difference can tell."""
    return bool(abs(one - other) <= RELATIVE * (abs(one) + abs(other)) + ABSOLUTE)
