"""An entry of a dictionary that is not the variable of its name: ``{"A1": Z1}`` where there is an ``A1``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.repairs.candidate import Candidate
from chainrule.checking.repairs.oddities.odd import odd_expression
from chainrule.checking.repairs.places import Places
from chainrule.checking.repairs.ranks import head


def named_entries(places: Places, statement: ast.stmt) -> Iterator[Candidate]:
    """Yield the variables that the entries which a statement makes are named after."""
    variables, _ = places.scene_of(statement)
    for name, value in _entries(statement):
        if name in variables and ast.unparse(value) != name:
            new = ast.Name(name, ast.Load())
            yield odd_expression(places, statement, value, new, 1.0, f"{ast.unparse(value)} for {name}")


def _entries(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """Yield names and values of ``{"A1": Z1}``, ``dict(A1=Z1)`` and ``cache["A1"] = Z1``."""
    for node in ast.walk(head(statement)):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, value
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "dict":
            yield from ((word.arg, word.value) for word in node.keywords if word.arg is not None)
    if isinstance(statement, ast.Assign) and isinstance(target := statement.targets[0], ast.Subscript):
        key = target.slice
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value, statement.value
