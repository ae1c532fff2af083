"""What an answer of the check is worth, for a program whose mistakes are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chainrule.checking.answer import Answer, Finding, Fix, Verdict
from tests.checking.mutations.mutant import Mutant
from tests.checking.mutations.planting import Planter
from tests.checking.mutations.source import read_source
from tests.checking.programs.oracle import Judgement


@dataclass(frozen=True)
class Score:
    """One mutant, or one correct program, and what the check made of it."""

    program: str
    kinds: tuple[int, ...]
    mistakes: tuple[str, ...]
    lines: tuple[tuple[int, ...], ...]
    crashes: bool
    in_training: bool
    seen: bool
    """Whether the verdict is wrong; for a mistake in the training, whether anything is said of its line."""
    on_line: bool
    """Whether the first finding is on a planted line."""
    all_found: bool
    """Whether every planted line has a finding."""
    mended: bool
    """Whether the proved fixes, put in, leave a program that finite differences find nothing wrong with."""
    claimed: bool
    """Whether the check says of every finding that its fix is proved."""
    findings: tuple[str, ...]
    seconds: float
    file: str = ""

    @property
    def fixed(self) -> bool:
        """Return whether the line was named, and what came of the fixes is right."""
        return self.on_line and self.mended

    @property
    def elsewhere(self) -> bool:
        """Return whether a right program came of a fix at another place: another way to the same end."""
        return not self.on_line and self.mended

    @property
    def false_claim(self) -> bool:
        """Return whether fixes that are said to be proved leave a wrong program."""
        return self.claimed and not self.mended


def score(mutant: Mutant, answer: Answer, planter: Planter, file: str = "") -> Score:
    """Hold an answer beside what was planted; fixes are tried here, with the planter's own finite differences."""
    first = answer.findings[:1]
    seen = answer.verdict is Verdict.WRONG
    if mutant.in_training:
        seen = _noted(answer, mutant.planted[0].lines)
    return Score(
        mutant.program.name,
        tuple(one.kind for one in mutant.planted),
        tuple(one.name for one in mutant.planted),
        tuple(one.lines for one in mutant.planted),
        mutant.crashes,
        mutant.in_training,
        seen,
        any(touches(finding, one.lines) for finding in first for one in mutant.planted),
        all(any(touches(finding, one.lines) for finding in answer.findings) for one in mutant.planted),
        _mended(mutant, answer, planter),
        bool(answer.findings) and all(one.verified and one.fix for one in answer.findings),
        tuple(told(finding) for finding in answer.findings) or answer.not_checked[:1],
        answer.seconds,
        file,
    )


def score_correct(name: str, answer: Answer, file: str = "") -> Score:
    """Return the score of a program in which nothing is wrong."""
    seen = answer.verdict is not Verdict.CORRECT or bool(answer.findings)
    said = tuple(told(finding) for finding in answer.findings) or answer.not_checked[:1]
    return Score(name, (), (), (), False, False, seen, False, False, False, False, said, answer.seconds, file)


def touches(finding: Finding, lines: Iterable[int]) -> bool:
    """Say whether a finding, or its fix, covers one of these lines."""
    ranges = [(finding.line, finding.end_line)]
    if finding.fix is not None:
        ranges.append((finding.fix.line, finding.fix.end_line))
    return any(first <= line <= last for line in lines for first, last in ranges)


def _noted(answer: Answer, lines: Sequence[int]) -> bool:
    """Say whether a finding or a note is on one of these lines."""
    notes = any(note.line in lines for note in answer.notes)
    return notes or any(touches(finding, lines) for finding in answer.findings)


def told(finding: Finding) -> str:
    """Return a finding in one line."""
    proved = "proved" if finding.verified else "not proved"
    return f"line {finding.line}: {finding.mistake}: {finding.used} -> {finding.expected or '?'} ({proved})"


def _mended(mutant: Mutant, answer: Answer, planter: Planter) -> bool:
    fixes = [finding.fix for finding in answer.findings if finding.fix is not None and finding.verified]
    if not fixes:
        return False
    try:
        code = read_source(repaired(mutant.text, fixes), mutant.program.suffix).code
    except ValueError:  # a notebook that is no JSON any more
        return False
    return planter.judge(code) is Judgement.RIGHT


def repaired(text: str, fixes: Sequence[Fix]) -> str:
    """Return a file with fixes put in; of two that overlap, the first."""
    lines = text.split("\n")
    taken: list[Fix] = []
    for fix in fixes:
        if not any(fix.line <= other.end_line and other.line <= fix.end_line for other in taken):
            taken.append(fix)
    for fix in sorted(taken, key=lambda one: one.line, reverse=True):
        lines[fix.line - 1 : fix.end_line] = [fix.replacement.removesuffix("\n")] if fix.replacement else []
    return "\n".join(lines)
