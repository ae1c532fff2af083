"""Who is stopped early: successive halving, and Hyperband, which begins it at other rungs.

At each rung only the best of a generation go on, one of ``reduction``, and they train ``reduction`` times as long
as they have so far (Jamieson & Talwalkar 2016; Li et al. 2018, algorithm 1).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

MOST_RUNGS = 5
SHORTEST = 0.5
"""Epochs that every trial is given before it is compared for the first time."""

FIRST = 2
"""How often the trials of the first generation of successive halving can be compared: with a reduction of 3 they are 9,
then 27, up to all. So there is an answer early, and most trials are proposed by a sampler that has seen others end."""


@dataclass(frozen=True)
class Bracket:
    """The rungs of a generation.

    Attributes
    ----------
    shares : tuple of float
        At which parts of their whole training the trials are compared, ending with 1.
    sizes : tuple of int
        How many trials train up to each rung.
    """

    shares: tuple[float, ...]
    sizes: tuple[int, ...]


def bracket(stopping: str, population: int, reduction: int, epochs: float, generation: int) -> Bracket:
    """Return the rungs of a generation.

    Parameters
    ----------
    stopping : {"halving", "hyperband", "none"}
        Halving compares at the earliest rungs, as often as there are trials to choose from; the one that is left
        then trains to the end. Hyperband's generations begin one rung later each time, with fewer trials, until one
        is of full trainings only; then it begins again. A bracket that stops too eagerly is so followed by more
        patient ones.
    population : int
        Trials of a generation at most.
    epochs : float
        The length of a whole training.
    """
    if stopping == "none":
        return Bracket((1.0,), (population,))
    by_length = math.floor(math.log(max(epochs / SHORTEST, 1), reduction) + 1e-9)
    last = min(_rungs(population, reduction), by_length, MOST_RUNGS - 1)
    if stopping == "halving":
        n = min(population, reduction ** min(FIRST + generation, 30))
        rungs = min(_rungs(n, reduction), last)
        sizes = tuple(n // reduction**rung for rung in range(rungs + 1))
        return Bracket((*(float(reduction) ** (rung - last) for rung in range(rungs)), 1.0), sizes)
    skipped = generation % (last + 1)
    rungs = last - skipped
    # each bracket of Hyperband costs about as many steps: (last + 1) / (rungs + 1) more trials where rungs are fewer
    first = math.ceil(population / reduction**skipped * (last + 1) / (rungs + 1)) if skipped else population
    sizes = tuple(max(1, math.ceil(min(first, population) / reduction**rung)) for rung in range(rungs + 1))
    return Bracket(tuple(float(reduction) ** (rung - rungs) for rung in range(rungs + 1)), sizes)


def _rungs(trials: int, reduction: int) -> int:
    """Return how often trials can be compared until one is left."""
    return math.floor(math.log(trials, reduction) + 1e-9)


def survivors(scores: Mapping[int, float], n: int) -> set[int]:
    """Return the n trials of the highest scores, the earlier one where two are equal; never one that is no number."""
    alive = [number for number, score in scores.items() if np.isfinite(score)]
    return set(sorted(alive, key=lambda number: (-scores[number], number))[:n])
