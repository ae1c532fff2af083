"""Files and notebooks as they come, and the way back to their lines."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chainrule.checking.answer import Fix
from chainrule.checking.reading import CannotCheck, open_program

Write = Callable[..., Path]

CELLS = [
    "%matplotlib inline\nimport numpy as np\n!pip install x \\\n  y\nfiles = !ls",
    "%%bash\nrm -r data",
    "def f(x):\n    z = x\n    return z\n",
    "this is no Python",
    'print "old", f?',
    "print 3",
]


def notebook(cells: list[str], *, one_string: bool = False, indent: int | None = 1, old: bool = False) -> str:
    key = "input" if old else "source"
    made: list[dict[str, Any]] = [{"cell_type": "markdown", "metadata": {}, key: ["# é"]}]
    for text in cells:
        source: Any = text if one_string else text.splitlines(keepends=True)
        made.append({"cell_type": "code", "metadata": {}, "outputs": [{"data": "x" * 50}], key: source})
    body: dict[str, Any] = {"worksheets": [{"cells": made}]} if old else {"cells": made}
    return json.dumps({**body, "nbformat": 3 if old else 4, "metadata": {}}, indent=indent, ensure_ascii=False)


def applied(path: Path, fix: Fix) -> str:
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[fix.line - 1 : fix.end_line] = fix.replacement.split("\n")
    return "\n".join(lines)


def sources(text: str) -> list[str]:
    read = json.loads(text)
    cells = read["worksheets"][0]["cells"] if "worksheets" in read else read["cells"]
    return ["".join(cell.get("source", cell.get("input"))) for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.parametrize("one_string", [False, True])
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("old", [False, True])
def test_a_notebook_is_read_and_edited(written: Write, one_string: bool, indent: int | None, old: bool) -> None:
    path = written(notebook(CELLS, one_string=one_string, indent=indent, old=old), "work.ipynb")
    program = open_program(path)
    line = program.text.split("\n").index("    z = x") + 1
    assert program.place(line) == "cell 3, line 2"
    fix = program.edit(line, line + 1, "    z = 2 * x\n    z += 1\n    return z")
    changed = [*CELLS]
    changed[2] = "def f(x):\n    z = 2 * x\n    z += 1\n    return z\n"
    assert sources(applied(path, fix)) == changed
    if indent is not None and not one_string:
        assert "z = x" in path.read_text(encoding="utf-8").split("\n")[program.file_line(line) - 1]
        assert fix.line == program.file_line(line)


def test_what_is_no_python_in_a_notebook_is_left_out(written: Write) -> None:
    program = open_program(written(notebook(CELLS), "work.ipynb"))
    lines = program.text.split("\n")
    assert lines[:5] == ["pass", "import numpy as np", "pass", "", "files = None"]
    assert "rm -r data" not in program.text
    assert [program.place(line) for line, _ in program.unread] == ["cell 4, line 1", "cell 5, line 1"]
    assert program.python2
    assert "print(3)" in lines


def test_an_edit_of_a_file_is_as_it_is(written: Write) -> None:
    program = open_program(written("a = 1\nb = 2\n"))
    assert program.edit(2, 2, "b = 3") == Fix(2, 2, "b = 3")
    assert program.place(2) == "line 2"
    assert program.file_line(2) == 2


def test_an_edit_keeps_tabs(written: Write) -> None:
    program = open_program(written("def f(x):\n\ty = x\n        return y\n"))
    assert program.edit(2, 2, "        y = 2 * x").replacement == "\ty = 2 * x"
    assert program.edit(3, 3, "        return -y").replacement == "        return -y"


READABLE = {
    "cookie": "# -*- coding: latin-1 -*-\na = 1\n",
    "mark": "\ufeffa = 1\n",
    "windows": "a = 1\r\nif a:\r\n    b = 2\r\n",
    "old Mac": "a = 1\rb = 2\r",
    "empty": "",
    "form feed": "a = 1\n\x0c\nb = 2\n",
}


@pytest.mark.parametrize("name", READABLE)
def test_files_of_all_kinds_are_read(written: Write, name: str) -> None:
    text = READABLE[name]
    program = open_program(written(text))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n")
    assert program.text.count("\n") >= lines
    if lines:
        assert program.text.startswith(("a = 1", "# -*-"))


UNREADABLE = {
    "program.py": ("def f(:\n", "line 1 is not Python"),
    "work.ipynb": ('{"cells": 3}', "is not a notebook"),
    "broken.ipynb": ('{"cells": [', "is not a notebook"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_said(written: Write, name: str) -> None:
    text, message = UNREADABLE[name]
    with pytest.raises(CannotCheck, match=message):
        open_program(written(text, name))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotCheck, match="cannot be read"):
        open_program(tmp_path / "nothing.py")


def test_numbers_of_32_bits_are_numbers_of_64(written: Write) -> None:
    program = open_program(written("x = y.astype('float32')\nfor k, v in d.iteritems(): pass\n"))
    assert "float32" in program.text
    assert "float64" in ast.unparse(program.tree)
    assert "d.items()" in ast.unparse(program.tree)
