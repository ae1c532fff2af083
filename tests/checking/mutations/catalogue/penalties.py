"""Mistakes of the penalty, 53 to 59."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.checking.mutations.catalogue.sums import calls_of
from tests.checking.mutations.scan import Edit, Mutation, Scan


def _strengths(scan: Scan) -> Iterator[ast.Name | ast.Attribute]:
    for node in scan.mathematics():
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load) and scan.said(node, "reg"):
            yield node


def factor(scan: Scan) -> Iterator[Edit]:
    """Lose the constant beside reg, or bring one in."""
    for node in _strengths(scan):
        above = scan.parents[node]
        if isinstance(above, ast.BinOp) and isinstance(above.op, ast.Mult) and isinstance(above.left, ast.Constant):
            yield scan.replaced(above, scan.text(above.right))
        elif isinstance(above, ast.BinOp) and isinstance(above.op, ast.Mult) and isinstance(above.right, ast.Constant):
            yield scan.replaced(above, scan.text(above.left))
        else:
            yield scan.replaced(node, f"2 * {scan.text(node)}")
            yield scan.replaced(node, f"0.5 * {scan.text(node)}")


def missing(scan: Scan) -> Iterator[Edit]:
    """Leave a term with reg out."""
    for node in scan.mathematics():
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and _has_reg(scan, node.right):
            yield scan.replaced(node, scan.text(node.left))
        elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add) and _has_reg(scan, node.value):
            yield from scan.deleted(node)


def _has_reg(scan: Scan, node: ast.AST) -> bool:
    return any(scan.said(one, "reg") for one in ast.walk(node))


def divided(scan: Scan) -> Iterator[Edit]:
    """Divide the penalty by N at one place."""
    number = scan.word("N")
    for node in _strengths(scan):
        if number:
            yield scan.replaced(node, f"{scan.text(node)} / {number}")


def _squares(scan: Scan) -> Iterator[tuple[ast.Call, str]]:
    """Yield each sum of squares of the loss, and the array it is of."""
    for call in calls_of(scan.forward(), "sum"):
        assert isinstance(call.func, ast.Attribute)
        inner = call.args[0] if call.args else call.func.value
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mult | ast.Pow):
            name = scan.text(inner.left)
            if name == scan.text(inner.right) or scan.text(inner.right) == "2":
                yield call, name


def biases_in_the_loss(scan: Scan) -> Iterator[Edit]:
    """Penalise a bias in the loss alone."""
    for call, name in _squares(scan):
        for weight, bias in (("W1", "b1"), ("W2", "b2")):
            word = scan.word(bias)
            if word and name == scan.word(weight):
                yield scan.replaced(call, f"({scan.text(call)} + np.sum({word} ** 2))")


def biases_in_the_gradient(scan: Scan) -> Iterator[Edit]:
    """Penalise a bias in its gradient alone."""
    for node in scan.backward():
        for gradient, bias in (("db1", "b1"), ("db2", "b2")):
            word, reg = scan.word(bias), scan.word("reg")
            if isinstance(node, ast.Assign) and scan.said(node.targets[0], gradient) and word and reg:
                yield scan.replaced(node.value, f"{scan.text(node.value)} + 2 * {reg} * {word}")


def one_matrix(scan: Scan) -> Iterator[Edit]:
    """Penalise one of the matrices only, in the loss."""
    for call, _ in _squares(scan):
        above = scan.parents[call]
        if isinstance(above, ast.BinOp) and isinstance(above.op, ast.Add):
            yield scan.replaced(above, scan.text(above.left if above.right is call else above.right))


def same_matrix(scan: Scan) -> Iterator[Edit]:
    """Penalise the other matrix, in the loss."""
    for call, name in _squares(scan):
        for meant, written in (("W1", "W2"), ("W2", "W1")):
            word = scan.word(written)
            if word and name == scan.word(meant):
                yield scan.replaced(call, scan.text(call).replace(name, word))


def absolute(scan: Scan) -> Iterator[Edit]:
    """Sum the absolute values."""
    for call, name in _squares(scan):
        yield scan.replaced(call, f"np.sum(np.abs({name}))")


def norm(scan: Scan) -> Iterator[Edit]:
    """Take the norm without its square."""
    for call, name in _squares(scan):
        yield scan.replaced(call, f"np.linalg.norm({name})")


PENALTIES = (
    Mutation(53, "factor of the penalty", factor),
    Mutation(54, "penalty left out", missing),
    Mutation(55, "penalty divided by N", divided),
    Mutation(56, "bias in the loss alone", biases_in_the_loss),
    Mutation(56, "bias in the gradient alone", biases_in_the_gradient),
    Mutation(57, "one matrix only", one_matrix),
    Mutation(58, "the other matrix", same_matrix),
    Mutation(59, "absolute values", absolute),
    Mutation(59, "norm without the square", norm),
)
