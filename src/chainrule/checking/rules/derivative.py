"""The derivative of an expression by one of its names, written the way people write it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.rule import Edit, Place, Scope, register
from chainrule.checking.rules.tree import (
    function_name,
    is_number,
    minus,
    negative,
    number,
    over,
    plus,
    positive,
    power,
    times,
    with_fields,
)

ONE = ast.Constant(1)


def derivative(node: ast.expr, name: str) -> ast.expr | None:
    """Return the derivative of an expression by a name, entry by entry; None if it is not known or zero.

    Written after the rules of calculus; of functions ``exp``, ``log``, ``tanh``, ``sqrt``, ``maximum`` and ``where``.
    """
    if isinstance(node, ast.Name):
        return ONE if node.id == name else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = derivative(node.operand, name)
        return None if inner is None else negative(inner)
    if isinstance(node, ast.BinOp):
        return _of_operation(node, name)
    if isinstance(node, ast.IfExp):
        branches = [derivative(one, name) or number(0) for one in (node.body, node.orelse)]
        return with_fields(node, body=branches[0], orelse=branches[1])
    return _of_call(node, name) if isinstance(node, ast.Call) else None


def _of_operation(node: ast.BinOp, name: str) -> ast.expr | None:
    left, right = derivative(node.left, name), derivative(node.right, name)
    if isinstance(node.op, (ast.Add, ast.Sub)):
        if left is None or right is None:
            return left if right is None else right if isinstance(node.op, ast.Add) else negative(right)
        return with_fields(node, left=left, right=right)
    if isinstance(node.op, ast.Mult):
        parts = [_times(left, node.right), _times(right, node.left)]
        return _sum([part for part in parts if part is not None])
    if isinstance(node.op, ast.Div):
        first = None if left is None else over(left, node.right)
        second = None if right is None else over(_product(node.left, right), power(node.right, 2))
        return first if second is None else negative(second) if first is None else minus(first, second)
    if isinstance(node.op, ast.Pow) and is_number(node.right) and left is not None:
        exponent = ast.literal_eval(node.right)
        base = node.left if exponent == 2 else ast.BinOp(node.left, node.op, number(exponent - 1))
        return _product(times(node.right, base), left)
    return None


def _of_call(node: ast.Call, name: str) -> ast.expr | None:
    function = function_name(node)
    if function == "where" and len(node.args) == 3:
        branches = [derivative(one, name) or number(0) for one in node.args[1:]]
        return with_fields(node, args=[node.args[0], *branches])
    if function == "maximum" and len(node.args) == 2:
        for one in node.args:
            if isinstance(one, ast.Name) and one.id == name:
                return positive(one)
    inner = derivative(node.args[0], name) if len(node.args) == 1 else None
    if inner is None:
        return None
    argument = node.args[0]
    if function == "exp":
        return _product(node, inner)
    if function == "log":
        return over(inner, argument)
    if function == "tanh":
        return _product(minus(ONE, power(node, 2)), inner)
    return over(inner, times(number(2), node)) if function == "sqrt" else None


def _times(one: ast.expr | None, other: ast.expr) -> ast.expr | None:
    return None if one is None else _product(other, one)


def _product(one: ast.expr, other: ast.expr) -> ast.expr:
    return one if other is ONE else other if one is ONE else times(one, other)


def _sum(parts: list[ast.expr]) -> ast.expr | None:
    return None if not parts else parts[0] if len(parts) == 1 else plus(parts[0], parts[1])


@register(ast.Call, ast.BinOp, ast.IfExp)
def function_for_derivative(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield the derivative of what a helper returns, and of a factor of a product."""
    returned = isinstance(place.statement, ast.Return) and place.is_whole
    factor = isinstance(place.parent, ast.BinOp) and isinstance(place.parent.op, ast.Mult)
    if not (returned or factor):
        return
    inside = dict.fromkeys(one.id for one in ast.walk(node) if isinstance(one, ast.Name))
    for name in inside:
        if name not in (scope.numpy, *scope.functions) and len(inside) < 5:
            fresh = derivative(node, name)
            if fresh is not None and not is_number(fresh):
                yield Edit(fresh, Mistake.FUNCTION_FOR_SLOPE, 0.0 if returned else 0.4)
