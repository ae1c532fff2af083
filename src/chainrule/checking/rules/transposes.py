"""Matrix products: transposes, the order of the factors, elementwise and outer products."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import permutations

from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.rule import Edit, Place, Scope, register
from chainrule.checking.rules.tree import (
    LOAD,
    MATMULT,
    call,
    function_name,
    is_number,
    is_transpose,
    method,
    number,
    times,
    transposed,
    with_fields,
)

PRODUCTS = ("dot", "matmul")


@register(ast.expr)
def transpose(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield an array transposed, or no longer transposed."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield Edit(node.value, Mistake.TRANSPOSE)
    elif isinstance(node, ast.Call) and function_name(node) in ("transpose", "swapaxes"):
        receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
        inner = node.args[0] if node.args and place.shapes.of(node.args[0]).shape != () else receiver
        if inner is not None:
            yield Edit(inner, Mistake.TRANSPOSE)
        yield from _other_orders(node)
    elif not is_transpose(place.parent) and not is_number(node) and not isinstance(node, (ast.Tuple, ast.Compare)):
        shape = place.shape
        if shape is not None and len(shape) == 2:
            yield Edit(transposed(node), Mistake.TRANSPOSE, 0.0 if place.own is not None else 0.2)
        elif shape is not None and len(shape) > 2:
            yield Edit(method(node, "swapaxes", number(-1), number(-2)), Mistake.TRANSPOSE, -0.1)
            if len(shape) == 3:
                yield Edit(method(node, "transpose", *map(number, (1, 0, 2))), Mistake.TRANSPOSE, 0.2)
        elif shape is None and not isinstance(node, ast.Constant):
            yield Edit(transposed(node), Mistake.TRANSPOSE, 0.6)


def _other_orders(node: ast.Call) -> Iterator[Edit]:
    """Yield the axes in other orders: ``x.transpose(1, 2, 3, 0)`` for ``x.transpose(1, 0, 2, 3)``."""
    if len(node.args) in (3, 4) and all(map(is_number, node.args)):
        for order in permutations(node.args):
            moved = sum(one is not other for one, other in zip(order, node.args, strict=True))
            yield Edit(with_fields(node, args=list(order)), Mistake.AXES_ORDER, 0.1 * moved)


@register(ast.Call)
def transposed_before(node: ast.Call, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``x.transpose(1, 2, 3, 0).reshape(f, -1)`` for ``x.reshape(f, -1)``, and the shapes of other arrays."""
    if function_name(node) != "reshape" or not isinstance(node.func, ast.Attribute):
        return
    shape = place.shapes.of(node.func.value).shape
    if shape is not None and len(shape) in (3, 4):
        for order in permutations(range(len(shape))):
            owner = method(node.func.value, "transpose", *map(number, order))
            yield Edit(with_fields(node, func=with_fields(node.func, value=owner)), Mistake.AXES_ORDER, -0.4)
    if len(node.args) == 1 and isinstance(node.args[0], ast.Attribute) and node.args[0].attr == "shape":
        for one in scope.arrays:
            fresh = ast.Attribute(one.node, "shape", LOAD)
            yield Edit(with_fields(node, args=[fresh]), Mistake.AXES_ORDER, 0.3)


@register(ast.BinOp)
def operator_product(node: ast.BinOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield other products of the factors of ``a @ b`` and ``a * b``."""
    left, right = node.left, node.right
    if isinstance(node.op, ast.MatMult):
        for first, second, mistake, extra in _arranged(left, right):
            yield Edit(with_fields(node, left=first, right=second), mistake, extra)
        yield Edit(times(left, right), Mistake.MATRIX_FOR_ELEMENTWISE)
        yield from _outer(left, right, scope, place)
    elif isinstance(node.op, ast.Mult) and not _is_scalar(left, place) and not _is_scalar(right, place):
        for first, second, mistake, extra in _arranged(left, right, plain=True):
            extra += 0.0 if mistake is Mistake.ELEMENTWISE_FOR_MATRIX else 0.2
            yield Edit(_product(first, second, scope, place), Mistake.ELEMENTWISE_FOR_MATRIX, extra)
        yield from _outer(left, right, scope, place)


@register(ast.Call)
def called_product(node: ast.Call, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield other products of the factors of ``np.dot(a, b)``, ``a.dot(b)`` and ``np.outer(a, b)``."""
    name = function_name(node)
    if name not in (*PRODUCTS, "multiply", "outer", "einsum", "inner"):
        return
    if name == "einsum":
        yield from _other_letters(node)
        return
    factors = factors_of(node)
    if factors is None:
        return
    left, right = factors
    if name in PRODUCTS:
        for first, second, mistake, extra in _arranged(left, right):
            yield Edit(with_factors(node, first, second), mistake, extra)
        yield Edit(times(left, right), Mistake.MATRIX_FOR_ELEMENTWISE)
        yield from _outer(left, right, scope, place)
    elif name == "multiply":
        for first, second, _, extra in _arranged(left, right, plain=True):
            yield Edit(call(scope.function("dot"), first, second), Mistake.ELEMENTWISE_FOR_MATRIX, extra)
    elif name in ("outer", "inner"):
        yield Edit(with_fields(node, args=[right, left]), Mistake.FACTORS_SWAPPED)
        yield Edit(call(scope.function("dot"), left, right), Mistake.OUTER_FOR_DOT)
        yield Edit(times(left, right), Mistake.OUTER_FOR_DOT, 0.3)
        if name == "inner":
            yield from _outer(left, right, scope, place)


def factors_of(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """Return the two factors of a product of any way of writing; None if it is none."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.MatMult, ast.Mult)):
        return node.left, node.right
    if not isinstance(node, ast.Call) or function_name(node) not in (*PRODUCTS, "multiply", "outer", "inner"):
        return None
    if len(node.args) == 2:
        return node.args[0], node.args[1]
    if len(node.args) == 1 and isinstance(node.func, ast.Attribute):
        return node.func.value, node.args[0]
    return None


def with_factors(node: ast.Call, left: ast.expr, right: ast.expr) -> ast.Call:
    """Return a product, written as a call, of other factors."""
    if len(node.args) == 2:
        return with_fields(node, args=[left, right])
    return with_fields(node, func=with_fields(node.func, value=left), args=[right])


def _arranged(
    left: ast.expr, right: ast.expr, *, plain: bool = False
) -> Iterator[tuple[ast.expr, ast.expr, Mistake, float]]:
    """Yield two factors swapped or not, each transposed or not; both as they are only if ``plain``."""
    for one, first in enumerate((left, transposed(left))):
        for two, second in enumerate((right, transposed(right))):
            if one or two or plain:
                yield first, second, Mistake.TRANSPOSE, 0.1 * (one + two) - 0.1
            yield second, first, Mistake.FACTORS_SWAPPED, 0.1 * (one + two)


def _product(left: ast.expr, right: ast.expr, scope: Scope, place: Place) -> ast.expr:
    """Return a matrix product, written as the statement writes others."""
    return call(scope.function("dot"), left, right) if place.dots else ast.BinOp(left, MATMULT, right)


def _outer(left: ast.expr, right: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    shapes = [place.shapes.of(one).shape for one in (left, right)]
    if all(shape is None or len(shape) == 1 for shape in shapes):
        extra = 0.0 if None not in shapes else 0.6
        yield Edit(call(scope.function("outer"), left, right), Mistake.DOT_FOR_OUTER, extra)
        yield Edit(call(scope.function("outer"), right, left), Mistake.DOT_FOR_OUTER, extra + 0.2)


def _is_scalar(node: ast.expr, place: Place) -> bool:
    return isinstance(node, ast.Constant) or is_number(node) or place.shapes.of(node).shape == ()


def _other_letters(node: ast.Call) -> Iterator[Edit]:
    """Yield ``einsum`` with two neighbouring letters of one operand exchanged, and with the operands exchanged."""
    if not node.args or not isinstance(node.args[0], ast.Constant) or not isinstance(node.args[0].value, str):
        return
    text = node.args[0].value
    for position in range(len(text) - 1):
        if text[position : position + 2].isalpha():
            swapped = text[:position] + text[position + 1] + text[position] + text[position + 2 :]
            yield Edit(with_fields(node, args=[ast.Constant(swapped), *node.args[1:]]), Mistake.EINSUM_LETTERS)
    letters = sorted({one for one in text if one.isalpha()})
    for position, letter in enumerate(text):
        for other in letters if letter.isalpha() else ():
            if other != letter:
                fresh = ast.Constant(text[:position] + other + text[position + 1 :])
                yield Edit(with_fields(node, args=[fresh, *node.args[1:]]), Mistake.EINSUM_LETTERS, 0.4)
    if len(node.args) == 3:
        yield Edit(with_fields(node, args=[node.args[0], node.args[2], node.args[1]]), Mistake.FACTORS_SWAPPED)


@register(ast.Call)
def arguments_swapped(node: ast.Call, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a call with two neighbouring arguments exchanged."""
    if function_name(node) in (*PRODUCTS, "multiply", "outer", "inner", "maximum", "minimum", "where", "einsum"):
        return
    for position in range(len(node.args) - 1):
        first, second = node.args[position : position + 2]
        arguments = [*node.args[:position], second, first, *node.args[position + 2 :]]
        yield Edit(ast.Call(node.func, arguments, node.keywords), Mistake.ARGUMENTS_SWAPPED)


@register(ast.Tuple, ast.List)
def parts_swapped(node: ast.Tuple | ast.List, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a tuple or list with two of its parts exchanged."""
    if place.in_index or isinstance(node.ctx, ast.Store) or len(node.elts) > 12:
        return
    for first in range(len(node.elts)):
        for second in range(first + 1, len(node.elts)):
            parts = list(node.elts)
            parts[first], parts[second] = parts[second], parts[first]
            extra = 0.1 * min(second - first - 1, 5)
            yield Edit(type(node)(parts, LOAD), Mistake.ARGUMENTS_SWAPPED, extra)
