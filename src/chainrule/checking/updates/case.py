"""What the parts of an audit share."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.checking.judge import Judgement
from chainrule.checking.reading.program import Program
from chainrule.checking.roles.training import Training
from chainrule.checking.updates.blame import Blame
from chainrule.checking.updates.constants import numbers
from chainrule.checking.updates.linear import Fit
from chainrule.checking.updates.observe import Observed
from chainrule.checking.updates.sample import Sample


@dataclass(frozen=True)
class Case:
    """A training with its judged step, and what was observed of it."""

    training: Training
    judgement: Judgement
    program: Program
    observed: Observed
    blame: Blame
    samples: list[Sample]
    """Of the parameters that their own true gradient moves."""

    @property
    def limits(self) -> list[float]:
        """The numbers of the program that a norm may be held against."""
        return sorted(n for n in numbers(self.program) if n > 0)


@dataclass(frozen=True)
class Explained:
    """A parameter with the rule that explains its moves, if one does."""

    sample: Sample
    fit: Fit | None
