"""What an audit of the update says: plain records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from chainrule.checking.judge import Judgement
from chainrule.checking.roles.training import Training


class Kind(StrEnum):
    """Mistakes of an update."""

    SIGN = "wrong sign of the step"
    NEVER_MOVES = "the parameter never moves"
    REPLACED = "the step is stored as the parameter: the old value is lost"
    OTHER_GRADIENT = "another gradient moves the parameter"
    NOT_RESET = "gradients are kept from step to step"
    STATE_NOT_KEPT = "a state of the optimiser is never kept"
    STATE_NOT_USED = "a state of the optimiser is never used"
    MOMENTUM = "momentum that is not one"
    CORRECTION_KEPT = "the corrected average is kept as the state"
    CORRECTION_MISSING = "the bias correction is left out"
    CORRECTION_WRONG = "the bias correction is wrong"
    FIRST_MOMENT = "the first moment is not the gradient's average"
    SECOND_MOMENT = "the second moment is not the average of squares"
    ROOT_MISSING = "the root of the second moment is left out"
    EPSILON = "epsilon stands where it changes the rule"
    BATCH = "the step of one parameter is another multiple of its gradient"
    CLIPPING = "the gradient is not clipped as it was meant"
    DECAY_SIGN = "weight decay has the wrong sign"
    TWICE = "the step is applied twice"


@dataclass(frozen=True)
class Finding:
    """One mistake."""

    kind: Kind
    parameters: tuple[str, ...]
    statements: tuple[int, ...]
    """On the tape, the most suspicious first."""
    evidence: str
    """In numbers."""
    meant: str
    fix: tuple[tuple[int, int, str], ...] = ()
    """First line, last line, new text; empty where none is known."""


@dataclass(frozen=True)
class Rule:
    """A known rule that moves are made by, with its constants."""

    name: str
    constants: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class UpdateAudit:
    """What was found of an update."""

    rule: Rule | None
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    is_mended: Callable[[Training, Judgement], bool] = lambda training, judgement: True
    """Tells of a changed program whether nothing is found any more."""
