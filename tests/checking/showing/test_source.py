"""The code as a person reads it: lines of a file, or of a notebook's cells, however the notebook keeps them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chainrule.checking.reading import open_program
from chainrule.checking.showing.fixed_copy import write_fixed_copy
from chainrule.checking.showing.source import CodeLine, Source, numbered, read_source

from .conftest import CODE, MASK, WRONG

STYLES = {
    "a string a line": lambda text: json.dumps(notebook(text.splitlines(keepends=True)), indent=1),
    "a string a cell": lambda text: json.dumps(notebook(text), indent=1),
    "one line": lambda text: json.dumps(notebook(text)),
}


def notebook(source: list[str] | str) -> dict[str, object]:
    common: dict[str, object] = {"metadata": {}, "outputs": [], "execution_count": None}
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "# dz1 = np.maximum(dp1, 0)"},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "import numpy as np\n"], **common},
        {"cell_type": "code", "source": source, **common},
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}


@pytest.fixture(params=STYLES)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "net.ipynb"
    path.write_text(STYLES[request.param](CODE))
    return path


def test_the_lines_of_a_notebook_are_those_of_its_cells(path: Path) -> None:
    source = read_source(path)
    assert source.is_notebook
    assert source.code[0] == CodeLine(source.code[0].line, "%matplotlib inline", "1", "cell 1")
    second = [code for code in source.code if code.cell == "cell 2"]
    assert [code.text for code in second] == CODE.splitlines()
    assert [code.number for code in second] == [str(number) for number in range(1, len(second) + 1)]
    for code in second:
        if code.text.strip():
            assert json.dumps(code.text)[1:-1] in source.file_lines[code.line - 1]


def test_a_finding_is_found_and_mended_in_any_notebook(path: Path) -> None:
    program = open_program(path)
    line = program.original.index("    dz1 = np.maximum(dp1, 0)") + 1
    finding = replace(
        MASK,
        line=program.file_line(line),
        end_line=program.file_line(line),
        message=f"{program.place(line)}: {MASK.mistake}.",
        fix=program.edit(line, line, "    dz1 = dp1 * (z1 > 0)"),
    )
    source = read_source(path)
    assert source.place_of(finding) == "cell 2, line 12"
    assert [source.code[position].text for position in source.positions_of(finding)] == ["    dz1 = np.maximum(dp1, 0)"]
    copy = write_fixed_copy(path, replace(WRONG, findings=(finding,)))
    assert copy.path == path.with_name("net.fixed.ipynb")
    mended = json.loads(copy.path.read_text())["cells"]
    assert "".join(mended[2]["source"]) == CODE.replace("np.maximum(dp1, 0)", "dp1 * (z1 > 0)")
    assert mended[:2] == json.loads(path.read_text())["cells"][:2]


def test_where_it_cannot_be_told_nothing_is_pointed_at() -> None:
    source = Source((CodeLine(1, "a", "1", "cell 1"), CodeLine(1, "b", "2", "cell 1")), ("",), is_notebook=True)
    finding = replace(MASK, line=1, end_line=1)
    assert (source.place_of(finding), source.positions_of(finding)) == ("line 1", range(0))


def test_a_notebook_that_is_none_is_shown_as_its_text(tmp_path: Path) -> None:
    path = tmp_path / "net.ipynb"
    path.write_text("no\nJSON\n")
    assert read_source(path) == Source(numbered(["no", "JSON"]), ("no", "JSON"))


def test_numbers_of_lines(net: Path) -> None:
    source = read_source(net)
    assert source.code == numbered(CODE.splitlines())
    assert source.place(3) == "line 3"
