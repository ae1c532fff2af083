"""Mistakes of products and indices in the backward: 29, 31, 34, 44."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.checking.mutations.scan import Edit, Mutation, Scan, in_brackets


def no_transpose(scan: Scan) -> Iterator[Edit]:
    """Leave a transpose out."""
    for node in scan.backward():
        if isinstance(node, ast.Attribute) and node.attr == "T":
            yield scan.replaced(node, scan.text(node.value))


def _products(scan: Scan) -> Iterator[tuple[ast.expr, ast.expr, ast.expr]]:
    """Yield each matrix product of the backward with its factors."""
    for node in scan.backward():
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            yield node, node.left, node.right
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("dot", "matmul")
        ):
            first = [] if len(node.args) == 2 else [node.func.value]
            left, right = [*first, *node.args]
            yield node, left, right


def swapped(scan: Scan) -> Iterator[Edit]:
    """Multiply the factors the other way round."""
    for node, left, right in _products(scan):
        yield scan.replaced(node, f"np.dot({scan.text(right)}, {scan.text(left)})")


def turned(scan: Scan) -> Iterator[Edit]:
    """Give the transpose of the product."""
    for node, left, right in _products(scan):
        yield scan.replaced(node, f"np.dot({scan.text(left)}, {scan.text(right)}).T")


def elementwise(scan: Scan) -> Iterator[Edit]:
    """Multiply entry by entry where the matrix product was meant."""
    for node, left, right in _products(scan):
        yield scan.replaced(node, f"{in_brackets(scan.text(left))} * {in_brackets(scan.text(right))}")


def matrix(scan: Scan) -> Iterator[Edit]:
    """Take the matrix product where entries were to be multiplied."""
    for node in scan.backward():
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and not _constant(node):
            yield scan.replaced(node, f"np.dot({scan.text(node.left)}, {scan.text(node.right)})")


def _constant(node: ast.BinOp) -> bool:
    return any(isinstance(one, ast.Constant) for one in (node.left, node.right))


def all_columns(scan: Scan) -> Iterator[Edit]:
    """Index ``[:, y]`` where one entry a row was meant."""
    for node in scan.mathematics():
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple) and "range(" in scan.text(node.slice):
            rows, _ = node.slice.elts
            yield scan.replaced(rows, ":")


PRODUCTS = (
    Mutation(29, "[:, y] for [range(N), y]", all_columns),
    Mutation(31, "transpose left out", no_transpose),
    Mutation(31, "factors swapped", swapped),
    Mutation(31, "product transposed", turned),
    Mutation(34, "entry by entry for the matrix product", elementwise),
    Mutation(34, "matrix product for entry by entry", matrix),
)
