"""A part of an expression, written in a slightly different way."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.tree import function_name, negative, number, parsed, with_fields


def variants(hole: ast.expr) -> Iterator[tuple[ast.expr, Mistake]]:
    """Yield a part written in a slightly different way."""
    if isinstance(hole, ast.BinOp):
        left, right = hole.left, hole.right
        if isinstance(hole.op, ast.Add | ast.Sub):
            other = ast.Sub() if isinstance(hole.op, ast.Add) else ast.Add()
            yield ast.BinOp(left, other, right), Mistake.PLUS_OR_MINUS
            yield left, Mistake.TERM_SUPERFLUOUS
            if isinstance(hole.op, ast.Sub):
                yield ast.BinOp(right, ast.Sub(), left), Mistake.DIFFERENCE_REVERSED
        elif isinstance(hole.op, ast.Mult | ast.Div):
            other_op = ast.Div() if isinstance(hole.op, ast.Mult) else ast.Mult()
            yield left, Mistake.FACTOR_SUPERFLUOUS
            yield right, Mistake.FACTOR_SUPERFLUOUS
            yield ast.BinOp(left, other_op, right), Mistake.OPERATION
        elif isinstance(hole.op, ast.Pow):
            yield left, Mistake.POWER
        elif isinstance(hole.op, ast.MatMult):
            yield ast.BinOp(right, ast.MatMult(), left), Mistake.FACTORS_SWAPPED
    if not isinstance(hole, ast.Constant):
        for exponent in (2, 3):
            yield ast.BinOp(hole, ast.Pow(), ast.Constant(exponent)), Mistake.POWER
    if isinstance(hole, ast.Constant) and isinstance(hole.value, int | float):
        for value in (0, 1, 2, 3, -1, 0.5, -hole.value):
            if value != hole.value:
                yield number(value), Mistake.CONSTANT
    if isinstance(hole, ast.Attribute) and hole.attr == "T":
        yield hole.value, Mistake.TRANSPOSE
    if isinstance(hole, ast.UnaryOp):
        yield hole.operand, Mistake.SIGN
    if isinstance(hole, ast.Call) and len(hole.args) == 1 and not hole.keywords:
        yield hole.args[0], Mistake.FUNCTION_SUPERFLUOUS
    if isinstance(hole, ast.Call):
        yield from _other_calls(hole)
    if isinstance(hole, ast.Subscript):
        yield from _other_indices(hole)


def _other_calls(call: ast.Call) -> Iterator[tuple[ast.expr, Mistake]]:
    """Yield a sum for a mean, other axes, arguments in another order."""
    name = function_name(call)
    if name in ("sum", "mean") and isinstance(call.func, ast.Attribute):
        other = "mean" if name == "sum" else "sum"
        function = ast.Attribute(call.func.value, other, ast.Load())
        mistake = Mistake.SUM_FOR_MEAN if name == "sum" else Mistake.MEAN_FOR_SUM
        yield with_fields(call, func=function), mistake
        for axis in ("0", "1", "2", "(0, 1)", "(0, 2)"):
            rest = [one for one in call.keywords if one.arg != "axis"]
            made = with_fields(call, keywords=[ast.keyword("axis", parsed(axis)), *rest])
            yield made, Mistake.AXIS
    if name in ("dot", "matmul", "outer", "multiply") and len(call.args) == 2:
        yield with_fields(call, args=call.args[::-1]), Mistake.FACTORS_SWAPPED
        if isinstance(call.func, ast.Attribute):
            for other in {"dot", "outer", "multiply"} - {name}:
                function = ast.Attribute(call.func.value, other, ast.Load())
                yield with_fields(call, func=function), Mistake.OPERATION


def _other_indices(node: ast.Subscript) -> Iterator[tuple[ast.expr, Mistake]]:
    """Yield entries under the indices in another order, from the other side, with steps of one, or with fewer."""
    index = node.slice
    parts = [*index.elts] if isinstance(index, ast.Tuple) else [index]

    def made(new: Sequence[ast.expr]) -> ast.expr:
        if not new:
            return node.value
        return with_fields(node, slice=new[0] if len(new) == 1 else ast.Tuple([*new], ast.Load()))

    plain = [_plain(one) for one in parts]
    if any(one is not other for one, other in zip(plain, parts, strict=True)):
        yield made(plain), Mistake.AXES_ORDER
    for at in range(len(parts)):
        yield made([*parts[:at], *parts[at + 1 :]]), Mistake.INDEX_SUPERFLUOUS
        if at:
            yield made([*parts[: at - 1], parts[at], parts[at - 1], *parts[at + 1 :]]), Mistake.INDICES_SWAPPED
        for other in _other_ends(parts[at]):
            yield made([*parts[:at], other, *parts[at + 1 :]]), Mistake.SLICE_ENDS


def _plain(part: ast.expr) -> ast.expr:
    if not isinstance(part, ast.Slice) or part.step is None:
        return part
    return ast.Slice(None, None, None)


def _other_ends(part: ast.expr) -> Iterator[ast.expr]:
    """Yield slices of the other part of an axis: ``[:n]`` for ``[n:]`` and ``[-n:]``."""
    if not isinstance(part, ast.Slice) or part.step is not None:
        return
    ends = [one for one in (part.lower, part.upper) if one is not None]
    if len(ends) == 1:
        (end,) = ends
        bare = end.operand if isinstance(end, ast.UnaryOp) else end
        for one in (bare, negative(bare)):
            yield ast.Slice(one, None, None)
            yield ast.Slice(None, one, None)
