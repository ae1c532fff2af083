"""Mistakes of sums in the backward, 38 to 40: what a bias's gradient is summed over."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.checking.mutations.scan import Edit, Mutation, Scan


def calls_of(nodes: Iterator[ast.AST], *names: str) -> Iterator[ast.Call]:
    """Yield calls of functions or methods of these names."""
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
            yield node


def axis_of(call: ast.Call) -> ast.keyword | ast.expr | None:
    """Return what says along which axis a call works."""
    for keyword in call.keywords:
        if keyword.arg == "axis":
            return keyword
    assert isinstance(call.func, ast.Attribute)
    is_function = isinstance(call.func.value, ast.Name) and call.func.value.id in ("np", "numpy")
    rest = call.args[1:] if is_function else call.args
    return rest[0] if rest else None


def other_axis(scan: Scan, call: ast.Call) -> Iterator[Edit]:
    """Yield the edit that turns axis 0 to 1 and 1 to 0."""
    axis = axis_of(call)
    value = axis.value if isinstance(axis, ast.keyword) else axis
    if isinstance(value, ast.Constant) and isinstance(value.value, int) and value.value in (0, 1):
        yield scan.replaced(value, str(1 - value.value))


def without_axis(scan: Scan, call: ast.Call) -> Iterator[Edit]:
    """Yield the edit that leaves the axis out, and with it ``keepdims``."""
    if axis_of(call) is None:
        return
    assert isinstance(call.func, ast.Attribute)
    is_function = isinstance(call.func.value, ast.Name) and call.func.value.id in ("np", "numpy")
    first = scan.text(call.args[0]) if is_function else ""
    yield scan.replaced(call, f"{scan.text(call.func)}({first})")


def mean_for_sum(scan: Scan) -> Iterator[Edit]:
    """Average where the sum was meant."""
    for call in calls_of(scan.backward(), "sum"):
        assert isinstance(call.func, ast.Attribute)
        _, end = scan.span(call.func)
        yield Edit(end - len("sum"), end, "mean")


def whole(scan: Scan) -> Iterator[Edit]:
    """Sum over everything."""
    for call in calls_of(scan.backward(), "sum"):
        yield from without_axis(scan, call)


def turned(scan: Scan) -> Iterator[Edit]:
    """Sum along the other axis."""
    for call in calls_of(scan.backward(), "sum"):
        yield from other_axis(scan, call)


def never_summed(scan: Scan) -> Iterator[Edit]:
    """Leave the sum over the examples out."""
    for call in calls_of(scan.backward(), "sum"):
        assert isinstance(call.func, ast.Attribute)
        if axis_of(call) is not None:
            is_function = isinstance(call.func.value, ast.Name) and call.func.value.id in ("np", "numpy")
            yield scan.replaced(call, scan.text(call.args[0] if is_function else call.func.value))


SUMS = (
    Mutation(38, "mean for sum", mean_for_sum),
    Mutation(39, "summed over everything", whole),
    Mutation(40, "summed along the wrong axis", turned),
    Mutation(40, "never summed", never_summed),
)
