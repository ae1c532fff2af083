"""A sum that begins with 0 in a program that leaves out a bias: ``s = 0.0`` before ``s += h[j] * W[j, k]``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.repairs.candidate import Candidate
from chainrule.checking.repairs.edits.edit import parsed
from chainrule.checking.repairs.oddities.odd import Scopes, odd_expression
from chainrule.checking.repairs.places import Places
from chainrule.checking.repairs.unused import unused_in


def begun_with_bias(places: Places, statement: ast.stmt, scopes: Scopes) -> Iterator[Candidate]:
    """Yield an entry of a parameter that nothing uses in the place of the 0 that a statement assigns."""
    value = statement.value if isinstance(statement, ast.Assign) else None
    if not places.judge.unused or not isinstance(value, ast.Constant) or value.value != 0:
        return
    scope, _ = scopes(statement)
    for name in unused_in(places, scope):
        for (counter,) in scope.counters_of(scope.arrays[name].shape) if scope.arrays[name].ndim == 1 else ():
            entry = f"{name}[{counter}]"
            yield odd_expression(places, statement, value, parsed(entry), 1.0, f"{entry} missing")
