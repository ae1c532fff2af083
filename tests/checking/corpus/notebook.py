"""A notebook's code cells as one text, and back: cells are joined by a newline, lines count from 1."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from typing import Any


def code_of(text: str) -> str:
    """Return the code of a notebook."""
    return "\n".join(_source(cell) for cell in json.loads(text)["cells"] if _is_code(cell))


def with_code(text: str, code: str) -> str:
    """Return a notebook with other code in its cells, one line of the file for each line of code.

    A new line goes to the cell of the line that it replaces, or stands behind; a cell that is left without lines goes.
    """
    notebook = json.loads(text)
    cells = [cell for cell in notebook["cells"] if _is_code(cell)]
    old = [(number, line) for number, cell in enumerate(cells) for line in _source(cell).split("\n")]
    new = code.split("\n")
    lines: list[list[str]] = [[] for _ in cells]
    matcher = SequenceMatcher(None, [line for _, line in old], new, autojunk=False)
    for _, first, last, new_first, new_last in matcher.get_opcodes():
        for k in range(new_first, new_last):
            place = max(min(first + k - new_first, last - 1), 0)
            lines[old[place][0]].append(new[k])
    sources = {id(cell): "\n".join(rows) for cell, rows in zip(cells, lines, strict=True) if rows}
    notebook["cells"] = [
        {**cell, "source": sources[id(cell)].splitlines(keepends=True)} if _is_code(cell) else cell
        for cell in notebook["cells"]
        if not _is_code(cell) or id(cell) in sources
    ]
    return _written(notebook)


def code_line(text: str, line: int) -> int:
    """Return the line of the code that stands on a line of a notebook written by ``with_code``; 0 if none does."""
    notebook = json.loads(text)
    tokens: dict[str, int] = {}
    number = 0
    for cell in notebook["cells"]:
        if _is_code(cell):
            source = _source(cell)
            cell["source"] = [f"\0{number + k + 1}" for k, _ in enumerate(source.splitlines())]
            tokens |= {json.dumps(token): int(token[1:]) for token in cell["source"]}
            number += source.count("\n") + 1
    rows = _written(notebook).split("\n")
    return tokens.get(rows[line - 1].strip().removesuffix(","), 0) if 1 <= line <= len(rows) else 0


def _source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def _is_code(cell: dict[str, Any]) -> bool:
    return bool(cell["cell_type"] == "code")


def _written(notebook: dict[str, Any]) -> str:
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
