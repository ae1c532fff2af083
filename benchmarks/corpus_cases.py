"""Reported cases, a folder each: what the check answers beside the right answer of ``expected.md``."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpus_engine import Check, isolated
from chainrule.checking.answer import Answer, Verdict


@dataclass(frozen=True)
class Case:
    """A program, and what is said of it."""

    name: str
    path: Path
    correct: bool
    lines: frozenset[int]
    """The wrong lines that the right answer names; none of a notebook, where they are counted in a cell."""
    right_answer: str


def cases(folder: Path, only: str = "") -> Iterator[Case]:
    """Yield the cases that are programs to check."""
    for place in sorted(folder.glob("*/expected.md")):
        told = place.read_text(encoding="utf-8")
        kind = re.search(r"^kind: (.*)$", told, re.MULTILINE)
        if only in place.parent.name and kind is not None and kind[1].startswith("backprop"):
            answer = told.partition("## Right answer")[2].strip()
            yield from (
                Case(place.parent.name, path, answer.startswith("CORRECT"), _lines(path, answer), answer)
                for path in sorted(place.parent.iterdir())
                if path.suffix in (".py", ".ipynb")
            )


def named_lines(text: str) -> frozenset[int]:
    """Return the numbers that stand behind ``line`` or ``lines``, or before a colon; not those of what is right."""
    found: set[int] = set()
    for part in re.split(r"[;.\n]", text):
        if "is right" not in part:
            for numbers in re.findall(r"\b[Ll]ines? (\d+(?:(?:, | and | to |-)\d+)*)|^ ?(\d+)(?=: )", part):
                for first, last in re.findall(r"(\d+)(?:(?: to |-)(\d+))?", numbers[0] or numbers[1]):
                    found |= set(range(int(first), int(last or first) + 1))
    return frozenset(found)


def _lines(path: Path, answer: str) -> frozenset[int]:
    return named_lines(answer) if path.suffix == ".py" else frozenset()


def holds(case: Case, answer: Answer) -> tuple[bool, bool]:
    """Say whether the verdict is right, and whether the first finding is on a line that the right answer names."""
    if case.correct:
        right = answer.verdict is Verdict.CORRECT and not answer.findings
        return right, right
    return answer.verdict is Verdict.WRONG, any(one.line in case.lines for one in answer.findings[:1])


def lines_of(folder: Path, check: Check, only: str = "", workers: int = 2) -> Iterator[str]:
    """Yield what is to be printed of every case, and at last the counts."""
    every = list(cases(folder, only))
    with ThreadPoolExecutor(workers) as pool:
        answers = list(pool.map(lambda case: _checked(case, check), every))
    results: list[tuple[bool, bool]] = []
    for case, answer in zip(every, answers, strict=True):
        results.append(holds(case, answer))
        marks = [name for name, good in zip(("verdict", "line"), results[-1], strict=True) if not good]
        failed = f", not right: {', '.join(marks)}" if marks else ""
        yield f"{case.name} ({answer.seconds:.1f} s): {answer.verdict}{failed}"
        said = [f"line {one.line}: {one.mistake}: {one.used} -> {one.expected or '?'}" for one in answer.findings]
        yield from (f"      {line}" for line in said or answer.not_checked[:1])
        yield from (f"      right: {line}" for line in (case.right_answer.split("\n") if marks else ()))
    verdicts, lines = sum(one for one, _ in results), sum(one for _, one in results)
    yield f"{len(results)} cases: verdict right {verdicts}, line right {lines}"


def _checked(case: Case, check: Check) -> Answer:
    with tempfile.TemporaryDirectory() as place:
        return isolated(check, Path(shutil.copy(case.path, place)))
