"""Masks of ReLU: missing, of another array, the wrong way round, the value in place of 0 and 1."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.rules.factors import A_COUNT
from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.names import distance
from chainrule.checking.rules.rule import Edit, Place, Scope, Variable, register
from chainrule.checking.rules.slopes import leaky_slopes
from chainrule.checking.rules.tree import STORE, call, compare, function_name, is_number, positive, times, with_fields

OF_A_GRADIENT = 0.8
"""What a mask adds that is taken from a gradient."""

INVERTED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Gt: (ast.Lt, ast.LtE),
    ast.GtE: (ast.LtE, ast.Lt),
    ast.Lt: (ast.Gt, ast.GtE),
    ast.LtE: (ast.Gt, ast.GtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
BOUNDARY: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
}


def sources(scope: Scope, place: Place) -> Iterator[tuple[Variable, float]]:
    """Yield the arrays that a mask of the shape of a place may be taken from, and what they add."""
    for one in scope.of_shape(place.shape):
        extra = distance(one, place) + (0.5 if place.shape is None else 0.0)
        extra += 0.0 if place.shape != () or not scope.arrays else 1.0
        yield one, extra + (OF_A_GRADIENT if one.role in ("gradient", "parameter", "input", "target") else 0.0)


@register(ast.expr)
def mask_missing(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``d * (z > 0)`` for ``d``."""
    if not place.is_array_term or isinstance(node, (ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Compare)):
        return
    inner = place.inner
    for one, extra in sources(scope, place):
        if place.own is None or one.text != place.own.text:
            yield Edit(times(node, positive(one.node)), Mistake.MASK_MISSING, extra + inner)
    for mask in scope.masks:
        if mask.shape == place.shape or place.shape is None:
            yield Edit(times(node, mask.node), Mistake.MASK_MISSING, inner + 0.1)


@register(ast.Compare)
def other_comparison(node: ast.Compare, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a comparison the other way round, at its boundary, with 0, of another array."""
    if len(node.ops) != 1:
        return
    kind = type(node.ops[0])
    for position, other in enumerate(INVERTED.get(kind, ())):
        yield Edit(with_fields(node, ops=[other()]), Mistake.MASK_INVERTED, 0.1 * position)
    if kind in BOUNDARY:
        yield Edit(with_fields(node, ops=[BOUNDARY[kind]()]), Mistake.MASK_BOUNDARY)
    bound = node.comparators[0]
    if not (is_number(bound) and isinstance(bound, ast.Constant) and bound.value == 0):
        yield Edit(with_fields(node, comparators=[ast.Constant(0)]), Mistake.MASK_THRESHOLD)
    shape = place.shapes.of(node.left).shape
    own = place.shapes.variable(node.left)
    for one in scope.of_shape(shape):
        if one is not own:
            extra = distance(one, place) + (0.5 if shape is None else 0.0)
            extra += OF_A_GRADIENT if one.role == "gradient" else 0.0
            yield Edit(with_fields(node, left=one.node), Mistake.MASK_OF_OTHER, extra)
            for position, other in enumerate(INVERTED.get(kind, ())):
                turned = with_fields(node, left=one.node, ops=[other()])
                yield Edit(turned, Mistake.MASK_OF_OTHER, extra + 0.6 + 0.1 * position)
    for mask in scope.masks:
        if shape is None or mask.shape == shape:
            yield Edit(mask.node, Mistake.MASK_OF_OTHER, 0.1)


@register(ast.Name, ast.Attribute, ast.Subscript)
def mask_of_value(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``(a > 0)`` for ``a`` in a product, and the masks of other arrays."""
    factor = isinstance(place.parent, (ast.BinOp, ast.AugAssign)) and isinstance(place.parent.op, ast.Mult)
    if not (factor or function_name(place.parent) == "multiply") or place.own is None:
        return
    yield Edit(positive(node), Mistake.VALUE_FOR_MASK)
    for one, extra in sources(scope, place):
        if one is not place.own:
            yield Edit(positive(one.node), Mistake.VALUE_FOR_MASK, extra + 0.3)
    for mask in scope.masks:
        if mask.shape == place.shape:
            yield Edit(mask.node, Mistake.VALUE_FOR_MASK, 0.2)


@register(ast.Call)
def relu_of_gradient(node: ast.Call, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``d * (z > 0)`` for ``np.maximum(d, 0)``, and ``(z > 0)`` for ``np.maximum(z, 0)``."""
    name = function_name(node)
    if name not in ("maximum", "minimum", "where", "clip", "heaviside") and name not in scope.functions:
        return
    if name == "where" and len(node.args) == 3:
        condition, yes, no = node.args
        yield Edit(with_fields(node, args=[condition, no, yes]), Mistake.BRANCHES_SWAPPED)
        for slope in (one.node for one in scope.numbers if not A_COUNT.search(one.text)):
            yield Edit(with_fields(node, args=[condition, yes, times(slope, yes)]), Mistake.SLOPE_INCOMPLETE)
        yield Edit(with_fields(node, args=[condition, yes, times(no, yes)]), Mistake.SLOPE_INCOMPLETE, -0.2)
        for branch in (yes, no):
            if not is_number(branch):
                yield Edit(branch, Mistake.MASK_SUPERFLUOUS)
                fresh = [ast.Constant(1) if one is branch else one for one in node.args]
                yield Edit(with_fields(node, args=fresh), Mistake.VALUE_FOR_MASK)
        return
    inner = [one for one in node.args if not is_number(one)]
    if len(inner) != 1:
        return
    yield Edit(positive(inner[0]), Mistake.FUNCTION_FOR_SLOPE)
    for one, extra in sources(scope, place):
        yield Edit(times(inner[0], positive(one.node)), Mistake.RELU_FOR_MASK, extra)
        for leaky, rarer in leaky_slopes(one.node, scope):
            yield Edit(times(inner[0], leaky), Mistake.RELU_FOR_MASK, extra + rarer)
    if name == "heaviside":
        own = inner[0].operand if isinstance(inner[0], ast.UnaryOp) else inner[0]
        for one, extra in sources(scope, place):
            fresh = [one.node if argument is inner[0] else argument for argument in node.args]
            yield Edit(with_fields(node, args=fresh), Mistake.MASK_OF_OTHER, extra)
        yield Edit(with_fields(node, args=[own, *node.args[1:]]), Mistake.MASK_INVERTED)


@register(ast.Subscript)
def indexed_by_mask(node: ast.Subscript, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield an array without the mask that picks some of its entries."""
    if isinstance(node.slice, ast.Compare):
        yield Edit(node.value, Mistake.MASK_SUPERFLUOUS)


@register(ast.Assign, ast.AugAssign)
def masked_in_place(node: ast.Assign | ast.AugAssign, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a statement followed by ``d[z <= 0] = 0`` for the ``d`` that it makes, and one without such a mask."""
    target = place.target
    if target is None:
        return
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Compare):
        yield Edit(None, Mistake.MASK_SUPERFLUOUS, 0.5)
        return
    shape = place.shapes.of(target).shape if not isinstance(target, ast.Tuple) else None
    if shape is None:
        shape = place.shapes.of(node.value).shape
    for one in scope.of_shape(shape) if shape else ():
        if one.text != ast.unparse(target):
            extra = distance(one, place) + (OF_A_GRADIENT if one.role == "gradient" else 0.0)
            mask = compare(one.node, ast.LtE(), ast.Constant(0))
            emptied = ast.Assign([ast.Subscript(with_fields(target, ctx=ast.Load()), mask, STORE)], ast.Constant(0))
            yield Edit(node, Mistake.MASK_MISSING, extra + 0.5, after=(emptied,))


@register(ast.BinOp)
def mask_or_relu(node: ast.BinOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``np.maximum(z, 0)`` for ``z * (d > 0)``, where the mask is meant to be the activation."""
    if isinstance(node.op, ast.Mult) and isinstance(node.right, ast.Compare) and place.is_whole:
        yield Edit(call(scope.function("maximum"), node.left, ast.Constant(0)), Mistake.OTHER_ACTIVATION, 0.8)
