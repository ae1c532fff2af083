"""The benchmark of the corpus is shown answers that are wrong, and must count them as wrong."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from benchmarks import check_corpus, corpus_cases
from benchmarks.corpus_engine import isolated, prepare
from benchmarks.corpus_score import Score, correct, repaired, score, with_both, with_mistake
from benchmarks.corpus_table import table
from chainrule.checking.answer import Answer, Finding, Fix, Target, Verdict
from tests.checking.corpus.corpus import CorpusProgram, Planted, read_program

TEXT = """x, w, b = 3.0, 2.0, 0.5
y = w * x + b
dy = 2 * (y - 1)
# gradients
dw = dy * x
db = dy

w -= 0.1 * dw
b -= 0.1 * db
"""
DESCRIPTION = """
manner = "four lines"
runs = true
oracle = "result = [w, b]"
[[mistake]]
part = "backward"
kind = "another factor"
old = "dy * x"
new = "dy * w"
lines = [5]
[[mistake]]
part = "update"
kind = "bias never moved"
old = "b -= 0.1 * db\\n"
new = ""
lines = [9]
[[mistake]]
part = "forward"
kind = "no bias"
old = "y = w * x + b\\n"
new = "y = (\\n    w * x\\n)\\n"
lines = [3]
"""


@pytest.fixture
def program(tmp_path: Path) -> CorpusProgram:
    (tmp_path / "net.py").write_text(TEXT)
    (tmp_path / "net.toml").write_text(DESCRIPTION)
    return read_program(tmp_path / "net.toml")


def answer(line: int, fix: str = "", verified: bool = True, verdict: Verdict = Verdict.WRONG) -> Answer:
    change = Fix(line, line, fix) if fix else None
    finding = Finding(line, line, "dw", "a factor", "", "dy * w", "dy * x", change, verified)
    return Answer(verdict, Target("net.py", "net", "script"), findings=(finding,), seconds=0.5)


NOTHING = Answer(Verdict.CORRECT, Target("net.py", "net", "script"))
ERROR = Answer(Verdict.ERROR, Target("net.py", "net", ""), not_checked=("no loss",))


def scored(program: CorpusProgram, mistake: Planted, given: Answer) -> Score:
    right = mistake.old.strip() if mistake.old.strip() in program.text else mistake.old
    return score(with_mistake(program, mistake), given, lambda code: right in code and mistake.new not in code)


def test_a_right_answer_is_right(program: CorpusProgram) -> None:
    one = scored(program, program.mistakes[0], answer(5, "dw = dy * x"))
    assert one.verdict_right
    assert one.first_on_line
    assert one.any_on_line
    assert one.fixed
    assert not one.failed


@pytest.mark.parametrize(
    ("given", "first_on_line", "fixed", "false_claim"),
    [
        (answer(5, "dw = dy * x", verified=False), True, False, False),
        (answer(5), True, False, False),
        (answer(5, "dw = dy * b"), True, False, True),
        (answer(6, "db = dy * x"), False, False, True),
        (NOTHING, False, False, False),
        (ERROR, False, False, False),
    ],
    ids=["not proved", "no fix", "wrong fix", "elsewhere", "nothing", "error"],
)
def test_a_wrong_answer_is_wrong(
    program: CorpusProgram, given: Answer, first_on_line: bool, fixed: bool, false_claim: bool
) -> None:
    one = scored(program, program.mistakes[0], given)
    assert one.failed
    assert (one.first_on_line, one.fixed, one.false_claim) == (first_on_line, fixed, false_claim)
    assert one.verdict_right is bool(given.findings)
    assert one.checked is (given is not ERROR)
    assert check_corpus.complaint(one).startswith("net: backward: another factor, line 5 [")


def test_only_the_first_finding_counts_as_first(program: CorpusProgram) -> None:
    both = answer(6).findings + answer(5).findings
    one = scored(program, program.mistakes[0], Answer(Verdict.WRONG, NOTHING.target, findings=both))
    assert (one.first_on_line, one.any_on_line) == (False, True)


def test_a_correct_program_is_correct_without_findings(program: CorpusProgram) -> None:
    one, other, accused = (score(correct(program), given, bool) for given in (NOTHING, ERROR, answer(5)))
    noted = score(correct(program), answer(5, verdict=Verdict.CORRECT), bool)
    assert [each.failed for each in (one, other, accused, noted)] == [False, True, True, True]
    assert not accused.false_claim
    assert "correct programs called wrong: 2 of 4 (50.0 %)" in table([one, other, accused, noted])


def test_lines_that_may_be_named(program: CorpusProgram) -> None:
    factor, missing, many = (with_mistake(program, one).accepted[0] for one in program.mistakes)
    assert factor == {5}
    assert missing == {9, 8}  # the gap is behind line 8
    assert many == {3, 2}  # the statement begins on line 2


def test_two_mistakes_at_once(program: CorpusProgram) -> None:
    factor, missing, many = program.mistakes
    pair = with_both(program, missing, many)
    assert pair.mistakes == (many, missing)
    assert [set(lines) for lines in pair.accepted] == [{2, 3}, {10, 11}]
    assert pair.code.count("\n") == TEXT.count("\n") + 1
    half = score(pair, answer(3), bool)
    assert (half.first_on_line, half.all_on_line, half.failed) == (True, False, True)
    with pytest.raises(ValueError, match="they share a line"):
        with_both(program, factor, Planted("backward", "name", "dw = dy", "dw = db", (5,)))
    assert len(list(check_corpus.mutants_of(program, pairs=2))) == 2
    assert [len(one.mistakes) for one in check_corpus.mutants_of(program, "update")] == [0, 1]


def test_of_fixes_that_overlap_the_first_is_applied() -> None:
    assert repaired("a\nb\nc\n", [Fix(2, 3, "B\nC\n"), Fix(3, 3, "x"), Fix(1, 1, "")]) == "B\nC\n"


def test_findings_in_a_notebook_are_counted_in_its_code(tmp_path: Path) -> None:
    cells = [{"cell_type": "markdown", "source": ["net"]}, {"cell_type": "code", "source": TEXT}]
    (tmp_path / "net.ipynb").write_text(json.dumps({"cells": cells}))
    (tmp_path / "net.toml").write_text(DESCRIPTION)
    program = read_program(tmp_path / "net.toml")
    mutant = with_mistake(program, program.mistakes[0])
    row = next(k for k, line in enumerate(mutant.file.split("\n"), 1) if "dy * w" in line)
    good = answer(row, '    "dw = dy * x\\n",')
    assert not score(mutant, good, TEXT.__eq__).failed
    assert score(mutant, answer(row - 1), bool).first_on_line is False
    assert score(mutant, answer(row, "no JSON"), bool).fixed is False


def knows(path: Path) -> Answer:
    """Answer right where the first mistake is planted, say too much of the correct program, break on the third."""
    text = path.read_text()
    if "w * x\n)" in text:
        raise RuntimeError("cannot")
    if "dw = dy * w" in text:
        return answer(5, "dw = dy * x")
    return NOTHING if "b -= 0.1" in text else answer(8, "w -= 0.1 * dw\nb -= db")


@pytest.fixture(autouse=True, scope="module")
def _prepared() -> None:
    prepare(knows)


def hangs(path: Path) -> Answer:
    time.sleep(60)
    return NOTHING


def dies(path: Path) -> Answer:
    os._exit(1)


def test_files_are_checked_apart_and_fixes_run(program: CorpusProgram) -> None:
    scores = {one.kinds: one for one in check_corpus.run(list(check_corpus.mutants_of(program)), knows, 2)}
    assert not scores[()].failed
    assert not scores["another factor",].failed
    wrong, broken = scores["bias never moved",], scores["no bias",]
    assert (wrong.first_on_line, wrong.fixed, wrong.false_claim) == (True, False, True)
    assert (broken.checked, broken.told) == (False, ("RuntimeError: cannot",))
    shown = table(list(scores.values()))
    assert "mistakes, fixed: 1 of 3 (33.3 %)" in shown
    assert "update: bias never moved" in shown


def test_who_does_not_answer_is_given_up(tmp_path: Path) -> None:
    start = time.monotonic()
    slow, gone = isolated(hangs, tmp_path, 0.1), isolated(dies, tmp_path, 5)
    assert time.monotonic() - start < 5
    assert slow.not_checked == ("no answer within 0.1 seconds",)
    assert gone.not_checked == ("its process ended without an answer",)
    assert {slow.verdict, gone.verdict} == {Verdict.ERROR}


def test_nothing_of_what_is_held_out_is_shown(program: CorpusProgram, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        check_corpus.main(["--held-out", "--list"])
    assert "nobody looks" in capsys.readouterr().err
    shown = check_corpus._without_text(scored(program, program.mistakes[0], answer(5, "dw = dy * b")))
    assert (shown.told, shown.lines) == ((), ())


@pytest.mark.parametrize(
    ("told", "lines"),
    [
        ("Line 29: `J = 1` (a minus).\nAll six are right.", {29}),
        ("Lines 39 and 40: `v0`. db is right", {39, 40}),
        ("39: `a`; 40: `b / m`; 43: `c`.", {39, 40, 43}),
        ("Line 40: `d`.\nLine 42 is right only because", {40}),
        ("1. tanh_d, lines 9-10: `r`.\n2. line 25: `+`", {9, 10, 25}),
        ("lines 30 to 33 must go", {30, 31, 32, 33}),
    ],
)
def test_lines_of_a_reported_case(told: str, lines: set[int]) -> None:
    assert corpus_cases.named_lines(told) == lines


def test_a_case_is_held_beside_its_answer(tmp_path: Path) -> None:
    (tmp_path / "01").mkdir()
    (tmp_path / "01" / "net.py").write_text(TEXT)
    (tmp_path / "01" / "expected.md").write_text("kind: backprop\n\n## Right answer\n\nLine 5: `dw`\n")
    (case,) = corpus_cases.cases(tmp_path)
    assert corpus_cases.holds(case, answer(5)) == (True, True)
    assert corpus_cases.holds(case, answer(6)) == (True, False)
    assert corpus_cases.holds(case, NOTHING) == (False, False)
