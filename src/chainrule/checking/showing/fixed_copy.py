"""The repaired copy beside the original: every proved fix applied, the original untouched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chainrule.checking.answer import Answer, Fix
from chainrule.checking.showing.source import decoded, split_lines, without_end
from chainrule.files import storage_errors, write_whole

_COPY = re.compile(r".*\.fixed(-\d+)?\.(py|ipynb)", re.IGNORECASE)


@dataclass(frozen=True)
class FixedCopy:
    """What came of repairing a file."""

    path: Path | None
    """Where the copy is; None if no fix was proved, so that there is none."""
    is_new: bool = False
    """Whether it was written now; if not, the same copy was there already."""
    applied: tuple[Fix, ...] = ()
    left_out: tuple[Fix, ...] = ()
    """Those that touch lines which an earlier one replaces."""


def is_fixed_copy(path: Path) -> bool:
    """Return whether a file has the name of a repaired copy."""
    return _COPY.fullmatch(path.name) is not None


def write_fixed_copy(path: Path, answer: Answer) -> FixedCopy:
    """Write ``name.fixed.py`` beside ``name.py``, or ``name.fixed-2.py`` if there is another file of that name.

    Raises
    ------
    StorageError
        If the file cannot be read or the copy not be written.
    """
    proved = [finding.fix for finding in answer.findings if finding.fix is not None and finding.verified]
    if not proved:
        return FixedCopy(None)
    text, encoding = decoded(path)
    applied, left_out = _compatible(proved)
    content = apply_fixes(text, applied).encode(encoding, "backslashreplace")
    place, is_new = _place(path, content)
    if is_new:
        write_whole(place, content)
    return FixedCopy(place, is_new, tuple(applied), tuple(left_out))


def _compatible(fixes: Sequence[Fix]) -> tuple[list[Fix], list[Fix]]:
    """Split fixes into those that can be applied together, the first of two that overlap, and the rest."""
    applied: list[Fix] = []
    left_out: list[Fix] = []
    for fix in dict.fromkeys(fixes):
        overlaps = any(fix.line <= other.end_line and other.line <= fix.end_line for other in applied)
        (left_out if overlaps else applied).append(fix)
    return applied, left_out


def apply_fixes(text: str, fixes: Sequence[Fix]) -> str:
    """Return a text with lines replaced; the new lines get the line ends of those they replace."""
    lines = split_lines(text)
    for fix in sorted(fixes, key=lambda fix: fix.line, reverse=True):  # from the bottom, so that numbers stay true
        old = lines[fix.line - 1 : fix.end_line] or [""]
        between = _end(old[0]) or _end(lines[0]) or "\n"
        new = [without_end(line) + between for line in split_lines(fix.replacement)]
        if new:
            new[-1] = without_end(new[-1]) + _end(old[-1])
        lines[fix.line - 1 : fix.end_line] = new
    return "".join(lines)


def _end(line: str) -> str:
    return line[len(without_end(line)) :]


def _place(path: Path, content: bytes) -> tuple[Path, bool]:
    """Return the first name that is free, or that has this content already, and whether it is free."""
    number = 1
    while True:
        middle = "fixed" if number == 1 else f"fixed-{number}"
        place = path.with_name(f"{path.stem}.{middle}{path.suffix}")
        if not place.exists():
            return place, True
        with storage_errors(str(place)):
            if place.is_file() and place.read_bytes() == content:
                return place, False
        number += 1
