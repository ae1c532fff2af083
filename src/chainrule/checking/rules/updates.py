"""Steps: what they are stored under, averages and their corrections, a statement too many."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.rules.factors import A_COUNT
from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.names import is_gradient_of
from chainrule.checking.rules.rule import Edit, Place, Scope, register
from chainrule.checking.rules.tree import (
    LOAD,
    POW,
    STORE,
    call,
    function_name,
    is_number,
    loaded,
    minus,
    number,
    over,
    plus,
    power,
    stored,
    times,
    with_fields,
)


@register(ast.Assign, ast.AugAssign)
def other_target(node: ast.Assign | ast.AugAssign, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a statement that stores under another name: one that its value reads, or one of the same shape."""
    target = place.target
    if not isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)):
        return
    read = loaded(target)
    text = ast.unparse(read)
    own = scope.named.get(text)
    shape = own.shape if own is not None else place.shapes.of(node.value).shape
    inside = {ast.unparse(part) for part in ast.walk(node.value) if isinstance(part, ast.expr)}
    for one in (*scope.arrays, *scope.numbers):
        if one.text == text or (shape is not None and one.shape != shape):
            continue
        extra = 0.0 if one.text in inside else 0.5
        extra += 0.4 if shape is None else -0.4 if own is not None and is_gradient_of(own, one) else 0.0
        yield Edit(_with_target(node, stored(one.node)), Mistake.WRONG_TARGET, extra)
    if isinstance(target, ast.Subscript):
        owner, index = ast.unparse(target.value), ast.dump(target.slice)
        for part in ast.walk(node.value):
            if isinstance(part, ast.Subscript) and ast.dump(part.slice) == index and ast.unparse(part.value) != owner:
                yield Edit(_with_target(node, with_fields(target, value=part.value)), Mistake.WRONG_TARGET)
        for one in scope.arrays:
            if one.text != owner and own is None:
                yield Edit(_with_target(node, with_fields(target, value=one.node)), Mistake.WRONG_TARGET, 0.5)


def _with_target(node: ast.Assign | ast.AugAssign, target: ast.expr) -> ast.stmt:
    return with_fields(node, **({"target": target} if isinstance(node, ast.AugAssign) else {"targets": [target]}))


@register(ast.Assign)
def other_part_of_target(node: ast.Assign, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a statement that stores one of several values under another name, or two exchanged."""
    target = place.target
    if not isinstance(target, ast.Tuple):
        return
    parts = target.elts
    for first in range(len(parts)):
        for second in range(first + 1, len(parts)):
            swapped = list(parts)
            swapped[first], swapped[second] = swapped[second], swapped[first]
            extra = 0.1 * (second - first - 1)
            yield Edit(_with_target(node, with_fields(target, elts=swapped)), Mistake.WRONG_TARGET, extra)
        own = scope.named.get(ast.unparse(parts[first]))
        for one in scope.arrays:
            if own is None or (own is not one and own.shape == one.shape):
                fresh = [*parts[:first], stored(one.node), *parts[first + 1 :]]
                yield Edit(_with_target(node, with_fields(target, elts=fresh)), Mistake.WRONG_TARGET, 0.4)


@register(ast.Assign)
def target_left_out(node: ast.Assign, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``m_hat = m / c`` for ``m_hat = m = m / c``."""
    for position in range(len(node.targets)) if len(node.targets) > 1 else ():
        kept = [*node.targets[:position], *node.targets[position + 1 :]]
        yield Edit(with_fields(node, targets=kept), Mistake.CORRECTION_KEPT, -0.6)


@register(ast.Assign)
def average_forgotten(node: ast.Assign, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``v = beta * v - rate * d`` for ``v = -rate * d``, and ``w = w - rate * d``."""
    target = place.target
    if not isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)):
        return
    read, value = loaded(target), node.value
    bare = _without_minus(value)
    if bare is not None:
        yield Edit(with_fields(node, value=minus(read, bare)), Mistake.ASSIGNED_FOR_ADDED, 0.1)
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult) and is_number(value.left):
        rest = number(round(1 - ast.literal_eval(value.left), 12))
        yield Edit(with_fields(node, value=plus(times(rest, read), value)), Mistake.AVERAGE_FORGOTTEN, -0.3)
    for beta in (one.node for one in scope.numbers if not A_COUNT.search(one.text)):
        kept = times(beta, read)
        sums = [plus(kept, value)] if bare is None else [minus(kept, bare)]
        sums.append(plus(kept, times(minus(ast.Constant(1), beta), value)))
        for fresh in sums:
            yield Edit(with_fields(node, value=fresh), Mistake.AVERAGE_FORGOTTEN)


def _without_minus(node: ast.expr) -> ast.expr | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return node.operand
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div, ast.MatMult)):
        inner = _without_minus(node.left)
        return None if inner is None else with_fields(node, left=inner)
    return None


@register(ast.Name, ast.Attribute, ast.Subscript)
def bias_correction(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``m / (1 - beta ** t)`` for ``m``."""
    if place.own is None or place.in_index or place.own.role in ("gradient", "parameter", "input", "target", "forward"):
        return
    if isinstance(place.statement, ast.Return):
        return
    betas = [one.node for one in scope.numbers if not A_COUNT.search(one.text)]
    steps = [ast.Name(counter, LOAD) for counter in scope.counters]
    for beta in betas:
        for step in (*steps, *(one.node for one in scope.numbers if A_COUNT.search(one.text))):
            for exponent in (step, plus(step, ast.Constant(1))):
                correction = minus(ast.Constant(1), ast.BinOp(beta, POW, exponent))
                yield Edit(over(node, correction), Mistake.BIAS_CORRECTION)


@register(ast.BinOp)
def weight_of_new(node: ast.BinOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``beta * m + (1 - beta) * g`` for ``beta * m + g`` and for ``beta * m + beta * g``."""
    left, right = node.left, node.right
    if not (isinstance(node.op, ast.Add) and isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mult)):
        return
    rest = minus(ast.Constant(1), left.left)
    yield Edit(with_fields(node, right=times(rest, right)), Mistake.AVERAGE_FORGOTTEN)
    if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Mult):
        yield Edit(with_fields(node, right=with_fields(right, left=rest)), Mistake.AVERAGE_FORGOTTEN)


@register(ast.Assign)
def corrected_elsewhere(node: ast.Assign, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a new name for what is corrected: ``m_hat = m / (1 - beta ** t)``."""
    target = place.target
    value = node.value
    if not isinstance(target, ast.Name) or not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Div):
        return
    if ast.unparse(value.left) == target.id:
        yield Edit(_with_target(node, ast.Name(f"{target.id}_hat", STORE)), Mistake.CORRECTION_KEPT)


@register(ast.Assign, ast.AugAssign, ast.Expr)
def statement_left_out(node: ast.stmt, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield nothing in place of a statement."""
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        yield Edit(None, Mistake.STATEMENT_SUPERFLUOUS, 0.0 if isinstance(node, ast.AugAssign) else 0.4)


@register(ast.BinOp)
def root_missing(node: ast.BinOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``g / (sqrt(v) + eps)`` for ``g / (v + eps)`` and for ``g / v``."""
    if not isinstance(node.op, ast.Div) or place.shapes.of(node.right).shape == ():
        return
    under = node.right
    if isinstance(under, ast.BinOp) and isinstance(under.op, ast.Add):
        fresh = with_fields(under, left=call(scope.function("sqrt"), under.left))
        yield Edit(with_fields(node, right=fresh), Mistake.FUNCTION_MISSING, -0.3)
    elif function_name(under) != "sqrt":
        yield Edit(with_fields(node, right=call(scope.function("sqrt"), under)), Mistake.FUNCTION_MISSING)


@register(ast.AugAssign)
def square_of_value(node: ast.AugAssign, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``memory += d * d`` for ``memory += d``."""
    if not isinstance(node.value, (ast.BinOp, ast.Constant)):
        yield Edit(with_fields(node, value=power(node.value, 2)), Mistake.SQUARE_MISSING)
