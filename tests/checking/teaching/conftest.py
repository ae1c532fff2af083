from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chainrule.checking.reading import load, open_program
from chainrule.checking.teaching import Lessons, lessons

Taught = Callable[..., Lessons]


@pytest.fixture
def taught(tmp_path: Path) -> Taught:
    """Read a program and go through the list with it."""

    def teach(text: str, name: str = "net.py", *, gradients_right: bool = True) -> Lessons:
        path = tmp_path / name
        path.write_text(text)
        program = open_program(path)
        return lessons(program, load(program), gradients_right=gradients_right, seconds=10.0)

    return teach


def planted(text: str, old: str, new: str) -> str:
    """Put a mistake into a program, at the only place where it fits."""
    assert text.count(old) == 1, old
    return text.replace(old, new)


def line_of(text: str, part: str) -> int:
    """Return the line in which a part of a program stands."""
    return text[: text.index(part)].count("\n") + 1
