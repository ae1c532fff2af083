"""Changes of a program's text: statements put in the place of others, with the layout of what does not change."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from chainrule.checking.fixing import TextEdit, applied, text_edit


def statement_edit(text: str, old: ast.stmt, new: Sequence[ast.stmt]) -> TextEdit:
    """Return the edit of a text that puts statements in the place of one."""
    placed = tuple(one if one is old else ast.fix_missing_locations(ast.copy_location(one, old)) for one in new)
    return text_edit(text, [(old, placed)])


def replaced_text(text: str, old: ast.stmt, new: Sequence[ast.stmt]) -> str:
    """Return a text with statements in the place of one."""
    return applied(text, [statement_edit(text, old, new)])
