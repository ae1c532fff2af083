"""What is known of one trial: a setting that was tried, and how its networks did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from chainrule.tuning.space import Params

RUNNING, FINISHED, STOPPED, DIVERGED = "running", "finished", "stopped early", "diverged"


@dataclass(frozen=True)
class Point:
    """How the networks of a trial stood after so many steps.

    Attributes
    ----------
    steps : int
    accuracies : tuple of float
        Validation accuracy of each of its networks: one a seed, or one a fold.
    loss : float
        The mean of their validation data losses.
    elapsed : float
        Seconds of search after which it was measured; in a :class:`heat.Reading`, of that part of the training.
    """

    steps: int
    accuracies: tuple[float, ...]
    loss: float
    elapsed: float = 0.0

    @property
    def accuracy(self) -> float:
        """The mean accuracy."""
        return float(np.mean(self.accuracies))

    @property
    def spread(self) -> float:
        """The standard deviation of the accuracies, as of a sample; 0 for one network."""
        return float(np.std(self.accuracies, ddof=1)) if len(self.accuracies) > 1 else 0.0

    @property
    def score(self) -> float:
        """What trials are ranked by: the mean less its standard error, so that luck of one seed counts for less."""
        return self.accuracy - self.spread / len(self.accuracies) ** 0.5


@dataclass(frozen=True)
class Trial:
    """A setting that was proposed.

    Attributes
    ----------
    number : int
        Its number in the storage.
    params : dict
        The point of the space.
    state : str
    curve : tuple of Point
        What was measured, in order of steps.
    share : int
        The process that proposed it: 0 for the one that began the search.
    generation, place : int
        Which trials it was proposed and compared with, and where among them.
    """

    number: int
    params: Params
    state: str = RUNNING
    curve: tuple[Point, ...] = ()
    share: int = 0
    generation: int = 0
    place: int = 0

    @property
    def last(self) -> Point | None:
        """How it stood when it was last measured; None if it never was, or if it diverged."""
        return self.curve[-1] if self.curve and self.state != DIVERGED else None

    @property
    def score(self) -> float:
        """What it is ranked by; nothing that diverged or was never measured has one above 0."""
        return self.last.score if self.last else 0.0

    @property
    def elapsed(self) -> float:
        """Seconds of search after which it was last measured."""
        return self.curve[-1].elapsed if self.curve else 0.0

    def at(self, steps: int) -> Point | None:
        """Return what was measured after exactly so many steps."""
        return next((point for point in self.curve if point.steps == steps), None)


def ranked(trials: Sequence[Trial]) -> list[Trial]:
    """Return the trials that were measured, best first: by score, then by loss, then the earlier one."""
    measured = [trial for trial in trials if trial.last is not None]
    return sorted(measured, key=lambda t: (-t.score, t.last.loss if t.last else 0.0, t.number))


def point_to_json(point: Point) -> dict[str, Any]:
    """Return a point as plain values."""
    return asdict(point)


def point_from_json(values: Mapping[str, Any]) -> Point:
    """Return the point that :func:`point_to_json` was given."""
    return Point(int(values["steps"]), tuple(values["accuracies"]), float(values["loss"]), float(values["elapsed"]))
