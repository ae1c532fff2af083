"""A loop that writes over what it should add up: ``total = ...`` where ``total += ...`` was meant."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.repairs.candidate import Candidate
from chainrule.checking.repairs.oddities.odd import odd
from chainrule.checking.repairs.places import Places


def added_up(places: Places, statement: ast.stmt) -> Iterator[Candidate]:
    """Yield the sum of what a loop assigns to a variable that was there before the loop."""
    scenes = places.scenes[statement]
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1 or len(scenes) < 2:
        return
    target = place = statement.targets[0]
    while isinstance(place, ast.Subscript):
        place = place.value
    if isinstance(place, ast.Name) and place.id in scenes[0] and isinstance(target, (ast.Name, ast.Subscript)):
        added = ast.copy_location(ast.AugAssign(target, ast.Add(), statement.value), statement)
        yield odd(places, statement, ((statement, (added,)),), 1.0, "= for +=")
