"""An answer as plain text, for ``print`` and for the message of a failed assertion."""

from __future__ import annotations

import io
import linecache
from pathlib import Path

from rich.console import Console

from chainrule.checking.answer import Answer
from chainrule.checking.showing.source import Source, numbered, read_source
from chainrule.checking.showing.terminal import print_answer

WIDTH = 88


def as_text(answer: Answer) -> str:
    """Return what the terminal would show, without colours."""
    written = io.StringIO()
    console = Console(file=written, width=WIDTH, color_system=None, highlight=False, markup=False, soft_wrap=True)
    print_answer(console, answer, source_of(answer))
    return written.getvalue()


def source_of(answer: Answer) -> Source:
    """Return the lines of the checked file; those of a notebook's cell are where Python keeps them for tracebacks."""
    file = answer.target.file
    if Path(file).is_file():
        return read_source(Path(file))
    lines = tuple(line.rstrip("\n") for line in linecache.getlines(file))
    return Source(numbered(lines), lines)
