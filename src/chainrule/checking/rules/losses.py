"""Derivatives of losses by the output: of the squared error and of cross-entropy."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import permutations

from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.rule import Edit, Place, Scope, register
from chainrule.checking.rules.tree import minus, negative, over, times

ONE, TWO = ast.Constant(1), ast.Constant(2)


def derivatives(output: ast.expr, wanted: ast.expr) -> Iterator[ast.expr]:
    """Yield derivatives of losses of an output: squared error, cross-entropy of two classes and of several."""
    difference = minus(output, wanted)
    yield difference
    yield times(TWO, difference)
    yield over(difference, times(output, minus(ONE, output)))
    yield negative(minus(over(wanted, output), over(minus(ONE, wanted), minus(ONE, output))))
    yield over(negative(wanted), output)
    yield times(difference, times(output, minus(ONE, output)))


@register(ast.BinOp, ast.UnaryOp)
def other_loss(node: ast.BinOp | ast.UnaryOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield the derivatives of other losses for an expression in an output and what it should be."""
    if not place.is_term or place.in_index:
        return
    atoms = {ast.unparse(one): one for one in ast.walk(node) if place.shapes.variable(one) is not None}
    for output, wanted in permutations(atoms.values(), 2):
        shapes = [place.shapes.of(one).shape for one in (output, wanted)]
        if len(atoms) > 3 or shapes[0] != shapes[1]:
            continue
        if isinstance(output, ast.expr) and isinstance(wanted, ast.expr):
            for fresh in derivatives(output, wanted):
                yield Edit(fresh, Mistake.DERIVATIVE_OF_OTHER_LOSS, place.inner)
