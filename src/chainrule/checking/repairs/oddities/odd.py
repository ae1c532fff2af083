"""A change that is tried before all others, because something stands out in its place."""

from __future__ import annotations

import ast
from collections.abc import Callable

import numpy as np
from numpy import ndarray

from chainrule.checking.repairs.candidate import Candidate, Change
from chainrule.checking.repairs.places import Places
from chainrule.checking.repairs.putting import put
from chainrule.checking.repairs.scope import Scope

ODD = -6.0
"""What is added to the cost of these changes: they come first."""

Scopes = Callable[[ast.stmt], tuple[Scope, Scope]]
"""Gives what is within reach before and behind a statement."""


def odd(
    places: Places,
    statement: ast.stmt,
    changes: tuple[Change, ...],
    size: float,
    mistake: str,
    *,
    natural: bool = False,
) -> Candidate:
    """Return changes, of a size, that undo what stands out in a statement."""
    return Candidate(places.homes[statement][0], changes, ODD + size, mistake, size=size, natural=natural)


def odd_expression(
    places: Places, statement: ast.stmt, old: ast.expr, new: ast.expr, size: float, mistake: str
) -> Candidate:
    """Return one expression of a statement for another."""
    return odd(places, statement, put(statement, old, new), size, mistake)


def shape_of(statement: ast.stmt, scope: Scope) -> tuple[int, ...] | None:
    """Return the shape of what a statement assigns; None if it has none."""
    expression = getattr(statement, "value", None)
    value = scope.value(expression) if isinstance(expression, ast.expr) else None
    return np.shape(value) if isinstance(value, (ndarray, float, int)) else None
