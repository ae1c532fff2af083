"""The program with a backward pass in it."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.checking.derive.lines import Kept
from chainrule.checking.derive.result import Part


def inserted(text: str, parts: Sequence[Part], kept: Sequence[Kept]) -> str:
    """Return a program's text with lines put after, and before, some of its own."""
    lines = text.split("\n")
    after: dict[int, list[str]] = {}
    before: dict[int, list[str]] = {}
    for part in parts:
        block = part.text.rstrip("\n").split("\n")
        after.setdefault(part.after, []).extend(["", *block, ""] if part.name else block)
    for one in kept:
        row = lines[one.before - 1]
        indent = row[: len(row) - len(row.lstrip())]
        if f"{indent}{one.text}" not in before.setdefault(one.before, []):
            before[one.before].append(f"{indent}{one.text}")
    made = []
    for number, row in enumerate(lines, 1):
        made += before.get(number, [])
        made.append(row)
        made += after.get(number, [])
    return "\n".join(made)


def indentation(text: str, line: int) -> str:
    """Return how far a line of a program is indented."""
    row = text.split("\n")[line - 1]
    return row[: len(row) - len(row.lstrip())]


def step_of(text: str) -> str:
    """Return how a program indents."""
    for row in text.split("\n"):
        stripped = row.lstrip()
        if stripped and row != stripped:
            return row[: len(row) - len(stripped)]
    return "    "
