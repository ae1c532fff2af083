"""The check on planted mistakes: a sample here, all under ``make test-slow``; and the harness, shown wrong answers.

``python -m benchmarks.check`` prints the table by kind of mistake.
"""

from __future__ import annotations

import argparse
import difflib
import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.check import Task, check_once, correct, failed, run, tasks_of, with_mistakes
from benchmarks.check_score import Score, repaired, score
from benchmarks.check_table import claims, table
from chainrule.checking.answer import Answer, Finding, Fix, Target, Verdict
from tests.checking.mutations.mutant import Mutant
from tests.checking.mutations.planting import Planter
from tests.checking.programs.corpus import PROGRAMS
from tests.checking.programs.program import Program

KINDS = 10
"""How many kinds of mistakes the fast suite plants."""

FLOOR = 0.9
"""First findings on the line that the check must not fall below; what it promises is held by ``test_every_mistake``."""

FALSE = 0.005
"""The part of the answers that may call a fix proved with which another loss, or another activation, is meant."""

PLAIN, NOTEBOOK = PROGRAMS[0], next(program for program in PROGRAMS if program.suffix == ".ipynb")


def answer(verdict: Verdict, *findings: Finding) -> Answer:
    return Answer(verdict, Target("", "", ""), findings=findings, seconds=0.1)


def finding(fix: Fix, line: int, verified: bool = True) -> Finding:
    return Finding(line, line, "d", "a mistake", "", "used", "expected", fix, verified)


def cure(mutant: Mutant, original: str) -> Fix:
    """Return the edit that makes the original of a mutant."""
    old, new = mutant.text.split("\n"), original.split("\n")
    blocks = [
        code for code in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if code[0] != "equal"
    ]
    first, last = blocks[0], blocks[-1]
    line, end, start, stop = first[1], max(last[2], first[1] + 1), first[3], last[4] + (first[1] == last[2])
    return Fix(line + 1, end, "\n".join(new[start:stop]))


def singles(program: Program) -> Iterator[tuple[Planter, Mutant]]:
    planter = Planter(program)
    for mutant in planter.mutants(planter.plantings()):
        if not mutant.crashes:
            yield planter, mutant


@pytest.mark.parametrize("program", [PLAIN, NOTEBOOK], ids=lambda program: program.name)
def test_the_harness_believes_what_is_true(program: Program) -> None:
    for planter, mutant in singles(program):
        fix = cure(mutant, program.text)
        one = score(mutant, answer(Verdict.WRONG, finding(fix, mutant.planted[0].lines[0])), planter)
        assert one.seen
        assert one.on_line
        assert one.fixed
        assert not failed(one)


def test_the_harness_believes_no_claim() -> None:
    planter, mutant = next(singles(PLAIN))
    line = mutant.planted[0].lines[0]
    good = cure(mutant, PLAIN.text)
    bad = Fix(good.line, good.end_line, good.replacement.replace("a1", "z1") + "  # fixed")
    blind = score(mutant, answer(Verdict.CORRECT), planter)
    liar = score(mutant, answer(Verdict.WRONG, finding(bad, line)), planter)
    elsewhere = score(mutant, answer(Verdict.WRONG, finding(Fix(1, 1, "import os"), 1)), planter)
    late = score(mutant, answer(Verdict.WRONG, finding(Fix(1, 1, "import os"), 1), finding(good, line)), planter)
    unproved = score(mutant, answer(Verdict.WRONG, finding(good, line, verified=False)), planter)
    assert (blind.seen, blind.on_line, blind.mended) == (False, False, False)
    assert (liar.on_line, liar.mended, liar.false_claim) == (True, False, True)
    assert (elsewhere.seen, elsewhere.on_line, elsewhere.mended) == (True, False, False)
    assert (late.on_line, late.all_found, late.fixed) == (False, True, False)
    assert (unproved.on_line, unproved.mended, unproved.false_claim) == (True, False, False)


def test_a_pair_needs_both() -> None:
    planter = Planter(PLAIN)
    mutant = next(planter.pairs(planter.plantings(), 1))
    fix = cure(mutant, PLAIN.text)
    first, second = (planted.lines[0] for planted in mutant.planted)
    narrow = Fix(first, first, "pass")
    half = score(mutant, answer(Verdict.WRONG, finding(narrow, first)), planter)
    both = score(mutant, answer(Verdict.WRONG, finding(fix, first), finding(fix, second)), planter)
    assert (half.on_line, half.all_found, half.mended) == (True, False, False)
    assert (both.all_found, both.mended) == (True, True)


def test_fixes_are_put_in_from_the_end_and_never_twice() -> None:
    text = "a\nb\nc\nd\n"
    assert repaired(text, [Fix(1, 1, "A\nA"), Fix(3, 4, "C")]) == "A\nA\nb\nC\n"
    assert repaired(text, [Fix(2, 3, "B"), Fix(3, 3, "C")]) == "a\nB\nd\n"
    assert repaired(text, [Fix(2, 2, "")]) == "a\nc\nd\n"


def test_the_table_says_what_is_short_of_the_promise(tmp_path: Path) -> None:
    tasks = list(tasks_of(PLAIN, options(sample=3)))
    blind = list(run(tasks, lambda _: answer(Verdict.CORRECT), tmp_path / "kept", 1))
    short = {name.split(",")[0]: holds for name, _, holds in claims(blind)}
    assert short == {
        "first on line": False,
        "fixed": False,
        "findings on correct programs": True,
        "seconds": True,
    }
    assert "short of what is promised" in table(blind)
    assert len(list((tmp_path / "kept").iterdir())) == len(tasks) - 1
    alarmed = list(run(tasks[:1], lambda _: answer(Verdict.WRONG, finding(Fix(1, 1, ""), 1)), tmp_path, 1))
    assert not claims(alarmed)[0][2]


def options(**chosen: int) -> argparse.Namespace:
    return argparse.Namespace(**{"kind": 0, "sample": 0, "pairs": False, "crashes": False, **chosen})


def scores_of(tasks: list[Task], folder: Path) -> list[Score]:
    scores = list(run(tasks, check_once, folder, 1))
    assert len(scores) == len(tasks)
    return scores


def complaints(scores: list[Score]) -> str:
    return "\n".join(f"{one.file}: {one.mistakes} on {one.lines}: {one.findings}" for one in scores)


def test_nothing_is_found_in_a_correct_program(tmp_path: Path) -> None:
    alarms = [one for one in scores_of([correct(program) for program in PROGRAMS], tmp_path) if one.seen]
    assert not alarms, complaints(alarms)


def test_mistakes_of_some_kinds_are_found_on_their_lines(tmp_path: Path) -> None:
    scores = scores_of(list(itertools.islice(one_of_each_kind(seed=0), KINDS)), tmp_path)
    missed = [one for one in scores if not one.on_line]
    assert len(scores) - len(missed) >= FLOOR * len(scores), complaints(missed)


def one_of_each_kind(seed: int) -> Iterator[Task]:
    """Yield a mutant of each kind of mistake, of a program drawn for it."""
    rng = random.Random(seed)
    planters = [Planter(program) for program in PROGRAMS]
    chances = [(planter, planting) for planter in planters for planting in planter.plantings()]
    rng.shuffle(chances)
    done: set[int] = set()
    for planter, planting in chances:
        if planting.kind not in done:
            for mutant in planter.mutants([planting]):
                if not mutant.crashes:
                    done.add(planting.kind)
                    yield with_mistakes(planter, mutant)


@pytest.mark.slow
def test_every_mistake(tmp_path: Path) -> None:
    """Hold all that is promised but the time, which depends on who else computes."""
    scores = scores_of([task for program in PROGRAMS for task in tasks_of(program, options())], tmp_path)
    short = [f"{name}: {value}" for name, value, holds in claims(scores) if not holds and "seconds" not in name]
    assert not short, short
    assert sum(one.false_claim for one in scores) <= FALSE * len(scores)
