"""The cases that a program is judged by: sizes that all differ, biases not zero, with the penalty and without."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.checking.compare import kinks_near
from chainrule.checking.experiment import Case, Experiment, Sizes

REG = 0.37
OTHER_REGS = (0.0, 1.3, 0.11)
MOST_TRIES = 8


@dataclass(frozen=True)
class Draws:
    """The cases of one experiment."""

    explained: tuple[Case, ...]
    """The same numbers without the penalty and with it: a mistake is looked for in these."""
    fresh: tuple[Case, ...]
    """Other numbers, other sizes, other strengths: a repair is proved by these."""

    @property
    def all(self) -> tuple[Case, ...]:
        """Every case."""
        return (*self.explained, *self.fresh)


def draws(experiment: Experiment, *, seed: int = 1) -> Draws:
    """Draw the cases of an experiment, away from kinks.

    Raises
    ------
    Exception
        Whatever the program raises where it is given its inputs.
    """
    seed = _away_from_kinks(experiment, seed)
    first, *others = experiment.sizes
    regs = (0.0, REG) if experiment.takes_reg else (0.0,)
    explained = tuple(experiment.draw(seed, reg, first) for reg in regs)
    sizes: list[Sizes] = [*others, first] if others else [first, first]
    strengths = OTHER_REGS if experiment.takes_reg else (0.0, 0.0, 0.0)
    fresh = tuple(
        experiment.draw(_away_from_kinks(experiment, seed + 100 * number, size), reg, size)
        for number, (size, reg) in enumerate(zip(sizes, strengths, strict=False), 1)
    )
    return Draws(explained, fresh)


def _away_from_kinks(experiment: Experiment, seed: int, sizes: Sizes | None = None) -> int:
    """Return the first seed whose numbers have no kink within reach of a nudge."""
    for candidate in range(seed, seed + MOST_TRIES):
        case = experiment.draw(candidate, 0.0, sizes or experiment.sizes[0])
        try:
            if not kinks_near(case):
                return candidate
        except Exception:
            return seed  # it does not run: nothing to be told by another seed
    return seed
