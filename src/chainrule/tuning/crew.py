"""Who trains the heats of a generation: this process, or the workers of a cluster (``cluster.py``)."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from chainrule.network.parameters import Parameters
from chainrule.tuning.heat import Heat, Lineup, Reading
from chainrule.tuning.problem import Material


class Clock:
    """How long the search has gone on, and whether it is to end.

    Parameters
    ----------
    budget : float or None
        Seconds that it may last, those before it was resumed included.
    spent : float
        Seconds before it was resumed.
    """

    def __init__(self, budget: float | None = None, spent: float = 0.0) -> None:
        self.budget, self._began = budget, time.time() - spent
        self.interrupted = False

    @property
    def elapsed(self) -> float:
        """Seconds of search."""
        return time.time() - self._began

    @property
    def deadline(self) -> float:
        """The time of day (seconds since 1970) at which the budget ends."""
        return float("inf") if self.budget is None else self._began + self.budget

    def over(self) -> bool:
        """Whether to stop now."""
        return self.interrupted or time.time() >= self.deadline


@dataclass(frozen=True)
class Leg:
    """A heat's way to its next rung: which trials still run, and up to which step."""

    heat: int
    keep: frozenset[int]
    until: int


class Crew(Protocol):
    """Trains heats.

    Attributes
    ----------
    parallel : int
        How many at a time.
    """

    @property
    def parallel(self) -> int:
        """See above."""

    def begin(self, lineups: Sequence[Lineup]) -> None:
        """Take on the heats of a new generation, numbered from 0 in this order; those of the last one are let go."""

    def run(self, legs: Sequence[Leg], clock: Clock) -> Iterator[tuple[int, Reading]]:
        """Train each heat to its rung, and yield its number and its reading as it gets there, or some way to it.

        When the clock says that it is over, heats stop where they are, and their readings say so.
        """

    def weights(self, heat: int, trial: int) -> list[Parameters] | None:
        """Return the weights of a trial's networks as they are now; None if they are lost."""


class OwnCrew:
    """The process itself: a heat at a time, each on all cores, and each only until it is measured the next time.

    So when the time is up, something is known of all of them.

    Parameters
    ----------
    material : Material
    """

    def __init__(self, material: Material) -> None:
        self._material = material
        self._lineups: Sequence[Lineup] = ()
        self._heats: dict[int, Heat] = {}
        self.parallel = 1

    def begin(self, lineups: Sequence[Lineup]) -> None:
        """See :class:`Crew`."""
        self._lineups, self._heats = lineups, {}

    def run(self, legs: Sequence[Leg], clock: Clock) -> Iterator[tuple[int, Reading]]:
        """See :class:`Crew`."""
        waiting = deque(legs)
        while waiting and not clock.over():
            leg = waiting.popleft()
            if leg.heat not in self._heats:
                self._heats[leg.heat] = Heat.begin(self._lineups[leg.heat], self._material)
            heat = self._heats[leg.heat]
            mark = heat.next_mark(leg.until)
            reading = heat.advance(set(leg.keep), mark, self._material, clock.over)
            if reading.complete and mark < leg.until and heat.alive:
                waiting.append(leg)
                reading = replace(reading, complete=False)
            yield leg.heat, reading

    def weights(self, heat: int, trial: int) -> list[Parameters]:
        """See :class:`Crew`."""
        return self._heats[heat].weights(trial)
