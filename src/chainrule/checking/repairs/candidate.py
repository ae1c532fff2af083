"""One change of a program that may undo a mistake, and the function with it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from chainrule.checking.units import Function, body_of

Node = TypeVar("Node", bound=ast.AST)
Change = tuple[ast.stmt, tuple[ast.stmt, ...]]
"""A statement, a node of the present version, and what comes in its place: nothing if it is deleted."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A change that may undo a mistake."""

    unit: str
    changes: tuple[Change, ...]
    cost: float
    """Its size, and how unlikely its place is: cheaper ones are tried first."""
    mistake: str
    """What was wrong if this is right."""
    size: float = 1.0
    """How far it goes: 1 is one name for another."""
    promised: frozenset[str] = frozenset()
    """The gradients that it makes right, as far as is known before it is tried."""
    of_loss: bool = False
    """Whether it is tried as a change of the loss: one that leaves the loss as it is does not count."""
    natural: bool = False
    """Whether it is taken as soon as it makes something right: what it uses is there, and nothing else uses it."""

    @property
    def statement(self) -> ast.stmt:
        """The statement that is to blame."""
        return self.changes[0][0]

    def applied(self, function: Function) -> Function:
        """Return the function with the change in it; whatever does not change is shared."""
        for old, new in self.changes:
            function = replaced(function, old, [ast.fix_missing_locations(one) for one in new])
        return function


def replaced(function: Function, old: ast.stmt, new: Sequence[ast.stmt]) -> Function:
    """Return a function with one statement replaced.

    Raises
    ------
    LookupError
        If the statement is not in the function.
    """
    of_lambda = isinstance(function, ast.Lambda)
    fresh: Function | None = _lambda_replaced(function, old, new) if of_lambda else _replaced(function, old, new)
    if fresh is None:
        raise LookupError("the statement is not in this function")
    return fresh


def _lambda_replaced(function: Function, old: ast.stmt, new: Sequence[ast.stmt]) -> ast.Lambda | None:
    """Return a lambda with another expression; it is one, and stays one."""
    if (
        not isinstance(function, ast.Lambda)
        or body_of(function)[0] is not old
        or len(new) != 1
        or not isinstance(new[0], ast.Expr)
    ):
        return None
    return ast.copy_location(ast.Lambda(function.args, new[0].value), function)


def _replaced(node: Node, old: ast.stmt, new: Sequence[ast.stmt]) -> Node | None:
    for name in ("body", "orelse", "finalbody", "handlers"):
        items = getattr(node, name, None)
        if not isinstance(items, list):
            continue
        changed = _replaced_in(items, old, new)
        if changed is not None:
            fresh = copy.copy(node)
            if name == "body" and not changed:
                changed = [ast.copy_location(ast.Pass(), old)]
            setattr(fresh, name, changed)
            return fresh
    return None


def _replaced_in(items: list[ast.AST], old: ast.stmt, new: Sequence[ast.stmt]) -> list[ast.AST] | None:
    for position, item in enumerate(items):
        if item is old:
            return [*items[:position], *new, *items[position + 1 :]]
        fresh = _replaced(item, old, new)
        if fresh is not None:
            return [*items[:position], fresh, *items[position + 1 :]]
    return None


def blocks(function: Function) -> list[list[ast.stmt]]:
    """Return every list of statements that a function is made of, the outer ones first."""
    if isinstance(function, ast.Lambda):
        return [body_of(function)]
    found = []
    for node in ast.walk(function):
        for name in ("body", "orelse", "finalbody"):
            items = getattr(node, name, None)
            if isinstance(items, list) and items:
                found.append(items)
    return found
