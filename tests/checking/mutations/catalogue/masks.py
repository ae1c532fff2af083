"""Mistakes of the mask, 45 to 50: what the derivative of the activation is taken of, and how."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.checking.mutations.scan import Edit, Mutation, Scan

OPPOSITE = {ast.Gt: "<=", ast.GtE: "<", ast.Lt: ">=", ast.LtE: ">"}


def _conditions(scan: Scan) -> Iterator[ast.Compare]:
    """Yield comparisons with zero where gradients are computed."""
    for node in scan.backward():
        if isinstance(node, ast.Compare) and type(node.ops[0]) in OPPOSITE and _is_zero(node.comparators[0]):
            yield node


def _is_zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 0


def _assignment(scan: Scan, condition: ast.Compare) -> ast.Assign | None:
    """Return the statement ``d[z <= 0] = 0`` that a condition is in."""
    above = scan.parents[condition]
    statement = scan.parents[above]
    if isinstance(above, ast.Subscript) and isinstance(statement, ast.Assign) and statement.targets == [above]:
        return statement
    return None


def _factor(scan: Scan, condition: ast.AST) -> tuple[ast.BinOp | ast.Call, ast.expr] | None:
    """Return the product ``d * (z > 0)`` that a condition is in, and its other factor."""
    above = scan.parents[condition]
    if isinstance(above, ast.Call) and isinstance(above.func, ast.Attribute) and above.func.attr == "astype":
        return _factor(scan, above)
    if isinstance(above, ast.Attribute):
        return _factor(scan, above)
    if isinstance(above, ast.BinOp) and isinstance(above.op, ast.Mult):
        return above, above.left if above.right is condition else above.right
    if isinstance(above, ast.Call) and isinstance(above.func, ast.Attribute) and above.func.attr == "multiply":
        return above, next(one for one in above.args if one is not condition)
    return None


def upstream(scan: Scan) -> Iterator[Edit]:
    """Compare the gradient itself with zero."""
    for condition in _conditions(scan):
        statement = _assignment(scan, condition)
        product = _factor(scan, condition)
        if statement is not None:
            target = statement.targets[0]
            assert isinstance(target, ast.Subscript)
            yield scan.replaced(condition.left, scan.text(target.value))
        elif product is not None and isinstance(product[1], ast.Name | ast.Subscript):
            yield scan.replaced(condition.left, scan.text(product[1]))


def operator(scan: Scan) -> Iterator[Edit]:
    """Apply ReLU to the gradient in place of the mask."""
    for condition in _conditions(scan):
        statement = _assignment(scan, condition)
        product = _factor(scan, condition)
        if statement is not None:
            target = statement.targets[0]
            assert isinstance(target, ast.Subscript)
            name = scan.text(target.value)
            yield scan.replaced(statement, f"{name} = np.maximum({name}, 0)")
        elif product is not None:
            yield scan.replaced(product[0], f"np.maximum(0, {scan.text(product[1])})")


def missing(scan: Scan) -> Iterator[Edit]:
    """Leave the mask out."""
    for condition in _conditions(scan):
        statement = _assignment(scan, condition)
        product = _factor(scan, condition)
        if statement is not None:
            yield from scan.deleted(statement)
        elif product is not None:
            yield scan.replaced(product[0], scan.text(product[1]))


def inverted(scan: Scan) -> Iterator[Edit]:
    """Keep what should be cut off."""
    for condition in _conditions(scan):
        sign = OPPOSITE[type(condition.ops[0])]
        yield scan.replaced(condition, f"{scan.text(condition.left)} {sign} {scan.text(condition.comparators[0])}")


def by_value(scan: Scan) -> Iterator[Edit]:
    """Multiply by the value in place of 0 or 1."""
    for condition in _conditions(scan):
        statement = _assignment(scan, condition)
        if statement is not None:
            target = statement.targets[0]
            assert isinstance(target, ast.Subscript)
            name = scan.text(target.value)
            yield scan.replaced(statement, f"{name} = {name} * {scan.text(condition.left)}")
        elif _factor(scan, condition) is not None:
            yield scan.replaced(condition, scan.text(condition.left))


def of_inputs(scan: Scan) -> Iterator[Edit]:
    """Compare with a threshold of one."""
    for condition in _conditions(scan):
        yield scan.replaced(condition.comparators[0], "1")


MASKS = (
    Mutation(45, "mask from the upstream gradient", upstream),
    Mutation(45, "ReLU of the gradient for the mask", operator),
    Mutation(46, "no mask", missing),
    Mutation(47, "mask inverted", inverted),
    Mutation(48, "multiplied by the value", by_value),
    Mutation(49, "mask with another threshold", of_inputs),
)
