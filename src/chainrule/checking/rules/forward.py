"""The forward pass: a bias or an activation missing, or of another kind."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.names import distance
from chainrule.checking.rules.rule import Edit, Place, Scope, register
from chainrule.checking.rules.tree import (
    LOAD,
    call,
    function_name,
    is_number,
    negative,
    number,
    over,
    parsed,
    plus,
    replaced,
    with_fields,
)


@register(ast.expr)
def bias_missing(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a matrix product and a bias."""
    if not place.is_term or not isinstance(node, (ast.BinOp, ast.Call, ast.Name, ast.Subscript)):
        return
    if isinstance(place.parent, ast.BinOp):
        return
    shape = place.shape
    for one in scope.parameters:
        if not one.shape or (shape is not None and not _is_bias_for(one.shape, shape)):
            continue
        if shape is None and len(one.shape) > 1 and 1 not in one.shape:
            continue
        extra = distance(one, place) + (0.3 if shape is None else 0.0)
        yield Edit(plus(node, one.node), Mistake.BIAS_MISSING, extra)
        if len(one.shape) == 1 and (shape is None or (len(shape) == 2 and one.shape[0] == shape[0] != shape[1])):
            column = ast.Subscript(one.node, parsed("x[:, None]").slice, LOAD)  # type: ignore[attr-defined]
            yield Edit(plus(node, column), Mistake.BIAS_MISSING, extra)


@register(ast.BinOp, ast.Call)
def bias_of_key(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``p['W' + str(l)] @ a + p['b' + str(l)]`` for the product alone."""
    if not place.is_term or isinstance(place.parent, ast.BinOp):
        return
    for part in ast.walk(node):
        if isinstance(part, ast.Subscript) and isinstance(part.slice, (ast.BinOp, ast.JoinedStr)):
            words = [
                one for one in ast.walk(part.slice) if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            for word in words[:1]:
                fresh = replaced(part, word, ast.Constant("b"))
                yield Edit(plus(node, fresh), Mistake.BIAS_MISSING)


def _is_bias_for(bias: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    if len(shape) == 1:
        return bias == shape
    return bool(shape) and bias in (shape[-1:], (1, *shape[1:]), (*shape[:-1], 1), shape[:1])


@register(ast.expr)
def activation_missing(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield an expression with an activation around it, written out."""
    if not place.is_whole or isinstance(node, (ast.Tuple, ast.List, ast.Dict, ast.Constant)) or place.shape == ():
        return
    if function_name(node) == "maximum":
        return
    yield Edit(call(scope.function("maximum"), node, number(0)), Mistake.ACTIVATION_MISSING)
    yield Edit(_sigmoid(node, scope), Mistake.ACTIVATION_MISSING, -0.1)


def _sigmoid(node: ast.expr, scope: Scope) -> ast.expr:
    return over(number(1), plus(number(1), call(scope.function("exp"), negative(node))))


@register(ast.Call, ast.BinOp)
def other_activation(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield another activation of the same value."""
    inner = _activated(node, scope)
    if inner is None:
        return
    for fresh in (
        call(scope.function("maximum"), inner, number(0)),
        call(scope.function("tanh"), inner),
        *(ast.Call(parsed(function), [inner], []) for function in scope.functions),
        _sigmoid(inner, scope),
        inner,
    ):
        extra = -0.4 if isinstance(fresh, ast.BinOp) else 0.0
        yield Edit(fresh, Mistake.ACTIVATION_SUPERFLUOUS if fresh is inner else Mistake.OTHER_ACTIVATION, extra)


def _activated(node: ast.expr, scope: Scope) -> ast.expr | None:
    """Return what an activation is applied to; None if it is none."""
    if isinstance(node, ast.Call) and node.args:
        if ast.unparse(node.func) in scope.functions or function_name(node) == "tanh":
            return node.args[0]
        values = [one for one in node.args if not is_number(one) and not isinstance(one, ast.Compare)]
        return (
            values[0] if function_name(node) in ("maximum", "minimum", "where", "clip") and len(values) == 1 else None
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and is_number(node.left):
        for part in ast.walk(node.right):
            if isinstance(part, ast.Call) and function_name(part) == "exp" and len(part.args) == 1:
                argument = part.args[0]
                return argument.operand if isinstance(argument, ast.UnaryOp) else argument
    return None


@register(ast.BinOp)
def leak_left_out(node: ast.BinOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield 0 for the leak ``0.01 * z`` of an activation."""
    if isinstance(node.op, ast.Mult) and function_name(place.parent) in ("where", "maximum"):
        for factor in (node.left, node.right):
            if is_number(factor):
                yield Edit(number(0), Mistake.OTHER_ACTIVATION)


@register(ast.Call)
def leak_missing(node: ast.Call, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``np.maximum(z, slope * z)`` for ``np.maximum(z, 0)``."""
    if function_name(node) != "maximum" or len(node.args) != 2:
        return
    for position, zero in enumerate(node.args):
        if is_number(zero):
            other = node.args[1 - position]
            for one in scope.numbers:
                arguments = list(node.args)
                arguments[position] = ast.BinOp(one.node, ast.Mult(), other)
                yield Edit(with_fields(node, args=arguments), Mistake.OTHER_ACTIVATION, 0.2)
