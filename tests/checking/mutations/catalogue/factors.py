"""Mistakes of constants in the backward: 23, 24, 27, 30, 35, 36, 42, 50."""

from __future__ import annotations

import ast
import zlib
from collections.abc import Iterator

from tests.checking.mutations.scan import Edit, Mutation, Scan, in_brackets

WEIGHTS, BIASES, HIDDEN = ("dW1", "dW2", "dW"), ("db1", "db2", "db"), ("da1", "dz1", "dx")


def _ones(scan: Scan) -> Iterator[ast.AugAssign]:
    for node in scan.backward():
        if isinstance(node, ast.AugAssign) and isinstance(node.value, ast.Constant) and node.value.value == 1:
            yield node


def plus_one(scan: Scan) -> Iterator[Edit]:
    """Add one at the true class."""
    for node in _ones(scan):
        sign = "+" if isinstance(node.op, ast.Sub) else "-"
        yield scan.replaced(node, f"{scan.text(node.target)} {sign}= {scan.text(node.value)}")


def no_one(scan: Scan) -> Iterator[Edit]:
    """Leave the one at the true class out."""
    for node in _ones(scan):
        yield from scan.deleted(node)


def _divisions(scan: Scan) -> Iterator[tuple[ast.expr | ast.stmt, ast.expr]]:
    """Yield each division by N of the backward, with what says N."""
    for node in scan.backward():
        match node:
            case ast.BinOp(op=ast.Div(), right=divisor) | ast.AugAssign(op=ast.Div(), value=divisor):
                if scan.said(divisor, "N"):
                    yield node, divisor


def no_average(scan: Scan) -> Iterator[Edit]:
    """Leave 1/N out."""
    for node, _ in _divisions(scan):
        if isinstance(node, ast.BinOp):
            yield scan.replaced(node, scan.text(node.left))
        elif isinstance(node, ast.stmt):
            yield from scan.deleted(node)


def averaged_twice(scan: Scan) -> Iterator[Edit]:
    """Apply 1/N twice at one place."""
    for _, divisor in _divisions(scan):
        yield scan.replaced(divisor, f"({scan.text(divisor)} ** 2)")


def toy_size(scan: Scan) -> Iterator[Edit]:
    """Write the number of toy examples in place of N."""
    for _, divisor in _divisions(scan):
        yield scan.replaced(divisor, "5.0")


def _assigned(scan: Scan, *roles: str) -> Iterator[ast.expr]:
    """Yield the values assigned to these gradients."""
    for node in scan.backward():
        if isinstance(node, ast.Assign):
            values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            targets = node.targets[0].elts if isinstance(node.targets[0], ast.Tuple) else [node.targets[0]]
            if len(values) == len(targets):
                yield from (value for t, value in zip(targets, values, strict=True) if scan.said(t, *roles))


def averaged_again(*roles: str) -> Mutation:
    """Divide one gradient by N once more."""

    def edits(scan: Scan) -> Iterator[Edit]:
        number = scan.word("N")
        for value in _assigned(scan, *roles):
            if number and not isinstance(value, ast.Constant):
                yield scan.replaced(value, f"{in_brackets(scan.text(value))} / {number}")

    kind = 50 if roles == HIDDEN else 24
    return Mutation(kind, "1/N once more on one gradient", edits)


def stray(*roles: str) -> Mutation:
    """Multiply one gradient by a stray factor."""

    def edits(scan: Scan) -> Iterator[Edit]:
        for value in _assigned(scan, *roles):
            text = scan.text(value)
            factor = ("2", "0.5", "-1", "10")[zlib.crc32(text.encode()) % 4]
            if not isinstance(value, ast.Constant):
                yield scan.replaced(value, f"{factor} * {in_brackets(text)}")

    return Mutation(42 if roles == BIASES else 30, "stray factor", edits)


def reversed_difference(scan: Scan) -> Iterator[Edit]:
    """Subtract the other way round."""
    for node in scan.backward():
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and not isinstance(node.right, ast.Constant):
            yield scan.replaced(node, f"{scan.text(node.right)} - {scan.text(node.left)}")


def overwritten(scan: Scan) -> Iterator[Edit]:
    """Assign where a term was to be added."""
    for node in scan.backward():
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
            yield scan.replaced(node, f"{scan.text(node.target)} = {scan.text(node.value)}")


def wrong_index(scan: Scan) -> Iterator[Edit]:
    """Use another loop's index in an accumulation."""
    for node in scan.backward():
        loops = [one.id for one in _loops(scan, node)]
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in loops:
            yield from (scan.replaced(node, other) for other in dict.fromkeys(loops) if other != node.id)


def _loops(scan: Scan, node: ast.AST) -> Iterator[ast.Name]:
    while node in scan.parents:
        node = scan.parents[node]
        if isinstance(node, ast.For) and isinstance(node.target, ast.Name):
            yield node.target
        if isinstance(node, ast.ListComp | ast.GeneratorExp):
            yield from (one.target for one in node.generators if isinstance(one.target, ast.Name))


FACTORS = (
    Mutation(23, "one added at the true class", plus_one),
    Mutation(23, "no one at the true class", no_one),
    Mutation(24, "1/N left out", no_average),
    Mutation(24, "1/N applied twice", averaged_twice),
    Mutation(24, "a toy size for N", toy_size),
    averaged_again(*WEIGHTS),
    averaged_again(*BIASES),
    averaged_again(*HIDDEN),
    Mutation(27, "difference the other way round", reversed_difference),
    stray(*WEIGHTS),
    stray(*BIASES),
    stray("dscores", *HIDDEN),
    Mutation(35, "= for +=", overwritten),
    Mutation(36, "index of another loop", wrong_index),
)
