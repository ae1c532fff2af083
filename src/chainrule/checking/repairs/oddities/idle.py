"""A variable that nothing uses: it was meant to be used, or another one to be changed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.repairs.candidate import Candidate
from chainrule.checking.repairs.edits.edit import parsed
from chainrule.checking.repairs.oddities.odd import Scopes, odd, odd_expression, shape_of
from chainrule.checking.repairs.places import Places
from chainrule.checking.repairs.putting import put
from chainrule.checking.repairs.ranks import head
from chainrule.checking.repairs.written import is_atom

MOST = 120
"""How many of the places where it may be used are tried."""


def idle_used(places: Places, name: str, where: ast.stmt, scopes: Scopes) -> Iterator[Candidate]:
    """Yield a variable that nothing uses in the place of others, and another in its place where it is changed."""
    unit, _ = places.homes[where]
    made = 0
    if isinstance(where, ast.AugAssign) and isinstance(where.target, ast.Subscript):
        before, _ = scopes(where)
        had = before.arrays.get(name)
        for other, array in before.arrays.items():
            if had is not None and array.shape == had.shape and other != name:
                yield odd_expression(places, where, where.target.value, parsed(other), 1.0, f"{name} for {other}")
    for statement in places.scenes:
        if places.homes[statement][0] != unit or statement.lineno <= where.lineno or made > MOST:
            continue
        before, _ = scopes(statement)
        idle = before.arrays.get(name)
        if idle is None:
            continue
        if isinstance(statement, ast.Assign) and shape_of(statement, before) == idle.shape:
            product = ast.BinOp(statement.value, ast.Mult(), parsed(name))
            yield odd_expression(places, statement, statement.value, product, 1.1, f"{name} missing")
        for node in ast.walk(head(statement)):
            if not (isinstance(node, ast.expr) and is_atom(node)) or isinstance(getattr(node, "ctx", None), ast.Store):
                continue
            text = ast.unparse(node)
            if text != name and text in before.arrays and before.arrays[text].shape == idle.shape:
                made += 1
                change = put(statement, node, parsed(name))
                yield odd(places, statement, change, 1.0, f"{text} for {name}", natural=True)
