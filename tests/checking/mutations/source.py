"""A file as the Python code in it, and back: a program, or the code cells of a notebook."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.checking.programs.program import Program

CELL = "# ---- cell {} ----"
CELLS = re.compile(r"^# ---- cell (\d+) ----\n", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """Code, and the file that it stands in."""

    code: str
    notebook: dict[str, Any] | None = None

    def written(self, code: str) -> str:
        """Return the file with other code in it."""
        if self.notebook is None:
            return code
        return json.dumps({**self.notebook, "cells": self._cells(code)}, indent=1) + "\n"

    def lines(self, code: str) -> list[int]:
        """Return, for each line of the code from the first on, its line of the file."""
        if self.notebook is None:
            return list(range(1, code.count("\n") + 2))
        file = self.written(code).split("\n")
        places: list[int] = []
        line = 0
        for text in code.split("\n"):
            written = None if CELLS.match(text + "\n") else json.dumps(text)[1:-1]
            if written:
                line = next(k for k in range(line, len(file)) if _string(file[k]) == written) + 1
            places.append(line)
        return places

    def _cells(self, code: str) -> list[dict[str, Any]]:
        assert self.notebook is not None
        parts = CELLS.split(code)
        texts = {int(number): text for number, text in zip(parts[1::2], parts[2::2], strict=True)}
        return [
            {**cell, "source": texts[k].removesuffix("\n").splitlines(keepends=True)} if k in texts else cell
            for k, cell in enumerate(self.notebook["cells"])
        ]


def _string(line: str) -> str:
    """Return what a line of JSON says, without quotes, comma and the newline at its end."""
    return line.strip().removesuffix(",").removeprefix('"').removesuffix('"').removesuffix("\\n")


def open_source(program: Program) -> Source:
    """Read a program of the corpus."""
    return read_source(program.text, program.suffix)


def read_source(text: str, suffix: str) -> Source:
    """Read the text of a file."""
    if suffix != ".ipynb":
        return Source(text)
    notebook = json.loads(text)
    cells = [
        CELL.format(k) + "\n" + "".join(cell["source"]) + "\n"
        for k, cell in enumerate(notebook["cells"])
        if cell["cell_type"] == "code"
    ]
    return Source("".join(cells), notebook)
