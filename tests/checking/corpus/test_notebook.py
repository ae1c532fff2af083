"""The code of a notebook, with a change in it, and the lines on which it stands in the file."""

from __future__ import annotations

import json

import pytest

from tests.checking.corpus.notebook import code_line, code_of, with_code

CELLS = [("code", ["a = 1\n", "b = 2\n"]), ("markdown", ["c = 3"]), ("code", "d = 4"), ("code", ["e = 5\n", "f = 6"])]
TEXT = json.dumps({"cells": [{"cell_type": kind, "metadata": {}, "source": source} for kind, source in CELLS]})
CODE = "a = 1\nb = 2\n\nd = 4\ne = 5\nf = 6"


def test_cells_are_joined_by_a_newline() -> None:
    assert code_of(TEXT) == CODE


@pytest.mark.parametrize(
    "code",
    [
        CODE,
        CODE.replace("b = 2", "b = 20"),
        CODE.replace("b = 2\n", ""),
        CODE.replace("e = 5", "e = 5\ne = 'é'\ne += 1"),
        CODE.replace("d = 4\n", ""),  # a cell that is left empty
        CODE.replace("d = 4\ne = 5", "d = 40\ne = 50"),
        "# first\n" + CODE,
    ],
)
def test_changed_code_is_in_the_notebook_line_for_line(code: str) -> None:
    changed = with_code(TEXT, code)
    assert code_of(changed) == code
    file = changed.split("\n")
    places = {code_line(changed, row): row for row in range(len(file) + 2)}
    for number, line in enumerate(code.split("\n"), start=1):
        if line:
            written = file[places[number] - 1].strip().removesuffix(",")
            assert json.loads(written).removesuffix("\n") == line


def test_a_line_that_is_no_code_is_none() -> None:
    changed = with_code(TEXT, CODE)
    assert {code_line(changed, row) for row in (0, 1, 999)} == {0}
    assert code_line(changed, next(k for k, line in enumerate(changed.split("\n"), 1) if "c = 3" in line)) == 0
