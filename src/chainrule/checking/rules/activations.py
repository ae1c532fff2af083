"""Derivatives of activations: missing, of the wrong value, of another activation, half of one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.rule import Edit, Place, Scope, register
from chainrule.checking.rules.slopes import (
    factors_of_product,
    of_sigmoid,
    of_tanh,
    product_of,
    slopes,
    sources,
)
from chainrule.checking.rules.tree import call, function_name, is_number, minus, parsed, power, times, with_fields

NOT_VALUES = (ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Compare, ast.JoinedStr, ast.ListComp, ast.GeneratorExp)


@register(ast.expr)
def slope_missing(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``d * a * (1 - a)`` and the like for ``d``."""
    if not place.is_array_term or isinstance(node, NOT_VALUES):
        return
    inner = place.inner
    for one, extra in sources(scope, place.shape, place):
        if one is not place.own:
            for slope, rarer in slopes(one.node, scope):
                yield Edit(product_of([node, slope]), Mistake.SLOPE_MISSING, extra + inner + rarer)


@register(ast.BinOp)
def other_slope(node: ast.BinOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a product with another derivative in the place of one factor, or of two that are a derivative."""
    if not isinstance(node.op, ast.Mult) or _is_product(place.parent) or place.in_index:
        return
    factors = factors_of_product(node)
    if any(place.shapes.of(one).shape == () for one in factors) and len(factors) == 2:
        return
    for positions, shape in _replaceable(factors, place):
        kept = [one for position, one in enumerate(factors) if position not in positions]
        replaced = (part for position in positions for part in ast.walk(factors[position]))
        inside = {own for part in replaced if (own := place.shapes.variable(part)) is not None}
        if len(positions) == 1 and isinstance(factors[min(positions)], (ast.Name, ast.Attribute, ast.Subscript)):
            inside = set()  # a value is no derivative
        for one, extra in sources(scope, shape, place):
            for slope, rarer in slopes(one.node, scope):
                fresh = product_of([*kept, slope]) if kept else slope
                known = -0.4 if one in inside else 0.0 if len(positions) == 2 else 0.4
                yield Edit(fresh, Mistake.SLOPE_OF_OTHER_ACTIVATION, extra + rarer + known)


def _replaceable(factors: list[ast.expr], place: Place) -> Iterator[tuple[set[int], tuple[int, ...] | None]]:
    """Yield the positions of factors that may be a derivative, and its shape."""
    texts = [ast.unparse(one) for one in factors]
    for position, factor in enumerate(factors):
        shape = place.shapes.of(factor).shape
        if not is_number(factor) and shape != () and (position or isinstance(factor, (ast.BinOp, ast.Call))):
            yield {position}, shape if shape is not None else place.shape
        for other in range(len(factors)):
            if texts[other] == f"1 - {texts[position]}":
                yield {position, other}, place.shapes.of(factor).shape


def _is_product(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)


@register(ast.BinOp)
def completed(node: ast.BinOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``a * (1 - a)`` for ``1 - a``, and ``1 - a ** 2`` for ``a ** 2`` and ``1 - a``."""
    if isinstance(node.op, ast.Sub) and is_number(node.left):
        yield Edit(times(node.right, node), Mistake.SLOPE_INCOMPLETE)
        yield Edit(with_fields(node, right=power(node.right, 2)), Mistake.SLOPE_INCOMPLETE)
        if isinstance(node.right, ast.BinOp) and isinstance(node.right.op, ast.Pow):
            yield Edit(of_sigmoid(node.right.left), Mistake.SLOPE_OF_OTHER_ACTIVATION)
    elif isinstance(node.op, ast.Pow):
        yield Edit(minus(ast.Constant(1), node), Mistake.SLOPE_INCOMPLETE)
    elif isinstance(node.op, ast.Mult):
        factors = [ast.unparse(node.left), ast.unparse(node.right)]
        if factors[1] in (f"1 - {factors[0]}", f"1 + {factors[0]}"):
            yield Edit(of_tanh(node.left), Mistake.SLOPE_OF_OTHER_ACTIVATION)
            yield Edit(of_sigmoid(node.left), Mistake.SLOPE_OF_OTHER_ACTIVATION)


@register(ast.expr)
def slope_of_value(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield the derivative for a function's value: ``f * (1 - f)`` for ``f``, of what a helper returns or a factor."""
    if place.in_index or isinstance(node, NOT_VALUES) or is_number(node) or place.shape == ():
        return
    returned = isinstance(place.statement, ast.Return) and place.is_whole
    factor = _is_product(place.parent) or function_name(place.parent) == "multiply"
    if not (returned or factor) or (_is_product(node) and not returned):
        return
    for slope in (of_sigmoid(node), of_tanh(node)):
        yield Edit(slope, Mistake.FUNCTION_FOR_SLOPE, 0.0 if returned else 0.4)


@register(ast.Assign, ast.AugAssign, ast.Return, ast.Expr)
def activated_again(node: ast.stmt, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``s * (1 - s)`` for ``f(s) * (1 - f(s))``, and the reverse."""
    value = getattr(node, "value", None)
    if value is None:
        return
    texts: dict[str, list[ast.AST]] = {}
    for part in ast.walk(value):
        if isinstance(part, (ast.Call, ast.Name, ast.Attribute, ast.Subscript)):
            if isinstance(part, ast.Call) and (len(part.args) != 1 or part.keywords):
                continue
            if isinstance(part, ast.Call) or place.shapes.variable(part) is not None:
                texts.setdefault(ast.unparse(part), []).append(part)
    for text, parts in texts.items():
        first = parts[0]
        if len(parts) < 2:
            continue
        if isinstance(first, ast.Call):
            yield Edit(_everywhere(node, text, first.args[0]), Mistake.SLOPE_OF_ACTIVATED)
        elif (own := place.shapes.variable(first)) is not None and own.kind == "array":
            for function in (*scope.functions, scope.function("tanh")):
                fresh = ast.Call(parsed(function), [own.node], [])
                yield Edit(_everywhere(node, text, fresh), Mistake.SLOPE_OF_RAW)


def _everywhere(node: ast.stmt, old: str, new: ast.expr) -> ast.stmt:
    """Return a statement in whose value every expression of a text is another."""

    def fresh(part: ast.AST) -> ast.AST:
        if isinstance(part, (ast.Call, ast.Name, ast.Attribute, ast.Subscript)) and ast.unparse(part) == old:
            return new
        changed: dict[str, object] = {}
        for field, value in ast.iter_fields(part):
            if isinstance(value, ast.AST) and value._fields:
                if (one := fresh(value)) is not value:
                    changed[field] = one
            elif isinstance(value, list):
                items = [fresh(one) if isinstance(one, ast.AST) else one for one in value]
                if any(one is not other for one, other in zip(items, value, strict=True)):
                    changed[field] = items
        return with_fields(part, **changed) if changed else part

    return with_fields(node, value=fresh(node.value))  # type: ignore[attr-defined]


@register(ast.BinOp, ast.Call)
def jacobian_of_softmax(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``p * (d - sum(d * p))`` for a product of ``d`` and ``p`` entry by entry, and for ``diag(p)``."""
    if isinstance(node, ast.Call):
        if function_name(node) in ("diag", "diagflat") and len(node.args) == 1:
            outer = call(scope.function("outer"), node.args[0], node.args[0])
            yield Edit(minus(node, outer), Mistake.DIAGONAL_OF_SOFTMAX)
        return
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult) or _is_product(place.parent):
        return
    inside = [getattr(one.func, "value", one) if isinstance(one, ast.Call) else one for one in factors_of_product(node)]
    atoms = [one for one in inside if place.shapes.variable(one) is not None]
    shape = place.shape
    for probs in atoms:
        for upstream in atoms:
            if probs is upstream or place.shapes.of(probs).shape == ():
                continue
            for axis in (-1, 0) if shape is None or len(shape) > 1 else (None,):
                words = {} if axis is None else {"axis": parsed(str(axis)), "keepdims": ast.Constant(True)}
                total = call(scope.function("sum"), times(upstream, probs), **words)
                fresh = times(probs, minus(upstream, total))
                yield Edit(fresh, Mistake.DIAGONAL_OF_SOFTMAX, -0.7 if axis != 0 else -0.5)
