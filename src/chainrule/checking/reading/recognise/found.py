"""What a style of program is recognised as, and how well its trial went."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.checking.experiment import Experiment
from chainrule.checking.reading.recognise.trials import Score


@dataclass(frozen=True)
class Found:
    """An experiment with the score of the form that was chosen for it."""

    experiment: Experiment
    score: Score
    functions: tuple[str, ...] = ()
    """The functions, or the class, of the file that it calls."""
    certain: bool = True
    """Whether this is what is meant even if it crashes: its loss is one of the things that it computes."""
