"""The code that an answer speaks of: its lines as a person reads them, and the file as it stands."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chainrule.checking.answer import Finding, Note
from chainrule.errors import ChainruleError, StorageError
from chainrule.files import storage_errors

NOTEBOOK = ".ipynb"


@dataclass(frozen=True)
class CodeLine:
    """A line of code: where it stands in the file, and how a person finds it."""

    line: int
    """Of the file. Several lines share one where a notebook keeps a whole cell in a line."""
    text: str
    number: str = ""
    """What stands before it, ``12``: of the file, or of the cell."""
    cell: str = ""
    """``cell 3``; empty in a file that is no notebook."""

    @property
    def place(self) -> str:
        """``line 12``, or ``cell 3, line 5``."""
        line = f"line {self.number or self.line}"
        return f"{self.cell}, {line}" if self.cell else line


@dataclass(frozen=True)
class Source:
    """A program as text."""

    code: tuple[CodeLine, ...] = ()
    file_lines: tuple[str, ...] = ()
    """The lines of the file, without their ends: what a fix replaces."""
    is_notebook: bool = False

    def at(self, line: int, end_line: int) -> range:
        """Return the positions in ``code`` of some lines of the file."""
        found = [position for position, code in enumerate(self.code) if line <= code.line <= end_line]
        return range(found[0], found[-1] + 1) if found else range(0)

    def place(self, line: int) -> str:
        """Return ``line 12``, or ``cell 3, line 5``, for a line of the file."""
        found = self.at(line, line)
        return self.code[found[0]].place if len(found) == 1 else f"line {line}"

    def note(self, note: Note) -> str:
        """Return a note with its place before it, once."""
        place = "" if note.line is None else self.place(note.line)
        return note.message if note.message.startswith(place) else f"{place}: {note.message}"

    def place_of(self, finding: Finding) -> str:
        """Return where a finding is, as its message says it, or else as its line does."""
        said, mistake, _ = finding.message.partition(f": {finding.mistake}")
        return said if mistake and "line " in said and len(said) < 40 else self.place(finding.line)

    def positions_of(self, finding: Finding) -> range:
        """Return the positions in ``code`` of a finding; none where a line of the file holds too many to tell."""
        found = self.at(finding.line, finding.end_line)
        if len(found) <= finding.end_line - finding.line + 1:
            return found
        place = self.place_of(finding)
        named = next((position for position in found if self.code[position].place == place), None)
        return range(0) if named is None else range(named, named + 1)


def split_lines(text: str) -> list[str]:
    """Return the lines of a text with their ends, where Python sees line ends (``str.splitlines`` sees more)."""
    return io.StringIO(text, newline="").readlines()


def without_end(line: str) -> str:
    """Return a line without its end."""
    return line.rstrip("\r\n")


def decoded(path: Path) -> tuple[str, str]:
    """Read a file of code: its text, line ends untouched, and the encoding that gives the same bytes back.

    Raises
    ------
    StorageError
        If it cannot be read.
    """
    with storage_errors(str(path)):
        content = path.read_bytes()
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return content.decode(encoding), encoding
    except (SyntaxError, UnicodeDecodeError):  # whatever was meant: every byte comes through Latin-1 and back
        return content.decode("latin-1"), "latin-1"


def read_source(path: Path) -> Source:
    """Read a program for showing it, a notebook's cells as the check reads them.

    Of a file that cannot be read nothing is shown: its answer says so already.
    """
    try:
        text, _ = decoded(path)
    except StorageError:
        return Source()
    file_lines = tuple(map(without_end, split_lines(text)))
    code = _cells(path) if path.suffix == NOTEBOOK else ()
    return Source(code or numbered(file_lines), file_lines, is_notebook=bool(code))


def numbered(lines: Sequence[str]) -> tuple[CodeLine, ...]:
    """Return the lines of a file that is no notebook."""
    return tuple(CodeLine(number, text, str(number)) for number, text in enumerate(lines, 1))


def _cells(path: Path) -> tuple[CodeLine, ...]:
    """Return the lines of a notebook's cells; none if it cannot be read, which the answer says already."""
    from chainrule.checking.reading import open_program

    try:
        program = open_program(path)
    except ChainruleError:
        return ()
    places = [program.place(number).rpartition(", ") for number in range(1, len(program.original) + 1)]
    lines = []
    for number, (text, (cell, _, line)) in enumerate(zip(program.original, places, strict=True), 1):
        is_last = number == len(places) or places[number][0] != cell
        if text or not is_last:  # after the end of its last line a cell has an empty one, which no file holds
            lines.append(CodeLine(program.file_line(number), text, line.removeprefix("line "), cell))
    return tuple(lines)
