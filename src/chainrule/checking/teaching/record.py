"""What the lessons come to."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.checking.answer import Finding, Note


@dataclass(frozen=True)
class Lessons:
    """What is said of a program, and what was looked at."""

    notes: tuple[Note, ...] = ()
    findings: tuple[Finding, ...] = ()
    checked: tuple[str, ...] = ()
    """A line for each thing that was looked at and is right, with its number."""

    def __add__(self, other: Lessons) -> Lessons:
        """Return both, one after the other."""
        return Lessons(self.notes + other.notes, self.findings + other.findings, self.checked + other.checked)
