"""A statement that writes over what it should add to: ``total = ...`` where ``total += ...`` was meant."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.repairs.candidate import Candidate
from chainrule.checking.repairs.oddities.odd import odd
from chainrule.checking.repairs.places import Places


def added_up(places: Places, statement: ast.stmt) -> Iterator[Candidate]:
    """Yield the sum where a loop assigns to what was there before it, or a statement to what nothing has used yet."""
    scenes = places.scenes[statement]
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return
    target = place = statement.targets[0]
    while isinstance(place, ast.Subscript):
        place = place.value
    if not isinstance(place, ast.Name) or not isinstance(target, (ast.Name, ast.Subscript)):
        return
    if place.id in scenes[0] and (len(scenes) > 1 or place.id in places.idle):
        added = ast.copy_location(ast.AugAssign(target, ast.Add(), statement.value), statement)
        yield odd(places, statement, ((statement, (added,)),), 1.0, "= for +=")
