"""Notebooks: their code cells as lines of Python, and where each of those lines stands in the JSON file."""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

from chainrule.checking.answer import Fix
from chainrule.checking.reading.cannot import CannotCheck


@dataclass(frozen=True)
class Piece:
    """One JSON string of a cell's source: a line as a rule, or the whole cell."""

    value: str
    start: int
    end: int
    """Where it stands in the file, quotes included."""


@dataclass(frozen=True)
class Cell:
    """A code cell."""

    number: int
    """Among the code cells, from 1."""
    first_line: int
    """The line of the program at which it begins, from 1."""
    pieces: tuple[Piece, ...]
    source: tuple[str, ...]
    """Its lines without their ends."""

    def pieces_of(self, row: int, end_row: int) -> tuple[int, int, int]:
        """Return the first and last piece in which rows (from 0) stand, and the row with which the first begins."""
        row_at = 0
        found: list[tuple[int, int]] = []
        for index, piece in enumerate(self.pieces):
            rows = piece.value.count("\n")
            last = row_at + rows - (piece.value.endswith("\n"))
            if row_at <= end_row and last >= row:
                found.append((index, row_at))
            row_at += rows
        if not found:  # the empty row after the end of the last line
            last_piece = len(self.pieces) - 1
            return last_piece, last_piece, row_at - self.pieces[-1].value.count("\n")
        return found[0][0], found[-1][0], found[0][1]


@dataclass(frozen=True)
class Notebook:
    """The code cells of one file, in order."""

    text: str
    cells: tuple[Cell, ...]

    @classmethod
    def read(cls, path: Path, text: str) -> Notebook:
        """Read a notebook of format 3 or 4."""
        try:
            root = _Reader(text).value(0)[0]
            sheets = root.get("worksheets", [root])
            found = [_source(cell) for sheet in sheets for cell in sheet["cells"] if _is_code(cell)]
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
            raise CannotCheck(f"{path}: is not a notebook ({error})") from None
        cells: list[Cell] = []
        line = 1
        for number, pieces in enumerate(found, start=1):
            source = re.split("\r\n|\r|\n", "".join(piece.value for piece in pieces))
            cells.append(Cell(number, line, pieces, tuple(source)))
            line += len(source)
        return cls(text, tuple(cells))

    def cell_and_row(self, line: int) -> tuple[Cell, int]:
        """Return the cell of a line of the program, and the row in it (from 0)."""
        index = bisect.bisect([cell.first_line for cell in self.cells], line) - 1
        cell = self.cells[max(index, 0)]
        return cell, line - cell.first_line

    def file_line(self, line: int) -> int:
        """Return the line of the file in which a line of the program stands."""
        cell, row = self.cell_and_row(line)
        if not cell.pieces:
            return 1
        piece = cell.pieces[cell.pieces_of(row, row)[0]]
        return self.text.count("\n", 0, piece.start) + 1

    def edit(self, line: int, end_line: int, new: list[str]) -> Fix:
        """Return the edit of the file that puts ``new`` in the place of lines of one cell."""
        cell, row = self.cell_and_row(line)
        end_row = row + end_line - line
        first, last, begins = cell.pieces_of(row, end_row)
        rows = "".join(piece.value for piece in cell.pieces[first : last + 1]).split("\n")
        rows[row - begins : end_row - begins + 1] = new
        start, end = cell.pieces[first].start, cell.pieces[last].end
        whole_start = self.text.rfind("\n", 0, start) + 1
        whole_end = self.text.find("\n", end)
        whole_end = len(self.text) if whole_end < 0 else whole_end
        one_each = len(cell.pieces) > 1
        between = ",\n" + re.match(r"[ \t]*", self.text[whole_start:start])[0]  # type: ignore[index]
        joined = between.join(_json_string(text) for text in _as_pieces(rows, one_each))
        replacement = self.text[whole_start:start] + joined + self.text[end:whole_end]
        first_line = self.text.count("\n", 0, whole_start) + 1
        return Fix(first_line, first_line + self.text.count("\n", whole_start, whole_end), replacement)


def without_magics(lines: list[str] | tuple[str, ...]) -> Iterator[str]:
    """Yield the lines of a cell with what only IPython understands taken out, as many as there were."""
    first = next((line.strip() for line in lines if line.strip()), "")
    foreign = first.startswith("%%") and not re.match(r"%%(time|timeit|capture|prun|notify)\b", first)
    goes_on = False
    for line in lines:
        stripped = line.lstrip()
        indentation = line[: len(line) - len(stripped)]
        magic = True
        if foreign or goes_on:
            yield ""
        elif re.match(r"%{1,2} ?[a-z]|!|\?", stripped) or re.fullmatch(r"[\w.]+\?{1,2}\s*", stripped):
            yield indentation + "pass"
        elif match := re.match(r"([\w., ]+=\s*)[!%]", stripped):
            yield indentation + match[1] + "None"
        else:
            magic = False
            yield line
        goes_on = magic and line.rstrip().endswith("\\")


def _is_code(cell: dict[str, Any]) -> bool:
    kind = cell.get("cell_type")
    return isinstance(kind, Piece) and kind.value == "code"


def _source(cell: dict[str, Any]) -> tuple[Piece, ...]:
    source = cell.get("source", cell.get("input", []))
    return (source,) if isinstance(source, Piece) else tuple(source)


def _as_pieces(rows: list[str], one_each: bool) -> list[str]:
    text = "\n".join(rows)
    return text.splitlines(keepends=True) if one_each else [text]


def _json_string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


class _Reader:
    """Reads JSON, with every string as the ``Piece`` of the file that it is."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._space = re.compile(r"[ \t\r\n]*")
        self._scalar = re.compile(r"[-+.\w]+")

    def value(self, at: int) -> tuple[Any, int]:
        at = self._after_space(at)
        opening = self._text[at]
        if opening == '"':
            value, end = scanstring(self._text, at + 1, False)
            return Piece(value, at, end), end
        if opening == "[":
            return self._many(at, "]", self.value, list)
        if opening == "{":
            return self._many(at, "}", self._member, dict)
        match = self._scalar.match(self._text, at)
        if match is None:
            raise ValueError(f"unexpected {opening!r}")
        return match[0], match.end()

    def _many(self, at: int, closing: str, one: Any, kind: Any) -> tuple[Any, int]:
        items: list[Any] = []
        at = self._after_space(at + 1)
        while self._text[at] != closing:
            item, at = one(at)
            items.append(item)
            at = self._after_space(at)
            if self._text[at] == ",":
                at = self._after_space(at + 1)
        return kind(items), at + 1

    def _member(self, at: int) -> tuple[tuple[str, Any], int]:
        key, at = self.value(at)
        at = self._after_space(at)
        value, at = self.value(at + 1)
        return (key.value, value), at

    def _after_space(self, at: int) -> int:
        match = self._space.match(self._text, at)
        assert match is not None
        return match.end()
