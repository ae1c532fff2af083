"""Another operator, another order, another bracket, a comparison the other way, an index that picks other entries."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from numpy import ndarray

from chainrule.checking.repairs.edits.edit import Edit, parsed, turned
from chainrule.checking.repairs.placing import with_fields
from chainrule.checking.repairs.scope import Scope
from chainrule.checking.repairs.written import is_atom

OTHERS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.MatMult, ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
}


OTHER_END = {"1:": ast.Slice(None, parsed("-1")), ":-1": ast.Slice(parsed("1"), None)}
"""Of a matrix with the bias in its last row the weights are the others, or in its first."""


def other_operations(node: ast.BinOp, scope: Scope) -> Iterator[Edit]:
    """Yield other operators, one operand alone, the operands swapped, other brackets, the square of another array."""
    if isinstance(node.op, ast.Mult) and ast.dump(node.left) == ast.dump(node.right):
        text = ast.unparse(node.left)
        for other in scope.arrays if text in scope.arrays else ():
            if other != text and scope.arrays[other].ndim == scope.arrays[text].ndim:
                yield Edit(1.1, ast.BinOp(parsed(other), ast.Mult(), parsed(other)), f"{text} for {other}")
    for operation in OTHERS.get(type(node.op), ()):
        yield Edit(1.1, with_fields(node, op=operation()), "operation")
    alone = "superfluous term" if isinstance(node.op, (ast.Add, ast.Sub)) else "superfluous factor"
    yield Edit(1.2, node.left, alone)
    if not isinstance(node.op, (ast.Div, ast.Pow)):
        yield Edit(1.2, node.right, alone)
    if isinstance(node.op, ast.Mult):
        for product in _without_two(node):
            yield Edit(1.3, product, "superfluous factors")
    if isinstance(node.op, ast.Sub):
        yield Edit(1.1, ast.BinOp(node.right, ast.Sub(), node.left), "sign")
    elif isinstance(node.op, ast.MatMult):
        for cost, left, right in products(node.left, node.right):
            yield Edit(cost, ast.BinOp(left, ast.MatMult(), right), "transpose")
    elif isinstance(node.op, ast.Mult):
        yield from _other_term(node)
    right, left = node.right, node.left
    if isinstance(right, ast.BinOp):  # a * (b + c) for a * b + c
        inner = ast.BinOp(left, node.op, right.left)
        yield Edit(1.3, ast.BinOp(inner, right.op, right.right), "bracket")
    if isinstance(left, ast.BinOp):
        inner = ast.BinOp(left.right, node.op, right)
        yield Edit(1.3, ast.BinOp(left.left, left.op, inner), "bracket")


def _other_term(node: ast.BinOp) -> Iterator[Edit]:
    """Yield ``y * log(a) + (1 - y) * log(1 - a)`` for ``y * log(a)``: a cross-entropy of two classes has two terms."""
    for label, call in ((node.left, node.right), (node.right, node.left)):
        if isinstance(call, ast.Call) and len(call.args) == 1 and ast.unparse(call.func).endswith("log"):
            factor = ast.BinOp(ast.Constant(1), ast.Sub(), label)
            rest = with_fields(call, args=[ast.BinOp(ast.Constant(1), ast.Sub(), call.args[0])])
            term = ast.BinOp(factor, ast.Mult(), rest)
            yield Edit(1.4, ast.BinOp(node, ast.Add(), term), "the other class's term of the loss missing")


def _without_two(node: ast.BinOp) -> Iterator[ast.expr]:
    """Yield a product without its last factor and one before it: ``d`` for ``d * s * (1 - s)``."""
    before = node.left
    behind: list[ast.BinOp] = []
    while isinstance(before, ast.BinOp) and isinstance(before.op, (ast.Mult, ast.Div)):
        yield _again(before.left, behind)
        if not isinstance(before.left, ast.BinOp) and isinstance(before.op, ast.Mult):
            yield _again(before.right, behind)
        elif not isinstance(before.left, ast.BinOp):
            yield _again(ast.BinOp(ast.Constant(1), ast.Div(), before.right), behind)
        behind.append(before)
        before = before.left


def _again(product: ast.expr, behind: Sequence[ast.BinOp]) -> ast.expr:
    """Return a product with the factors of others behind it."""
    for one in reversed(behind):
        product = ast.BinOp(product, one.op, one.right)
    return product


def products(left: ast.expr, right: ast.expr) -> Iterator[tuple[float, ast.expr, ast.expr]]:
    """Yield the other matrix products of two factors, with their costs: each transposed or not, in both orders."""
    for one, first in ((0.0, left), (0.1, turned(left))):
        for two, second in ((0.0, right), (0.1, turned(right))):
            if one or two:
                yield 1.0 + one + two, first, second
            yield 1.15 + one + two, second, first


def other_comparisons(node: ast.Compare, scope: Scope) -> Iterator[Edit]:
    """Yield the comparison with other operators, and with 0; and the masks that have been made already."""
    mask = scope.value(node)
    for text, array in scope.integers.items() if isinstance(mask, ndarray) else ():
        if array.shape == mask.shape and array.dtype.kind == "b":
            yield Edit(1.05, parsed(text), f"{ast.unparse(node)} for {text}")
    bound = node.comparators[0]
    if isinstance(bound, ast.Constant) and isinstance(bound.value, (int, float)) and bound.value:
        yield Edit(1.0, with_fields(node, comparators=[ast.Constant(0)]), "mask with another threshold")
    for operation in (ast.Gt, ast.GtE, ast.Lt, ast.LtE, ast.Eq, ast.NotEq):
        if not isinstance(node.ops[0], operation):
            yield Edit(1.0, with_fields(node, ops=[operation()]), "mask inverted")


def other_indices(node: ast.Subscript, scope: Scope) -> Iterator[Edit]:
    """Yield ``p[arange(N), y]`` for ``p[:, y]``, the two indices swapped, and ``w`` for ``w[::-1]``."""
    index = node.slice
    picked = scope.value(node)
    if isinstance(picked, float):
        yield from _other_entries(node, scope)
        if isinstance(scope.value(node.value), ndarray):
            yield Edit(1.25, node.value, "one entry for all")
    if isinstance(picked, ndarray) and not is_atom(node):
        for text, array in scope.arrays.items():
            if array.shape == picked.shape:
                yield Edit(1.05, parsed(text), f"{ast.unparse(node)} for {text}")
    yield from _counted(node, scope)
    if any(isinstance(part, ast.Slice) and part.step is not None for part in _parts(index)):
        yield Edit(1.0, _without_steps(node), "turned round")
    if isinstance(index, ast.Slice) and ast.unparse(index) in OTHER_END:
        yield Edit(1.1, with_fields(node, slice=OTHER_END[ast.unparse(index)]), "the first for the last")
    if not isinstance(index, ast.Tuple) or len(index.elts) != 2 or scope.numpy is None:
        return
    rows, columns = index.elts
    value = scope.value(node.value)
    if not isinstance(value, ndarray) or value.ndim != 2:
        return
    text = ast.unparse(node.value) if is_atom(node.value) else f"({ast.unparse(node.value)})"
    for axis, whole in enumerate(index.elts):
        if isinstance(whole, (ast.Slice, ast.Constant)):
            every = parsed(f"{scope.numpy}.arange({text}.shape[{axis}])")
            elements = [every, columns] if axis == 0 else [rows, every]
            yield Edit(
                1.1, with_fields(node, slice=ast.Tuple(elements, ast.Load())), "whole rows for one entry of each"
            )
    yield Edit(1.3, with_fields(node, slice=ast.Tuple([columns, rows], ast.Load())), "indices swapped")


def _counted(node: ast.Subscript, scope: Scope) -> Iterator[Edit]:
    """Yield ``y[n]`` for ``y[0]``, with everything that counts."""
    parts = _parts(node.slice)
    for position, part in enumerate(parts):
        if isinstance(part, ast.Constant) and type(part.value) is int:
            for name in scope.counters:
                others = [*parts[:position], ast.Name(name, ast.Load()), *parts[position + 1 :]]
                index = others[0] if len(others) == 1 else ast.Tuple(others, ast.Load())
                yield Edit(1.1, with_fields(node, slice=index), f"{part.value} for {name}")


def _parts(index: ast.expr) -> list[ast.expr]:
    return index.elts if isinstance(index, ast.Tuple) else [index]


def _without_steps(node: ast.Subscript) -> ast.expr:
    """Return ``w[f]`` for ``w[f, :, ::-1, ::-1]``."""
    parts = [
        ast.Slice(part.lower, part.upper) if isinstance(part, ast.Slice) and part.step is not None else part
        for part in _parts(node.slice)
    ]
    while parts and isinstance(last := parts[-1], ast.Slice) and not (last.lower or last.upper or last.step):
        parts.pop()
    if not parts:
        return node.value
    return with_fields(node, slice=parts[0] if len(parts) == 1 else ast.Tuple(parts, ast.Load()))


def _other_entries(node: ast.Subscript, scope: Scope) -> Iterator[Edit]:
    """Yield single entries of other arrays, for programs that are written in loops over entries."""
    had = ast.unparse(node)
    for text, array in (*scope.arrays.items(), *scope.lists.items()):
        for picked in scope.counters_of(array.shape):
            other = f"{text}[{', '.join(picked)}]"
            if other != had:
                yield Edit(1.25, parsed(other), f"{had} for {other}")
