"""A generation: the trials that are proposed together, compared with each other, and end together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from chainrule.tuning.crew import Leg
from chainrule.tuning.halving import Bracket
from chainrule.tuning.heat import Lineup
from chainrule.tuning.trial import DIVERGED, RUNNING, Trial


@dataclass
class Generation:
    """Trials that are compared with each other.

    Attributes
    ----------
    number : int
    rungs : Bracket
    trials : dict of int to Trial
        By number. Some may have ended before, if the process was killed and goes on.
    lineups : list of Lineup
        The heats of all of them, so that they are the same where the process goes on.
    """

    number: int
    rungs: Bracket
    trials: dict[int, Trial]
    lineups: list[Lineup] = field(default_factory=list)

    @property
    def running(self) -> set[int]:
        """The trials that have not ended."""
        return {number for number, trial in self.trials.items() if trial.state == RUNNING}

    def running_of(self, heat: int) -> set[int]:
        """Return those of one heat."""
        return self.running.intersection(self.lineups[heat].trials)

    def is_last(self, rung: int) -> bool:
        """Whether the trials that reach this rung have been trained to the end."""
        return rung == len(self.rungs.shares) - 1

    def legs(self, rung: int) -> list[Leg]:
        """Return the way of each heat that is left to a rung."""
        share = self.rungs.shares[rung]
        return [
            Leg(heat, frozenset(running), lineup.steps_at(share))
            for heat, lineup in enumerate(self.lineups)
            if (running := self.running_of(heat))
        ]

    def scores(self, rung: int, total_steps: Callable[[Trial], int]) -> dict[int, float]:
        """Return the scores at a rung; those of trials that ended before a resumption count too."""
        share, found = self.rungs.shares[rung], dict[int, float]()
        for number, trial in self.trials.items():
            point = trial.at(max(1, round(share * total_steps(trial))))
            if point is not None and trial.state != DIVERGED:
                found[number] = point.score
        return found
