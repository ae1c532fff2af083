"""Derivatives of activations, as people write them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from chainrule.checking.rules.factors import A_COUNT
from chainrule.checking.rules.names import distance
from chainrule.checking.rules.place import Place
from chainrule.checking.rules.tree import call, minus, negative, over, parsed, plus, positive, power, times
from chainrule.checking.rules.variables import Scope, Shape, Variable

ONE = ast.Constant(1)

NOT_FORWARD = 0.8
"""What a derivative adds that is taken of a gradient, a parameter or the data."""


def sources(scope: Scope, shape: Shape | None, place: Place) -> Iterator[tuple[Variable, float]]:
    """Yield what a derivative of a shape may be taken of, and what it adds."""
    for one in scope.of_shape(shape):
        extra = distance(one, place) + (0.5 if shape is None else 0.0) + (1.0 if shape == () and scope.arrays else 0.0)
        yield one, extra + (NOT_FORWARD if one.role in ("gradient", "parameter", "input", "target") else 0.0)


def slopes(value: ast.expr, scope: Scope) -> Iterator[tuple[ast.expr, float]]:
    """Yield derivatives of activations: of ReLU, the sigmoid and tanh, and what the program's functions give."""
    yield positive(value), 0.0
    yield of_sigmoid(value), 0.1
    yield of_tanh(value), 0.1
    for function in scope.functions:
        yield ast.Call(parsed(function), [value], []), 0.1
    yield minus(ONE, power(call(scope.function("tanh"), value), 2)), 0.2
    for function in scope.functions:
        yield ast.Call(parsed(function), [value, ast.Constant(True)], []), 0.4
    yield over(ONE, plus(ONE, call(scope.function("exp"), negative(value)))), 0.5
    yield from leaky_slopes(value, scope)


def leaky_slopes(value: ast.expr, scope: Scope) -> Iterator[tuple[ast.expr, float]]:
    """Yield derivatives of leaky ReLU."""
    for one in scope.numbers if scope.numpy else ():
        if not A_COUNT.search(one.text):
            yield call(scope.function("where"), positive(value), ONE, one.node), 0.5


def of_sigmoid(value: ast.expr) -> ast.expr:
    """Return ``a * (1 - a)``."""
    return times(value, minus(ONE, value))


def of_tanh(value: ast.expr) -> ast.expr:
    """Return ``1 - a ** 2``."""
    return minus(ONE, power(value, 2))


def factors_of_product(node: ast.expr) -> list[ast.expr]:
    """Return the factors of ``a * b * c``."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*factors_of_product(node.left), node.right]
    return [node]


def product_of(factors: Sequence[ast.expr]) -> ast.expr:
    """Return the product of some factors; a product among them stays together by being written out."""
    first, *rest = factors
    for factor in rest:
        if isinstance(factor, ast.BinOp) and isinstance(factor.op, ast.Mult):
            for one in factors_of_product(factor):
                first = times(first, one)
        else:
            first = times(first, factor)
    return first
