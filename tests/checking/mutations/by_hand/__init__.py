"""Mistakes that no rule makes, written down as old and new text, program by program."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.checking.mutations.scan import Edit
from tests.checking.programs.corpus import Program

FOLDER = Path(__file__).parent


def by_hand(program: Program, code: str) -> Iterator[tuple[int, str, Edit]]:
    """Yield the number, the name and the edit of each mistake that is written down for a program."""
    file = FOLDER / f"{program.name}.toml"
    if not file.exists():
        return
    for mistake in tomllib.loads(file.read_text())["mistake"]:
        if code.count(mistake["old"]) != 1:
            raise ValueError(f"{file.name}: this stands {code.count(mistake['old'])} times: {mistake['old']!r}")
        yield mistake["kind"], mistake["name"], trimmed(code, mistake["old"], mistake["new"])


def trimmed(code: str, old: str, new: str) -> Edit:
    """Return the edit, less the whole lines that are the same at both ends."""
    start = code.index(old)
    end = start + len(old)
    before, after = old.split("\n"), new.split("\n")
    while len(before) > 1 and len(after) > 1 and before[0] == after[0]:
        start += len(before.pop(0)) + 1
        after.pop(0)
    while len(before) > 1 and len(after) > 1 and before[-1] == after[-1]:
        end -= len(before.pop()) + 1
        after.pop()
    return Edit(start, end, "\n".join(after))
