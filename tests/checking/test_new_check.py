"""The check of whole files: right programs of many manners pass, and a mistake planted in one is found and mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainrule.checking.answer import Answer, Verdict
from chainrule.checking.api import check_file
from tests.checking.checked_programs import ROWS, Row

PLANTED = {name: row for name, row in ROWS.items() if row.right}


def checked(folder: Path, row: Row, text: str) -> Answer:
    path = folder / f"program{row.suffix}"
    path.write_text(text)
    return check_file(path)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_right_program_passes(row: Row, tmp_path: Path) -> None:
    answer = checked(tmp_path, row, row.text)
    assert (answer.verdict, answer.findings, answer.not_checked) == (Verdict.CORRECT, (), ())
    assert answer.gradients
    assert all(one.ok for one in answer.gradients.values())


@pytest.mark.parametrize("row", PLANTED.values(), ids=PLANTED)
def test_a_mistake_is_found_and_its_fix_passes(row: Row, tmp_path: Path) -> None:
    text = row.planted()
    answer = checked(tmp_path, row, text)
    assert answer.verdict is Verdict.WRONG
    assert [finding.line for finding in answer.findings] == row.lines()
    (finding,) = answer.findings
    assert finding.verified
    assert finding.fix is not None
    lines = text.split("\n")
    lines[finding.fix.line - 1 : finding.fix.end_line] = finding.fix.replacement.split("\n")
    mended = checked(tmp_path, row, "\n".join(lines))
    assert (mended.verdict, mended.findings) == (Verdict.CORRECT, ())


def test_what_has_no_gradients_is_no_verdict(tmp_path: Path) -> None:
    answer = checked(tmp_path, Row(""), "import numpy as np\nprint(np.ones(3).sum())\n")
    assert answer.verdict is Verdict.ERROR
    assert answer.not_checked == ("nothing in it has gradients: it moves no parameters, and no function returns any",)


def test_a_file_that_is_not_python_is_an_answer(tmp_path: Path) -> None:
    answer = checked(tmp_path, Row(""), "def :\n")
    assert answer.verdict is Verdict.ERROR
    assert answer.not_checked == ("line 1 is not Python: invalid syntax",)
