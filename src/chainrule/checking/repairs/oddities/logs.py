"""A cross-entropy in which nothing is negative: its sign belongs to the logarithm."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.repairs.candidate import Candidate
from chainrule.checking.repairs.oddities.odd import odd_expression
from chainrule.checking.repairs.places import Places


def negative_logs(places: Places, statement: ast.stmt) -> Iterator[Candidate]:
    """Yield minus the logarithms that a statement of the forward pass is made of."""
    if not places.forward or statement in places.backward or not isinstance(statement, (ast.Assign, ast.AugAssign)):
        return
    value = statement.value
    called = [ast.unparse(node.func).split(".")[-1] for node in ast.walk(value) if isinstance(node, ast.Call)]
    if "log" in called and not any(isinstance(node, ast.USub) for node in ast.walk(value)):
        yield odd_expression(places, statement, value, ast.UnaryOp(ast.USub(), value), 1.0, "sign")
