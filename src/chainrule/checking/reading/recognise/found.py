"""What a style of program is recognised as, and how well its trial went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chainrule.checking.experiment import Experiment
from chainrule.checking.reading.recognise.trials import Score

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
    supposed: bool = False
    """Whether it computes no loss, and its gradients are those of none: another thing that is found goes before it."""


def one_after_the_other(experiments: Sequence[Experiment]) -> Experiment:
    """Return experiments of which each is supposed, where the one before it was not shown to be what is meant."""
    chain: Experiment | None = None
    for experiment in reversed(experiments):
        chain = replace(experiment, supposed=True, otherwise=chain)
    assert chain is not None
    return chain
