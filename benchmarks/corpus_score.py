"""What an answer of the check is worth, for a program of the corpus whose mistakes are known."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from chainrule.checking.answer import Answer, Finding, Fix, Verdict
from tests.checking.corpus.corpus import CorpusProgram, Planted, planted_in

IsRight = Callable[[str], bool]
"""Whether the code of a program comes to the numbers of the correct one."""


@dataclass(frozen=True)
class Mutant:
    """A program with one mistake or two, or none."""

    program: CorpusProgram
    mistakes: tuple[Planted, ...]
    code: str
    accepted: tuple[frozenset[int], ...]
    """For each mistake the lines of the code that may be named."""

    @property
    def file(self) -> str:
        """Return the text of the file that is checked."""
        if not self.mistakes:
            return self.program.path.read_text(encoding="utf-8")
        return self.program.file_text(self.code)


@dataclass(frozen=True)
class Score:
    """One mutant, or one correct program, and what the check made of it."""

    program: str
    parts: tuple[str, ...]
    kinds: tuple[str, ...]
    lines: tuple[tuple[int, ...], ...]
    checked: bool
    """Whether there is a verdict at all."""
    verdict_right: bool
    """For a correct program: called correct, and without a finding."""
    first_on_line: bool
    any_on_line: bool
    all_on_line: bool
    """Whether every planted mistake has a finding."""
    fixed: bool
    """Whether the proved fixes, applied, leave a program with the numbers of the correct one."""
    claimed: bool
    """Whether every finding has a fix that is called proved."""
    told: tuple[str, ...]
    seconds: float

    @property
    def failed(self) -> bool:
        """Return whether anything is less than it should be."""
        whole = self.verdict_right and self.first_on_line and self.all_on_line and self.fixed
        return not (whole if self.kinds else self.verdict_right)

    @property
    def false_claim(self) -> bool:
        """Return whether fixes that are called proved leave a wrong program."""
        return bool(self.kinds) and self.claimed and not self.fixed


def correct(program: CorpusProgram) -> Mutant:
    """Return a program as it is."""
    return Mutant(program, (), program.text, ())


def with_mistake(program: CorpusProgram, mistake: Planted) -> Mutant:
    """Return a program with one mistake planted."""
    code = planted_in(program.text, mistake)
    return Mutant(program, (mistake,), code, (accepted_lines(program.text, code, mistake),))


def with_both(program: CorpusProgram, one: Planted, other: Planted) -> Mutant:
    """Return a program with two mistakes planted that share no line.

    Raises
    ------
    ValueError
        If they do share a line, or one changes the place of the other.
    """
    first, second = sorted((one, other), key=lambda mistake: program.text.index(mistake.old))
    if _last_line(program.text, first.old) >= _first_line(program.text, second.old):
        raise ValueError(f"{first.kind}, {second.kind}: they share a line")
    alone, code = planted_in(program.text, second), planted_in(planted_in(program.text, first), second)
    added = first.new.count("\n") - first.old.count("\n")
    earlier = accepted_lines(program.text, planted_in(program.text, first), first)
    later = frozenset(line + added for line in accepted_lines(program.text, alone, second))
    below = _last_line(program.text, second.old) + added
    added_later = second.new.count("\n") - second.old.count("\n")
    earlier = frozenset(line + added_later if line > below else line for line in earlier)
    return Mutant(program, (first, second), code, (earlier, later))


def accepted_lines(right: str, wrong: str, mistake: Planted) -> frozenset[int]:
    """Return the lines of a wrong text that may be named for its mistake.

    Those of the description; the first line of a statement that one of them belongs to; and where lines are only
    missing, the last line of code before the gap and the first behind it.
    """
    lines = {*mistake.lines, *mistake.also}
    starts = {start for start, end in _statements(wrong) if any(start <= line <= end for line in lines)}
    return frozenset(lines | starts | set(_beside_gap(right.split("\n"), wrong.split("\n"))))


def score(mutant: Mutant, answer: Answer, is_right: IsRight) -> Score:
    """Hold an answer beside what was planted."""
    named = [mutant.program.code_line(mutant.file, finding.line) for finding in answer.findings]
    hit = [[line in lines for line in named] for lines in mutant.accepted]
    expected = Verdict.WRONG if mutant.mistakes else Verdict.CORRECT
    right = answer.verdict is expected and (bool(mutant.mistakes) or not answer.findings)
    return Score(
        mutant.program.name,
        tuple(one.part for one in mutant.mistakes),
        tuple(one.kind for one in mutant.mistakes),
        tuple(one.lines for one in mutant.mistakes),
        answer.verdict is not Verdict.ERROR,
        right,
        any(one[:1] == [True] for one in hit),
        any(map(any, hit)),
        bool(hit) and all(map(any, hit)),
        bool(mutant.mistakes) and _fixed(mutant, answer, is_right),
        bool(answer.findings) and all(one.verified and one.fix for one in answer.findings),
        tuple(map(_told, answer.findings, named)) or answer.not_checked[:1],
        answer.seconds,
    )


def repaired(text: str, fixes: Sequence[Fix]) -> str:
    """Return a file with fixes applied; of two that overlap, the first."""
    lines = text.split("\n")
    taken: list[Fix] = []
    for fix in fixes:
        if not any(fix.line <= other.end_line and other.line <= fix.end_line for other in taken):
            taken.append(fix)
    for fix in sorted(taken, key=lambda one: one.line, reverse=True):
        lines[fix.line - 1 : fix.end_line] = fix.replacement.removesuffix("\n").split("\n") if fix.replacement else []
    return "\n".join(lines)


def _fixed(mutant: Mutant, answer: Answer, is_right: IsRight) -> bool:
    fixes = [finding.fix for finding in answer.findings if finding.fix is not None and finding.verified]
    if not fixes:
        return False
    try:
        return is_right(mutant.program.code_of(repaired(mutant.file, fixes)))
    except ValueError:  # a notebook that is no JSON any more
        return False


def _told(finding: Finding, line: int) -> str:
    proved = "proved" if finding.verified else "not proved"
    return f"line {line}: {finding.mistake}: {finding.used} -> {finding.expected or '?'} ({proved})"


def _statements(code: str) -> Iterator[tuple[int, int]]:
    """Yield the first and last line of every statement that holds no others."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):  # Python 2, or a notebook with magics
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            yield node.lineno, node.end_lineno or node.lineno


def _beside_gap(right: Sequence[str], wrong: Sequence[str]) -> Iterator[int]:
    every = SequenceMatcher(None, right, wrong, autojunk=False).get_opcodes()
    changes = [change for change in every if change[0] != "equal"]
    if any(change[0] != "delete" for change in changes):
        return
    for _, _, _, place, _ in changes:
        before = [k for k in range(place) if _is_code(wrong[k])]
        behind = [k for k in range(place, len(wrong)) if _is_code(wrong[k])]
        yield from (k + 1 for k in (*before[-1:], *behind[:1]))


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _first_line(text: str, part: str) -> int:
    return text.count("\n", 0, text.index(part)) + 1


def _last_line(text: str, part: str) -> int:
    return _first_line(text, part) + part.removesuffix("\n").count("\n")
