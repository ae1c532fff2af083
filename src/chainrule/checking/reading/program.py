"""A stranger's file as Python 3 text and tree, and the way back from its lines to the file as it stands."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from chainrule.checking.answer import Fix
from chainrule.checking.reading.cannot import CannotCheck
from chainrule.checking.reading.notebook import Notebook, without_magics
from chainrule.checking.reading.python2 import in_python_3

LARGEST = 50_000_000
"""Bytes of a file that is still read; a notebook with its pictures in it reaches some megabytes."""


OLD_METHODS = {"iteritems": "items", "iterkeys": "keys", "itervalues": "values", "has_key": "__contains__"}
"""Methods of Python 2's dictionaries, by what they are called now."""


@dataclass(frozen=True)
class Program:
    """One file to check."""

    path: Path
    text: str
    """Python 3. Line k is where the tree's line numbers point; for a notebook, its code cells one after the other."""
    tree: ast.Module
    python2: bool = False
    """Whether the file was Python 2, in which ``/`` between whole numbers is a whole number."""
    notebook: Notebook | None = None
    unread: tuple[tuple[int, str], ...] = ()
    """Cells that are no Python, which were left out: first line, and why."""
    original: tuple[str, ...] = field(default=(), repr=False)
    """The lines as they stand in the file (or in the notebook's cells), without their ends."""

    def changed(self, text: str) -> Program:
        """Return the program with another text of Python 3.

        Raises
        ------
        SyntaxError
            If that is not Python.
        """
        return replace(self, text=text, tree=_parsed(text))

    def place(self, line: int) -> str:
        """Return where a line of ``text`` is, for people."""
        if self.notebook is None:
            return f"line {line}"
        cell, row = self.notebook.cell_and_row(line)
        return f"cell {cell.number}, line {row + 1}"

    def file_line(self, line: int) -> int:
        """Return the line of the file on disk in which a line of ``text`` stands."""
        return line if self.notebook is None else self.notebook.file_line(line)

    def edit(self, line: int, end_line: int, text: str) -> Fix:
        """Return the edit of the file that puts ``text`` in the place of lines ``line`` to ``end_line`` of our text."""
        new = self._indented_as_the_file(line, text.rstrip("\n").split("\n"))
        if self.notebook is None:
            return Fix(line, end_line, "\n".join(new))
        return self.notebook.edit(line, end_line, new)

    def _indented_as_the_file(self, line: int, new: list[str]) -> list[str]:
        """Return lines whose indentation in spaces is put back into the tabs of the file."""
        ours, theirs = _indentation(self.text.split("\n")[line - 1]), _indentation(self.original[line - 1])
        if ours == theirs:
            return new
        return [theirs + row[len(ours) :] if row.startswith(ours) else row for row in new]


def open_program(path: str | Path) -> Program:
    """Read a ``.py`` file or a notebook.

    Raises
    ------
    CannotCheck
        If it cannot be read, or is not Python.
    """
    path = Path(path)
    raw = _decoded(path)
    notebook = Notebook.read(path, raw) if path.suffix == ".ipynb" else None
    blocks = [cell.source for cell in notebook.cells] if notebook else [_lines(raw)]
    lines: list[str] = []
    unread: list[tuple[int, str]] = []
    python2 = False
    for block in blocks:
        try:
            read, old = _python_3(list(block))
            python2 |= old
        except SyntaxError as error:
            if notebook is None:
                raise CannotCheck(_not_python(path, error)) from None
            unread.append((len(lines) + 1, f"is not Python: {error.msg}"))
            read = [""] * len(block)
        lines += read
    original = tuple(line for block in blocks for line in block)
    text = "\n".join(lines) + "\n"
    return Program(path, text, _parsed(text), python2, notebook, tuple(unread), original)


def _decoded(path: Path) -> str:
    """Return the text of a file in the encoding that it declares (PEP 263), or the likeliest one."""
    try:
        if path.stat().st_size > LARGEST:
            raise CannotCheck(f"{path}: a program of less than {LARGEST // 1_000_000} MB was expected")
        data = path.read_bytes()
    except OSError as error:
        raise CannotCheck(f"{path}: cannot be read ({error.strerror})") from None
    declared = re.search(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", b"\n".join(data.split(b"\n")[:2]), re.MULTILINE)
    encodings = ["utf-8-sig", declared[1].decode() if declared else "utf-8", "cp1252", "latin-1"]
    for encoding in encodings if path.suffix != ".ipynb" else ["utf-8-sig", "latin-1"]:
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise AssertionError("latin-1 decodes everything")


def _lines(text: str) -> list[str]:
    """Return the lines of a file as Python counts them; the ends are gone, the encoding cookie is no longer true."""
    lines = re.split("\r\n|\r|\n", text.replace("\f", " ").replace("\0", " "))
    return lines[:-1] if lines[-1] == "" and len(lines) > 1 else lines


def _python_3(lines: list[str]) -> tuple[list[str], bool]:
    """Return the lines in Python 3, as many as there were, and whether they were Python 2."""
    plain = list(without_magics(lines))
    candidates = [lines, plain, list(_spaces_for_tabs(plain))]
    old = [in_python_3(candidate) for candidate in candidates[1:]]
    first: SyntaxError | None = None
    for number, candidate in enumerate((*candidates, *old)):
        try:
            _parsed("\n".join(candidate) + "\n")
            return candidate, number >= len(candidates)
        except SyntaxError as error:
            first = first or error
    assert first is not None
    raise first


def _spaces_for_tabs(lines: list[str]) -> Iterator[str]:
    for line in lines:
        indentation = _indentation(line)
        yield indentation.expandtabs(8) + line[len(indentation) :]


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _parsed(text: str) -> ast.Module:
    """Return the tree, in which numbers of 32 bits are numbers of 64 (finite differences need them)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "\d" in a stranger's string is no concern here
        try:
            tree = ast.parse(text)
        except (ValueError, RecursionError, MemoryError) as error:
            raise SyntaxError(str(error)) from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in ("float32", "float16", "f4", "f2", "<f4"):
            node.value = "float64"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node.func.attr = OLD_METHODS.get(node.func.attr, node.func.attr)
    return tree


def _not_python(path: Path, error: SyntaxError) -> str:
    return f"{path}: line {error.lineno} is not Python: {error.msg}"
