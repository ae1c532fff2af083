"""Reads the table of statements, and what each was meant to be."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from chainrule.checking.rules import Scope
from tests.checking.rules.scopes import SCOPES


class Row(NamedTuple):
    """A statement with a mistake."""

    rule: str
    scope: Scope
    wrong: str
    right: str
    """The statements meant, with ``;;`` between them; nothing where there should be none."""


def _read() -> list[Row]:
    rows, rule = [], ""
    for line in Path(__file__).with_name("rows.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(" "):
            scope, wrong, right = (part.strip() for part in line.split(" |"))
            rows.append(Row(rule, SCOPES[scope], wrong, right))
        elif line and not line.startswith("#"):
            rule = line.strip()
    return rows


ROWS = _read()
