"""A fix as the lines that go and the lines that come; in a notebook, the lines of code inside the JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from chainrule.checking.answer import Fix
from chainrule.checking.showing.printable import printable
from chainrule.checking.showing.source import Source, split_lines, without_end

AROUND = 2
"""Lines that stay which are shown on either side of those that change."""


class DiffLine(NamedTuple):
    """A line of a diff."""

    sign: str
    """``-``, ``+``, or a space for a line that stays."""
    text: str


def diff(fix: Fix, source: Source) -> list[DiffLine]:
    """Return a fix line by line, printable, without the indentation that all lines share."""
    old: Sequence[str] = source.file_lines[fix.line - 1 : fix.end_line]
    new: Sequence[str] = [without_end(line) for line in split_lines(fix.replacement)]
    if source.is_notebook:
        old, new = code_in_json(old), code_in_json(new)
    lines = list(_compared(old, new))
    texts = [printable(line.text) for line in lines]
    margin = common_indentation(texts)
    return [DiffLine(line.sign, text[margin:]) for line, text in zip(lines, texts, strict=True)]


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[DiffLine]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for number, group in enumerate(matcher.get_grouped_opcodes(AROUND)):
        if number:
            yield DiffLine(" ", "...")
        for kind, i, j, k, end in group:
            if kind == "equal":
                yield from (DiffLine(" ", line) for line in old[i:j])
            else:
                yield from (DiffLine("-", line) for line in old[i:j])
                yield from (DiffLine("+", line) for line in new[k:end])


def common_indentation(lines: Sequence[str]) -> int:
    """Return how many spaces every line that is not blank begins with."""
    return min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)


def code_in_json(lines: Sequence[str]) -> Sequence[str]:
    r"""Return the code in some lines of a notebook's JSON, or the lines as they are if they are no whole piece.

    A piece is a row of strings (``"a = 1\n", "b = 2"``), a cell's ``"source": ...``, or the whole notebook.
    """
    text = "\n".join(lines).strip().removesuffix(",")
    for opening, closing in (("[", "]"), ("{", "}"), ("", "")):
        try:
            code = _code(json.loads(opening + text + closing))
        except (ValueError, RecursionError):
            continue
        if code is not None:
            return [without_end(line) for line in split_lines(code)]
    return lines


def _code(piece: Any) -> str | None:
    """Return the code in a piece of a notebook; None if there is none."""
    if isinstance(piece, str):
        return piece
    if isinstance(piece, list):
        return "".join(piece) if all(isinstance(line, str) for line in piece) else None
    if not isinstance(piece, dict):
        return None
    if "source" in piece:
        return _code(piece["source"])
    cells = piece.get("cells")
    if not isinstance(cells, list):
        return None
    codes = [_code(cell) for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    return "\n".join(code for code in codes if code is not None)
