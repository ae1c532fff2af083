"""Products and sums of parts, as expressions and as values."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from chainrule.checking.localise.pool import Part
from chainrule.checking.rules.tree import minus, times, transposed

Values = tuple[Any, ...]
"""What an expression is, run by run."""


def products_of(left: Part, right: Part, shape: tuple[int, ...]) -> Iterator[tuple[ast.expr, Any]]:
    """Yield products and differences of two parts that have a shape, each with the function that computes it."""
    a, b = left.shape, right.shape
    if len(a) == 2 and len(b) == 2 and len(shape) == 2:
        if a[1] == b[0] and (a[0], b[1]) == shape:
            yield matmul(left.node, right.node), np.matmul
        if a[0] == b[0] and (a[1], b[1]) == shape:
            yield matmul(transposed(left.node), right.node), lambda x, y: x.T @ y
        if a[1] == b[1] and (a[0], b[0]) == shape:
            yield matmul(left.node, transposed(right.node)), lambda x, y: x @ y.T
    elif len(a) == 2 and len(b) == 1 and len(shape) == 1:
        if a[1] == b[0] and a[:1] == shape:
            yield matmul(left.node, right.node), np.matmul
        if a[0] == b[0] and a[1:] == shape:
            yield matmul(transposed(left.node), right.node), lambda x, y: x.T @ y
    elif len(a) == 1 and len(b) == 1 and (*a, *b) == shape:
        function = ast.Attribute(ast.Name("np", ast.Load()), "outer", ast.Load())
        yield ast.Call(function, [left.node, right.node], []), np.outer
    if broadcasts(a, shape) and broadcasts(b, shape) and shape in (a, b):
        if left.text <= right.text:
            yield times(left.node, right.node), np.multiply
        yield minus(left.node, right.node), np.subtract


def matmul(left: ast.expr, right: ast.expr) -> ast.BinOp:
    """Return ``left @ right``."""
    return ast.BinOp(left, ast.MatMult(), right)


def broadcasts(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    """Return whether an array of a shape is broadcast to another without making that larger."""
    if len(shape) > len(to):
        return False
    return all(n in (1, m) for n, m in zip(shape[::-1], to[::-1], strict=False))


def computed(function: Any, left: Sequence[Any], right: Sequence[Any]) -> tuple[Any, ...] | None:
    """Return a function of two expressions, run by run; None where their shapes do not fit."""
    try:
        with np.errstate(all="ignore"):
            return tuple(function(np.asarray(a), np.asarray(b)) for a, b in zip(left, right, strict=True))
    except (ValueError, TypeError):
        return None


def multiplied(left: Sequence[Any], right: Sequence[Any]) -> tuple[Any, ...] | None:
    """Return the products of two expressions, run by run."""
    return computed(np.multiply, left, right)


def added(left: Sequence[Any], right: Sequence[Any], sign: float) -> tuple[Any, ...] | None:
    """Return the sums of two expressions, run by run; the differences for a sign of -1."""
    return computed(lambda a, b: a + sign * b, left, right)
