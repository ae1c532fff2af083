"""Changes of a program's text: statements put in the place of others, with the layout of what does not change."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from chainrule.checking.fixing import TextEdit, applied, text_edit
from chainrule.checking.rules.rule import Change


def change_edit(text: str, old: ast.stmt, change: Change) -> TextEdit:
    """Return the edit of a text that a change of one statement is."""
    return text_edit(text, [(old, _placed(old, change.statements)), *change.more])


def changed_text(text: str, old: ast.stmt, change: Change) -> str:
    """Return a text with a change of one statement."""
    return applied(text, [change_edit(text, old, change)])


def _placed(old: ast.stmt, new: Sequence[ast.stmt]) -> tuple[ast.stmt, ...]:
    return tuple(one if one is old else ast.fix_missing_locations(ast.copy_location(one, old)) for one in new)
