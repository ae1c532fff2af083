"""A class's grades: rows, harmless cells, what is never overwritten."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from chainrule.checking.answer import Answer, GradientCheck, Target
from chainrule.checking.showing.as_json import to_json
from chainrule.checking.showing.grades import Grades, csv_text, harmless, mistake_counts
from chainrule.errors import InputError

from .conftest import CORRECT, ERROR, MASK, PENALTY, WRONG


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_row_each() -> None:
    both = replace(WRONG, findings=(PENALTY, MASK))
    wrong, correct, error = table(csv_text([both, CORRECT, ERROR]))
    assert wrong == {
        "file": "net.py",
        "verdict": "wrong",
        "target": "loss",
        "mistakes": "factor of the penalty; mask taken from the upstream gradient",
        "lines": "10; 12",
        "largest relative error": "0.931",
        "seconds": "0.61",
        "detail": f"{PENALTY.message} | {MASK.message}",
    }
    assert (correct["largest relative error"], correct["mistakes"], correct["detail"]) == ("3e-09", "", "")
    assert (error["verdict"], error["detail"]) == ("error", "no function here returns a loss")


def test_lines_of_a_notebook_are_those_of_its_cells() -> None:
    finding = replace(MASK, line=1, end_line=1, message=f"cell 2, line 34: {MASK.mistake}. It is so.")
    assert table(csv_text([replace(WRONG, findings=(finding,))]))[0]["lines"] == "cell 2, line 34"


@pytest.mark.parametrize(("error", "cell"), [(float("nan"), "not a number"), (float("inf"), "infinite")])
def test_the_largest_error_may_be_none(error: float, cell: str) -> None:
    answer = replace(WRONG, gradients={"W1": GradientCheck(0.5, ok=False), "W2": GradientCheck(error, ok=False)})
    assert table(csv_text([answer]))[0]["largest relative error"] == cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " \r\n=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    hostile = replace(
        WRONG, target=Target(text, text, "function"), findings=(replace(MASK, mistake=text, message=text),)
    )
    row = table(csv_text([hostile]))[0]
    for column in ("file", "target", "mistakes", "detail"):
        assert row[column] == f"'{text.strip()}"
    assert harmless("W1 = -1") == "W1 = -1"


def test_rows_stand_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    written = Grades(tmp_path / "grades.csv")
    written.write({2: ERROR, 0: WRONG, 1: CORRECT})
    assert [row["verdict"] for row in table(written.path.read_text())] == ["wrong", "correct", "error"]


def test_grades_as_json(tmp_path: Path) -> None:
    written = Grades(tmp_path / "grades.json")
    written.write({1: CORRECT, 0: WRONG})
    assert json.loads(written.path.read_text()) == [to_json(WRONG), to_json(CORRECT)]


@pytest.mark.parametrize("name", ["grades.csv", "grades.json"])
def test_ones_own_grades_are_replaced_and_nothing_else(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    Grades(path)
    before = path.read_bytes()
    assert before
    Grades(path).write({0: WRONG})
    Grades(path).write({})
    assert path.read_bytes() == before
    path.write_text("name,grade\nann,1\n")
    with pytest.raises(InputError, match="expected a new file, or one that this command wrote"):
        Grades(path)
    assert path.read_text() == "name,grade\nann,1\n"


def test_earlier_grades_stand_until_there_are_new_ones(tmp_path: Path) -> None:
    path = tmp_path / "grades.csv"
    Grades(path).write({0: WRONG})
    Grades(path)
    assert len(table(path.read_text())) == 1


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"--out: expected a name that ends in \.csv or \.json, got .*net\.py"):
        Grades(tmp_path / "net.py")


def test_updates_are_not_written_more_often_than_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("chainrule.checking.showing.grades.time.monotonic", lambda: now[0])
    written = Grades(tmp_path / "grades.csv")
    answers: dict[int, Answer] = {}
    rows = []
    for number in range(6):
        answers[number] = WRONG
        now[0] += 0.4
        written.update(answers)
        rows.append(len(table(written.path.read_text())))
    assert rows == [0, 0, 3, 3, 3, 6]


def test_which_mistakes_a_class_made() -> None:
    two = replace(WRONG, findings=(MASK, PENALTY, PENALTY))
    assert mistake_counts([WRONG, two, CORRECT]) == [(MASK.mistake, 2), (PENALTY.mistake, 1)]
