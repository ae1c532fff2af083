"""Factors: a division by a count, constants, squares, the length of another axis, one factor of the chain rule."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.names import distance
from chainrule.checking.rules.rule import Edit, Place, Scope, register
from chainrule.checking.rules.tree import (
    function_name,
    is_number,
    minus,
    number,
    over,
    parsed,
    power,
    times,
    with_fields,
)

A_COUNT = re.compile(r"\b(n|m|k|t|b|bs)\b|num|batch|size|count|len|shape|examples|samples|steps", re.IGNORECASE)
"""Finds the names that people give to counts."""

NOT_A_COUNT = 0.6
"""What a division by a number adds that has no name of a count."""

CONSTANTS = (2, 0.5, 1, 0, -1, 3, 4)


def counts(scope: Scope) -> Iterator[tuple[ast.expr, float]]:
    """Yield what a statement may divide by, and how much less likely than usual it is."""
    for one in scope.numbers:
        yield one.node, 0.0 if A_COUNT.search(one.text) else NOT_A_COUNT
    for one in scope.variables:
        if one.role in ("input", "target") and one.shape and one.kind in ("array", "integers"):
            for axis in range(min(len(one.shape), 2)):
                yield parsed(f"{one.text}.shape[{axis}]"), 0.2 + 0.2 * axis


@register(ast.expr)
def factor_missing(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield an expression divided by a count, twice, half, or a number times as large."""
    if not place.is_term or isinstance(node, (ast.Tuple, ast.Dict, ast.List, ast.Compare)):
        return
    if isinstance(node, ast.Constant) and not isinstance(node.value, (int, float)):
        return
    inner = place.inner
    for count, extra in counts(scope):
        yield Edit(over(node, count), Mistake.BATCH_SIZE_MISSING, extra + inner)
        if extra >= NOT_A_COUNT:
            yield Edit(times(count, node), Mistake.FACTOR_MISSING, inner)
        else:
            yield Edit(times(node, count), Mistake.FACTOR_MISSING, inner + 0.4)
        yield Edit(over(node, power(count, 2)), Mistake.BATCH_SIZE_MISSING, extra + inner + 0.7)
    yield Edit(times(ast.Constant(2), node), Mistake.CONSTANT_FACTOR_MISSING, inner)
    yield Edit(times(ast.Constant(0.5), node), Mistake.CONSTANT_FACTOR_MISSING, inner + 0.1)


@register(ast.expr)
def array_missing(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield an expression times another of its shape or of its rows, one minus it, and divided by it."""
    values = (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.Call, ast.UnaryOp)
    shape = place.shape
    if not place.is_array_term or not isinstance(node, values) or shape is None:
        return
    fitting = [*scope.of_shape(shape)]
    if shape:
        fitting += (one for one in scope.arrays if one.shape in (shape[1:], (1, *shape[1:]), (*shape[:-1], 1)))
    for other in dict.fromkeys(fitting):
        if other is not place.own:
            extra = place.inner + distance(other, place) + (0.0 if shape else 0.6)
            yield Edit(times(node, other.node), Mistake.FACTOR_MISSING, extra)
            yield Edit(over(node, other.node), Mistake.FACTOR_MISSING, extra + 0.4)
            yield Edit(times(node, minus(ast.Constant(1), other.node)), Mistake.FACTOR_MISSING, extra + 0.3)


@register(ast.BinOp)
def factor_of_other_term(node: ast.BinOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``a * b + c`` for ``b + a * c``."""
    left, right = node.left, node.right
    if isinstance(node.op, (ast.Add, ast.Sub)):
        if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Mult):
            yield Edit(with_fields(node, left=times(right.left, left), right=right.right), Mistake.BRACKET)
            yield Edit(with_fields(node, left=times(left, right.right), right=right.left), Mistake.BRACKET)
        if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mult):
            yield Edit(with_fields(node, left=left.right, right=times(left.left, right)), Mistake.BRACKET)


@register(ast.Name, ast.Attribute, ast.Subscript)
def complement(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``1 - a`` for ``a``."""
    if place.own is None or place.own.kind not in ("array", "number") or place.in_index:
        return
    if node is not getattr(place.parent, "value", None) and place.own.text not in scope.counters:
        yield Edit(minus(ast.Constant(1), node), Mistake.COMPLEMENT)


@register(ast.BinOp)
def factor_left_out(node: ast.BinOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield one factor of a product alone, or what is divided without the division."""
    if isinstance(node.op, (ast.Mult, ast.MatMult)):
        yield Edit(node.left, *_left_out(node.right, place))
        yield Edit(node.right, *_left_out(node.left, place))
    elif isinstance(node.op, ast.Div):
        mistake, extra = _left_out(node.right, place)
        if mistake is Mistake.FACTOR_SUPERFLUOUS:
            mistake = Mistake.BATCH_SIZE_SUPERFLUOUS
        yield Edit(node.left, mistake, extra)
    elif isinstance(node.op, ast.Pow):
        yield Edit(node.left, Mistake.POWER)


def _left_out(factor: ast.expr, place: Place) -> tuple[Mistake, float]:
    """Return what it is to have a factor too many."""
    if is_number(factor):
        return Mistake.CONSTANT_FACTOR_SUPERFLUOUS, 0.0
    if place.shapes.of(factor).shape == ():
        return Mistake.BATCH_SIZE_SUPERFLUOUS, 0.0
    return Mistake.FACTOR_SUPERFLUOUS, 0.0


@register(ast.BinOp)
def two_factors_left_out(node: ast.BinOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``d`` for ``d * s * (1 - s)``, and ``s`` without the two others."""
    left = node.left
    if isinstance(node.op, ast.Mult) and isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mult):
        yield Edit(left.left, Mistake.SLOPE_SUPERFLUOUS)
        yield Edit(left.right, Mistake.FACTOR_SUPERFLUOUS, 0.3)


@register(ast.Constant)
def other_constant(node: ast.Constant, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield other numbers, and the other truth value."""
    if isinstance(node.value, bool):
        yield Edit(ast.Constant(not node.value), Mistake.CONSTANT)
        return
    if not isinstance(node.value, (int, float)) or place.in_index:
        return
    nearby = (node.value + 1, node.value - 1) if isinstance(node.value, int) else (1 - node.value, node.value / 2)
    for other in dict.fromkeys((*CONSTANTS, *nearby)):
        if other != node.value:
            yield Edit(number(other), Mistake.CONSTANT, 0.2 if other in (0, 3, 4) else 0.0)
    for one in scope.numbers:
        yield Edit(one.node, Mistake.CONSTANT, 0.6)


@register(ast.expr)
def other_power(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield the square of an expression."""
    if place.in_index or isinstance(node, (ast.Constant, ast.Tuple, ast.Dict, ast.List, ast.Compare, ast.UnaryOp)):
        return
    is_power = isinstance(place.parent, ast.BinOp) and isinstance(place.parent.op, ast.Pow)
    if is_power or isinstance(node, (ast.JoinedStr, ast.ListComp, ast.GeneratorExp, ast.Lambda, ast.IfExp)):
        return
    if isinstance(node, ast.Attribute) and node.attr in ("T", "shape"):
        return
    term = isinstance(place.parent, (ast.Call, ast.BinOp)) or place.is_whole
    yield Edit(power(node, 2), Mistake.SQUARE_MISSING, 0.2 if term else 0.6)


@register(ast.Subscript)
def other_axis_length(node: ast.Subscript, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``X.shape[1]`` for ``X.shape[0]``, and back."""
    if isinstance(node.value, ast.Attribute) and node.value.attr == "shape" and isinstance(node.slice, ast.Constant):
        for axis in (0, 1, 2, -1):
            if axis != node.slice.value:
                yield Edit(with_fields(node, slice=number(axis)), Mistake.SHAPE_AXIS, 0.4 if axis in (2, -1) else 0.0)
        yield Edit(with_fields(node.value, attr="size"), Mistake.SHAPE_AXIS, 0.5)


@register(ast.Attribute)
def size_for_length(node: ast.Attribute, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``X.shape[0]`` for ``X.size``."""
    if node.attr == "size":
        for axis in (0, 1):
            yield Edit(
                ast.Subscript(with_fields(node, attr="shape"), ast.Constant(axis), ast.Load()), Mistake.SHAPE_AXIS
            )


@register(ast.Call)
def length_of_other_axis(node: ast.Call, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``X.shape[1]`` for ``len(X)``."""
    if function_name(node) == "len" and len(node.args) == 1:
        for axis in (1, 2):
            shape = ast.Attribute(node.args[0], "shape", ast.Load())
            yield Edit(ast.Subscript(shape, ast.Constant(axis), ast.Load()), Mistake.SHAPE_AXIS, 0.3 * (axis - 1))
        for one in scope.arrays:
            if ast.unparse(node.args[0]) != one.text:
                yield Edit(with_fields(node, args=[one.node]), Mistake.SHAPE_AXIS, 0.5)


@register(ast.Assign, ast.AugAssign)
def divided_afterwards(node: ast.Assign | ast.AugAssign, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a statement followed by a division of what it made."""
    target = place.target
    if target is None or not isinstance(node, ast.AugAssign):
        return
    whole = target.value if isinstance(target, ast.Subscript) and place.shapes.variable(target) is None else target
    for count, extra in counts(scope):
        if isinstance(whole, (ast.Name, ast.Attribute, ast.Subscript)):
            divided = ast.AugAssign(with_fields(whole, ctx=ast.Store()), ast.Div(), count)
            yield Edit(node, Mistake.BATCH_SIZE_MISSING, extra + 0.4, after=(divided,))
