"""Whether a page shows what a program prints: the same lines in the same order, but for the digits of measurements."""

from __future__ import annotations

import re

ONLY_ONCE = "engine   compiling for this machine"  # said by the first run on a machine alone
GAP = re.compile(r"^ *\.\.\.$", re.MULTILINE)


def shape_of(line: str) -> str:
    """Return a line with its numbers and marks of the best epoch hidden: they may differ elsewhere."""
    return re.sub(r"[ \d.,e+-]+", "#", line.replace("*", " ").rstrip() + " ")


def first_missing(shown: str, printed: str) -> str | None:
    """Return the first line shown that is not printed in its place; ``...`` stands for any lines."""
    lines = [shape_of(line) for line in printed.strip("\n").split("\n") if not line.startswith(ONLY_ONCE)]
    at = 0
    for part in re.split(GAP, shown.strip("\n")):
        wanted = part.strip("\n").split("\n") if part.strip("\n") else []
        shapes = [shape_of(line) for line in wanted]
        starts = [start for start in range(at, len(lines)) if lines[start : start + len(shapes)] == shapes]
        if wanted and not starts:
            return _culprit(wanted, shapes, lines[at:])
        at = starts[0] + len(wanted) if wanted else at
    return None


def _culprit(wanted: list[str], shapes: list[str], lines: list[str]) -> str:
    """Return the line that is not there at all, or the first of those that do not follow each other."""
    return next((line for line, shape in zip(wanted, shapes, strict=True) if shape not in lines), wanted[0])
