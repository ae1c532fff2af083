"""A change in place that stands twice, word for word: ``W2 -= lr * dW2`` before W2 was used, and behind it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.repairs.candidate import Candidate
from chainrule.checking.repairs.oddities.odd import odd
from chainrule.checking.repairs.places import Places


def done_once(places: Places, statement: ast.stmt) -> Iterator[Candidate]:
    """Yield the program without one of two statements that are the same."""
    if not isinstance(statement, ast.AugAssign):
        return
    unit, text = places.homes[statement][0], ast.unparse(statement)
    others = [one for one in places.homes if one is not statement and places.homes[one][0] == unit]
    if any(ast.unparse(one) == text for one in others if isinstance(one, ast.AugAssign)):
        yield odd(places, statement, ((statement, ()),), 1.1, "done twice")
