"""Mistakes of the forward pass and the loss, 12 to 21."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.checking.mutations.catalogue.sums import calls_of, other_axis, without_axis
from tests.checking.mutations.scan import Edit, Mutation, Scan, in_brackets


def _biases(scan: Scan) -> Iterator[ast.BinOp]:
    for node in scan.forward():
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and scan.said(node.right, "b1", "b2", "b"):
            yield node


def no_bias(scan: Scan) -> Iterator[Edit]:
    """Leave a bias out of a forward product."""
    for node in _biases(scan):
        yield scan.replaced(node, scan.text(node.left))
    for statement in scan.forward():
        if isinstance(statement, ast.AugAssign) and scan.said(statement.value, "b1", "b2", "b"):
            yield from scan.deleted(statement)


def twice_bias(scan: Scan) -> Iterator[Edit]:
    """Add a bias twice."""
    for node in _biases(scan):
        yield scan.replaced(node, f"{scan.text(node)} + {scan.text(node.right)}")


def other_bias(scan: Scan) -> Iterator[Edit]:
    """Add the sum of a bias to every unit."""
    for node in _biases(scan):
        yield scan.replaced(node.right, f"np.sum({scan.text(node.right)})")


def _rectifiers(scan: Scan) -> Iterator[tuple[ast.Call, ast.expr, ast.expr]]:
    """Yield each ``maximum(0, z)`` of the forward, with its zero and its z."""
    for call in calls_of(scan.forward(), "maximum"):
        for k, argument in enumerate(call.args):
            if isinstance(argument, ast.Constant) and argument.value == 0:
                yield call, argument, call.args[1 - k]


def minimum(scan: Scan) -> Iterator[Edit]:
    """Take the minimum."""
    for call, _, _ in _rectifiers(scan):
        yield scan.replaced(call.func, scan.text(call.func).replace("maximum", "minimum"))


def leaky(scan: Scan) -> Iterator[Edit]:
    """Let a hundredth of the negative side through, in the forward alone."""
    for _, zero, z in _rectifiers(scan):
        yield scan.replaced(zero, f"0.01 * {in_brackets(scan.text(z))}")


def clipped(scan: Scan) -> Iterator[Edit]:
    """Cut off above one too."""
    for call, _, z in _rectifiers(scan):
        yield scan.replaced(call, f"np.clip({scan.text(z)}, 0, 1)")


def absolute(scan: Scan) -> Iterator[Edit]:
    """Take the absolute value."""
    for call, _, z in _rectifiers(scan):
        yield scan.replaced(call, f"np.abs({scan.text(z)})")


def no_activation(scan: Scan) -> Iterator[Edit]:
    """Leave the activation out."""
    for call, _, z in _rectifiers(scan):
        yield scan.replaced(call, scan.text(z))


def rectified_scores(scan: Scan) -> Iterator[Edit]:
    """Apply ReLU to the scores."""
    for node in scan.forward():
        if isinstance(node, ast.Assign) and scan.said(node.targets[0], "scores") and _product(node.value):
            yield scan.replaced(node.value, f"np.maximum(0, {scan.text(node.value)})")


def _product(node: ast.expr) -> bool:
    return any(
        isinstance(one, ast.MatMult) or (isinstance(one, ast.Attribute) and one.attr == "dot") for one in ast.walk(node)
    )


def softmax_over_everything(scan: Scan) -> Iterator[Edit]:
    """Normalise over the whole array."""
    for call in calls_of(scan.forward(), "sum"):
        yield from without_axis(scan, call)


def softmax_along_the_other_axis(scan: Scan) -> Iterator[Edit]:
    """Reduce along the other axis."""
    for call in calls_of(scan.forward(), "sum"):
        yield from other_axis(scan, call)


def sum_for_mean(scan: Scan) -> Iterator[Edit]:
    """Sum the losses of the examples, in the loss alone."""
    for node in scan.forward():
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and scan.said(node.right, "N"):
            yield scan.replaced(node, scan.text(node.left))
        elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div) and scan.said(node.value, "N"):
            yield from scan.deleted(node)
    for call in calls_of(scan.forward(), "mean", "average"):
        assert isinstance(call.func, ast.Attribute)
        _, end = scan.span(call.func)
        yield Edit(end - len(call.func.attr), end, "sum")


def plus_log(scan: Scan) -> Iterator[Edit]:
    """Lose the minus sign of the logarithm."""
    for node in scan.forward():
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and "log" in scan.text(node.operand):
            yield scan.replaced(node, scan.text(node.operand))


FORWARDS = (
    Mutation(12, "ReLU on the scores", rectified_scores),
    Mutation(13, "bias left out", no_bias),
    Mutation(13, "bias added twice", twice_bias),
    Mutation(13, "bias summed first", other_bias),
    Mutation(14, "minimum for maximum", minimum),
    Mutation(14, "leaky in the forward alone", leaky),
    Mutation(14, "clipped in the forward alone", clipped),
    Mutation(14, "absolute value in the forward", absolute),
    Mutation(14, "activation left out", no_activation),
    Mutation(17, "normalised over everything", softmax_over_everything),
    Mutation(18, "reduced along the other axis", softmax_along_the_other_axis),
    Mutation(21, "sum where the mean was meant", sum_for_mean),
    Mutation(21, "sign of the loss", plus_log),
)
