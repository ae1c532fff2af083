"""Mistakes that no rule makes, written down as old and new text, program by program.

``NAME.toml`` has those of the loss and the gradients, ``NAME.updates.toml`` those of the training and the prediction.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.checking.mutations.mutant import Planting
from tests.checking.mutations.scan import Edit
from tests.checking.programs.program import Program

FOLDER = Path(__file__).parent


def by_hand(program: Program, code: str) -> Iterator[Planting]:
    """Yield the mistakes of loss and gradients that are written down for a program."""
    yield from _read(FOLDER / f"{program.name}.toml", code)


def in_training(program: Program, code: str) -> Iterator[Planting]:
    """Yield the mistakes of training and prediction that are written down for a program."""
    yield from _read(FOLDER / f"{program.name}.updates.toml", code)


def _read(file: Path, code: str) -> Iterator[Planting]:
    if not file.exists():
        return
    for mistake in tomllib.loads(file.read_text())["mistake"]:
        if code.count(mistake["old"]) != 1:
            raise ValueError(f"{file.name}: this stands {code.count(mistake['old'])} times: {mistake['old']!r}")
        yield Planting(mistake["kind"], mistake["name"], trimmed(code, mistake["old"], mistake["new"]))


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
