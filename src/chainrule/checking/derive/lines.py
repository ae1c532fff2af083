"""Generated lines, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Line:
    """A generated line."""

    depth: int
    text: str
    source: int = 0
    """The line of the forward pass that it comes from."""
    upstream: str = ""
    """The gradient that it starts from."""
    local: str = ""
    """The slope of the operation that it goes back through."""
    shape: tuple[int, ...] | None = None
    note: str = ""


def written(lines: list[Line], indent: str = "", step: str = "    ") -> str:
    """Return lines as text."""
    return "".join(f"{indent}{step * one.depth}{one.text}\n" for one in lines)


@dataclass(frozen=True)
class Kept:
    """A line that the forward pass needs besides its own, so that a value is there when it is needed."""

    before: int
    """The line of the program that it goes before."""
    text: str
