"""Activations that are nearly a ReLU: a comparison turned round, a leak."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.repairs.candidate import Candidate
from chainrule.checking.repairs.oddities.odd import odd_expression
from chainrule.checking.repairs.places import Places
from chainrule.checking.repairs.ranks import head

STEEPEST_LEAK = 0.3
"""A constant above this, times an array, is no leak of an activation."""


def plain_activations(places: Places, statement: ast.stmt) -> Iterator[Candidate]:
    """Yield the other masks and the ReLU that a statement may have been meant to have."""
    for old, new in _masks(statement):
        yield odd_expression(places, statement, old, new, 1.1, "mask inverted")
    for leak in _leaks(statement) if statement not in places.backward else ():
        yield odd_expression(places, statement, leak, ast.Constant(0), 1.2, "leaky where ReLU was meant")


def _masks(statement: ast.stmt) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield the other comparisons of a mask that is set in place: ``<`` of a ReLU's output is true nowhere."""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Compare) and len(target.slice.ops) == 1:
        for operation in (ast.LtE, ast.Lt, ast.Gt, ast.GtE, ast.Eq):
            if not isinstance(target.slice.ops[0], operation):
                yield target.slice, ast.Compare(target.slice.left, [operation()], target.slice.comparators)


def _leaks(statement: ast.stmt) -> Iterator[ast.expr]:
    """Yield the leaks of activations: an array times a small constant."""
    for node in ast.walk(head(statement)):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            slopes = [one.value for one in (node.left, node.right) if isinstance(one, ast.Constant)]
            if any(isinstance(slope, float) and 0 < slope <= STEEPEST_LEAK for slope in slopes):
                yield node
