"""What a check answers, as plain records: the one thing that the terminal, the page, the JSON and the grades show."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """What the check came to; the command exits with 0, 1 and 2."""

    CORRECT = "correct"
    WRONG = "wrong"
    ERROR = "error"


@dataclass(frozen=True)
class Target:
    """What was checked: the file as the user named it, what in it, how it was understood."""

    file: str
    name: str
    """``TwoLayerNet.loss``, ``affine_backward``, ``cell 3``."""
    kind: str
    """``class``, ``function``, ``layers``, ``stages`` or ``script`` (see ``reading``)."""
    conventions: dict[str, str] = field(default_factory=dict)
    """``{"penalty": "reg * sum(W*W), without 1/2", "data loss": "mean over the batch", "examples": "rows", ...}``."""


@dataclass(frozen=True)
class GradientCheck:
    """One gradient beside its numerical twin: the worst of all draws."""

    relative_error: float
    ok: bool


@dataclass(frozen=True)
class Fix:
    """The text that replaces lines ``line`` to ``end_line`` of the file as they stand."""

    line: int
    end_line: int
    replacement: str


@dataclass(frozen=True)
class Finding:
    """One mistake: where it is, what the line computes, what was meant."""

    line: int
    end_line: int
    variable: str
    mistake: str
    """A short name of the kind of mistake, ``mask taken from the upstream gradient``."""
    message: str
    used: str
    """The formula as the line has it, in the user's own names."""
    expected: str
    """The formula that was meant, or ``""`` where no repair was proved."""
    fix: Fix | None = None
    verified: bool = False
    """Whether the whole gradient check passed, on fresh draws, with this fix (and those of the other findings)."""


@dataclass(frozen=True)
class Note:
    """Something a teacher would say that makes no verdict."""

    message: str
    line: int | None = None


@dataclass(frozen=True)
class Mark:
    """What is known of the value that a line gives: the page colours the line by it."""

    line: int
    variable: str
    state: str
    """``true`` (it is the gradient that it should be), ``departs`` (the first that is not) or ``follows`` (wrong
    because of an earlier one)."""
    relative_error: float | None = None
    formula: str = ""
    """What the value is, ``dL/dscores``, or ``N * dL/dscores``; empty where it is no gradient that is known."""


@dataclass(frozen=True)
class Answer:
    """Everything that a check says of one file."""

    verdict: Verdict
    target: Target
    gradients: dict[str, GradientCheck] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    marks: tuple[Mark, ...] = ()
    checked: tuple[str, ...] = ()
    """What was looked at, a line each, for "what was checked"."""
    not_checked: tuple[str, ...] = ()
    """What could not be looked at, or what the system could not enforce, and why."""
    seconds: float = 0.0

    def __str__(self) -> str:
        """Return the answer as the terminal shows it."""
        from chainrule.checking.showing.text import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from chainrule.display.answer import answer_html

        return answer_html(self)
