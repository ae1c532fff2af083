"""What a style of program is recognised as, and how well its trial went."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from chainrule.checking.experiment import Experiment
from chainrule.checking.reading.recognise.implied_loss import Implied
from chainrule.checking.reading.recognise.trials import Score

Way = TypeVar("Way")

NOTHING_RIGHT = Score(False, False, False, False, False, 0)


@dataclass(frozen=True)
class Found:
    """An experiment with the score of the form that was chosen for it."""

    experiment: Experiment
    score: Score
    functions: tuple[str, ...] = ()
    """The functions, or the class, of the file that it calls."""
    certain: bool = True
    """Whether this is what is meant even if it crashes: its loss is one of the things that it computes."""

    @property
    def supposed(self) -> bool:
        """Whether it computes no loss, and has the gradients of none: another thing that is found goes before it."""
        return self.experiment.supposed


def first_supposed(
    ways: Iterable[Way],
    losses_of: Callable[[Way], Sequence[Implied]],
    experiment: Callable[[Way, Implied], Experiment],
    functions: tuple[str, ...],
) -> Found | None:
    """Return the first way to run a program whose gradients may be meant to be those of a loss: its losses in turn."""
    for way in ways:
        chain: Experiment | None = None
        for loss in reversed(losses_of(way)):
            chain = replace(experiment(way, loss), supposed=True, otherwise=chain)
        if chain is not None:
            return Found(chain, NOTHING_RIGHT, functions, certain=False)
    return None
