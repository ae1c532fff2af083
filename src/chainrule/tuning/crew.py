"""Who trains the heats of a generation: this process, or the workers of a cluster (``cluster.py``)."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from chainrule.network.parameters import Parameters
from chainrule.tuning.heat import Heat, Lineup, Reading
from chainrule.tuning.in_flight import State
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
    takes_states : bool
        Whether heats can be handed to it in the middle of their way.
    """

    takes_states: bool

    @property
    def parallel(self) -> int:
        """See above."""

    def begin(self, lineups: Sequence[Lineup], states: Mapping[int, State]) -> None:
        """Take on the heats of a new generation, numbered from 0 in this order; those of the last one are let go.

        Of some the state is given from which they are to go on, that which :meth:`state` gave.
        """

    def run(self, legs: Sequence[Leg], clock: Clock) -> Iterator[tuple[int, Reading]]:
        """Train each heat to its rung, and yield its number and its reading as it gets there, or some way to it.

        When the clock says that it is over, heats stop where they are, and their readings say so.
        """

    def state(self, heat: int) -> State | None:
        """Return everything that a heat needs to go on from where it is; None if it is not at hand."""

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
        self._states: dict[int, State] = {}
        self._heats: dict[int, Heat] = {}
        self.parallel, self.takes_states = 1, True

    def begin(self, lineups: Sequence[Lineup], states: Mapping[int, State]) -> None:
        """See :class:`Crew`."""
        self._lineups, self._states, self._heats = lineups, dict(states), {}

    def run(self, legs: Sequence[Leg], clock: Clock) -> Iterator[tuple[int, Reading]]:
        """See :class:`Crew`."""
        waiting = deque(legs)
        while waiting and not clock.over():
            leg = waiting.popleft()
            heat = self._heat(leg.heat)
            mark = heat.next_mark(leg.until)
            reading = heat.advance(set(leg.keep), mark, self._material, clock.over)
            if reading.complete and mark < leg.until and heat.alive:
                waiting.append(leg)
                reading = replace(reading, complete=False)
            yield leg.heat, reading

    def state(self, heat: int) -> State | None:
        """See :class:`Crew`; None once all of its networks have left the finite numbers."""
        population = self._heat(heat).population
        return population.state() if population.alive else None

    def weights(self, heat: int, trial: int) -> list[Parameters]:
        """See :class:`Crew`."""
        return self._heat(heat).weights(trial)

    def _heat(self, number: int) -> Heat:
        """Return a heat, which begins when it is first asked for."""
        if number not in self._heats:
            state = self._states.pop(number, None)
            self._heats[number] = Heat.begin(self._lineups[number], self._material, state)
        return self._heats[number]
