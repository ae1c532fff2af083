"""Signs, operations and brackets."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.rule import Edit, Place, Scope, register
from chainrule.checking.rules.tree import ADD, DIV, MULT, SUB, function_name, minus, negative, times, with_fields

OTHERS: dict[type[ast.operator], tuple[ast.operator, ...]] = {
    ast.Add: (MULT,),
    ast.Sub: (),
    ast.Mult: (ADD, DIV, SUB),
    ast.Div: (MULT,),
    ast.Pow: (MULT,),
    ast.FloorDiv: (DIV,),
    ast.Mod: (DIV,),
}
"""Operations that are written for one another; plus and minus, and the products, are seen to elsewhere."""


@register(ast.UnaryOp)
def minus_removed(node: ast.UnaryOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield what a minus or ``~`` stands before, without it."""
    if isinstance(node.op, ast.USub) and not place.in_index:
        yield Edit(node.operand, Mistake.SIGN)
    elif isinstance(node.op, (ast.Not, ast.Invert)):
        yield Edit(node.operand, Mistake.MASK_INVERTED)


@register(ast.expr)
def minus_added(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield an expression with a minus before it."""
    if not place.is_term or isinstance(node, (ast.UnaryOp, ast.Tuple, ast.Dict, ast.List, ast.Compare)):
        return
    if isinstance(node, ast.Constant) and not isinstance(node.value, (int, float)):
        return
    if isinstance(place.parent, ast.BinOp) and isinstance(place.parent.op, (ast.Add, ast.Sub)):
        return
    yield Edit(negative(node), Mistake.SIGN, 0.0 if place.is_whole else 0.3)


@register(ast.BinOp)
def other_operation(node: ast.BinOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield another operation, and a difference the other way round."""
    if isinstance(node.op, ast.Sub):
        yield Edit(minus(node.right, node.left), Mistake.DIFFERENCE_REVERSED)
        yield Edit(with_fields(node, op=ADD), Mistake.PLUS_OR_MINUS)
    elif isinstance(node.op, ast.Add):
        yield Edit(with_fields(node, op=SUB), Mistake.PLUS_OR_MINUS)
        yield Edit(minus(node.right, node.left), Mistake.PLUS_OR_MINUS, 0.2)
    for operator in OTHERS.get(type(node.op), ()):
        yield Edit(with_fields(node, op=operator), Mistake.OPERATION)
    if isinstance(node.op, ast.Div):
        yield Edit(with_fields(node, left=node.right, right=node.left), Mistake.OPERATION, 0.3)


@register(ast.BinOp)
def minus_brackets(node: ast.BinOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``-(a + b)`` for ``-a + b``, and ``c * (a + b)`` for ``c * a + b``."""
    if not isinstance(node.op, (ast.Add, ast.Sub)):
        return
    other = SUB if isinstance(node.op, ast.Add) else ADD
    bare = _without_leading_minus(node.left)
    if bare is not None:
        yield Edit(negative(with_fields(node, left=bare)), Mistake.MINUS_BRACKET)
        yield Edit(negative(with_fields(node, left=bare, op=other)), Mistake.MINUS_BRACKET, 0.3)
    for left in _factored(node.left):
        outer, inner = left
        inside = with_fields(node, left=inner)
        yield Edit(with_fields(outer, right=inside), Mistake.MINUS_BRACKET, 0.1)


def _without_leading_minus(node: ast.expr) -> ast.expr | None:
    """Return ``a * b`` for ``-a * b``; None if it does not begin with a minus."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return node.operand
    if isinstance(node, ast.BinOp):
        inner = _without_leading_minus(node.left)
        return None if inner is None else with_fields(node, left=inner)
    return None


def _factored(node: ast.expr) -> Iterator[tuple[ast.BinOp, ast.expr]]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        yield node, node.right


@register(ast.UnaryOp)
def minus_for_all(node: ast.UnaryOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``-a + b`` and ``-a - b`` for ``-(a + b)``."""
    inner = node.operand
    if isinstance(node.op, ast.USub) and isinstance(inner, ast.BinOp) and isinstance(inner.op, (ast.Add, ast.Sub)):
        yield Edit(with_fields(inner, left=negative(inner.left)), Mistake.BRACKET)


@register(ast.BinOp)
def other_brackets(node: ast.BinOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield the same operations in another order: ``(a + b) / n`` for ``a + b / n``, and back."""
    left, right = node.left, node.right
    if isinstance(right, ast.BinOp) and not _is_same_rank(node.op, right.op):
        inner = with_fields(node, right=right.left)
        yield Edit(with_fields(right, left=inner), Mistake.BRACKET)
    if isinstance(left, ast.BinOp) and not _is_same_rank(left.op, node.op):
        inner = with_fields(node, left=left.right)
        yield Edit(with_fields(left, right=inner), Mistake.BRACKET)
    elif isinstance(left, ast.BinOp) and isinstance(left.op, (ast.Sub, ast.Div)):
        inner = with_fields(node, left=left.right)
        yield Edit(with_fields(left, right=inner), Mistake.BRACKET, 0.2)
    if isinstance(left, ast.UnaryOp):
        yield Edit(with_fields(left, operand=with_fields(node, left=left.operand)), Mistake.BRACKET)


def _is_same_rank(one: ast.operator, other: ast.operator) -> bool:
    sums, products = (ast.Add, ast.Sub), (ast.Mult, ast.MatMult)
    return any(isinstance(one, rank) and isinstance(other, rank) for rank in (sums, products))


@register(ast.BinOp)
def operation_into_call(node: ast.BinOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``mean(x ** 2)`` for ``mean(x) ** 2``, and ``sqrt(v + eps)`` for ``sqrt(v) + eps``."""
    for field in ("left", "right"):
        inner = getattr(node, field)
        if isinstance(inner, ast.UnaryOp) and isinstance(inner.operand, ast.Call) and len(inner.operand.args) == 1:
            called = inner.operand
            around = with_fields(called, args=[with_fields(node, **{field: called.args[0]})])
            yield Edit(with_fields(inner, operand=around), Mistake.BRACKET)
        if isinstance(inner, ast.Call) and len(inner.args) == 1 and function_name(inner) not in ("len", "float", "int"):
            fresh = with_fields(node, **{field: inner.args[0]})
            yield Edit(with_fields(inner, args=[fresh]), Mistake.BRACKET)


@register(ast.BinOp)
def product_of_sums(node: ast.BinOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``h * (d * h).sum(0)`` for ``h * d.sum(0) * h.sum(0)``."""
    first = node.left.right if isinstance(node.left, ast.BinOp) else node.left
    second = node.right
    if not (isinstance(node.op, ast.Mult) and isinstance(first, ast.Call) and isinstance(second, ast.Call)):
        return
    if function_name(first) != function_name(second) or function_name(first) not in ("sum", "mean"):
        return
    if isinstance(first.func, ast.Attribute) and isinstance(second.func, ast.Attribute):
        inner = with_fields(first, func=with_fields(first.func, value=times(first.func.value, second.func.value)))
        if ast.unparse(first.func.value) == scope.numpy:
            inner = with_fields(first, args=[times(first.args[0], second.args[0]), *first.args[1:]])
        yield Edit(with_fields(node.left, right=inner) if first is not node.left else inner, Mistake.BRACKET, -0.5)


@register(ast.Call)
def operation_out_of_call(node: ast.Call, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``sqrt(v) + eps`` for ``sqrt(v + eps)``, and ``mean(x) ** 2`` for ``mean(x ** 2)``."""
    if not node.args or not isinstance(node.args[0], ast.BinOp):
        return
    inner = node.args[0]
    yield Edit(with_fields(inner, left=with_fields(node, args=[inner.left, *node.args[1:]])), Mistake.BRACKET)
    if not isinstance(inner.op, ast.Pow):
        yield Edit(
            with_fields(inner, right=with_fields(node, args=[inner.right, *node.args[1:]])), Mistake.BRACKET, 0.2
        )
