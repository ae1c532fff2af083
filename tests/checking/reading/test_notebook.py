from __future__ import annotations

import json
from pathlib import Path

from chainrule.checking.reading.notebook import Notebook


def notebook(*sources: list[str]) -> Notebook:
    cells = [{"cell_type": "code", "source": source} for source in sources]
    return Notebook.read(Path("n.ipynb"), json.dumps({"cells": cells}, indent=1))


def test_an_empty_last_row_stands_where_the_last_line_stands() -> None:
    found = notebook(["a = 1\n", "b = 2\n"], ["c = 3"])
    assert [cell.source for cell in found.cells] == [("a = 1", "b = 2", ""), ("c = 3",)]
    assert found.file_line(3) == found.file_line(2)
    assert found.file_line(4) > found.file_line(2)


def test_an_edit_of_the_empty_last_row_keeps_the_line_before() -> None:
    found = notebook(["a = 1\n", "b = 2\n"])
    fix = found.edit(3, 3, ["c = 3"])
    assert '"b = 2\\n",' in fix.replacement
    assert '"c = 3"' in fix.replacement
