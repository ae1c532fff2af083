"""A fix as a diff: of the file's lines, or of the code that a notebook's JSON holds."""

from __future__ import annotations

import json

import pytest

from chainrule.checking.answer import Fix
from chainrule.checking.showing.diff import DiffLine, code_in_json, diff
from chainrule.checking.showing.source import Source, numbered

LINES = ("def f():", "    a = 1", "    b = 2", "    return a")


def file_of(lines: tuple[str, ...], *, is_notebook: bool = False) -> Source:
    return Source(numbered(lines), lines, is_notebook)


@pytest.mark.parametrize(
    ("fix", "shown"),
    [
        (Fix(2, 2, "    a = 3"), ["-a = 1", "+a = 3"]),
        (Fix(2, 2, "    a = 3\n"), ["-a = 1", "+a = 3"]),
        (Fix(2, 3, "    a = 1\n    b = 4"), [" a = 1", "-b = 2", "+b = 4"]),
        (Fix(3, 3, "    b = 2\n    c = 3"), [" b = 2", "+c = 3"]),
        (Fix(3, 3, ""), ["-b = 2"]),
        (Fix(3, 3, "    if a:\n        b = 2\n"), ["-b = 2", "+if a:", "+    b = 2"]),
        (Fix(1, 1, "\tdef f():"), ["-def f():", "+    def f():"]),
    ],
)
def test_a_fix_line_by_line(fix: Fix, shown: list[str]) -> None:
    assert [f"{line.sign}{line.text}" for line in diff(fix, file_of(LINES))] == shown


def test_what_stays_far_from_a_change_is_left_out() -> None:
    old = tuple("abcdefghijklm")
    new = "".join(f"{line}\n" for line in "aBcdefghijkLm")
    shown = [f"{line.sign}{line.text}" for line in diff(Fix(1, 13, new), file_of(old))]
    assert shown == [" a", "-b", "+B", " c", " d", " ...", " j", " k", "-l", "+L", " m"]


def notebook(*lines: str) -> str:
    cell = {"cell_type": "code", "source": list(lines)}
    return json.dumps({"cells": [{"cell_type": "markdown", "source": ["# no code"]}, cell]})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (['    "a = 1\\n",'], '    "a = 3\\n",'),
        (['    "a = 1"'], '    "a = 3"'),
        (['   "source": "a = 1",'], '   "source": "a = 3",'),
        (['   "source": ["a = 1"]'], '   "source": ["a = 3"]'),
        ([notebook("a = 1")], notebook("a = 3")),
    ],
    ids=["line", "last line", "one string", "one row", "one line for the whole notebook"],
)
def test_a_fix_of_a_notebook_shows_the_code(old: list[str], new: str) -> None:
    source = file_of(tuple(old), is_notebook=True)
    assert diff(Fix(1, len(old), new), source) == [DiffLine("-", "a = 1"), DiffLine("+", "a = 3")]


@pytest.mark.parametrize("lines", [["  ],"], ['   "source": ['], ["[" * 100_000], ['{"cells": 3}'], ["3"]])
def test_a_piece_of_json_that_is_no_code_is_shown_as_it_is(lines: list[str]) -> None:
    assert code_in_json(lines) == lines
