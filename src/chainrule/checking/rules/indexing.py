"""Indices: whole rows for entries, shifted, swapped, of another loop, repeated; the stride of a window."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.rule import Edit, Place, Scope, register
from chainrule.checking.rules.tree import (
    LOAD,
    call,
    is_number,
    loaded,
    minus,
    number,
    parsed,
    plus,
    times,
    with_fields,
)

FULL = ast.Slice()


def other_slices(node: ast.Subscript, scope: Scope, place: Place) -> Iterator[tuple[ast.expr, Mistake, float]]:
    """Yield what may have been meant to stand in the brackets."""
    index = node.slice
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    owner = loaded(node.value)
    for position, part in enumerate(parts):
        if isinstance(part, ast.Slice) and len(parts) == 2 and not isinstance(parts[1 - position], ast.Slice):
            length = ast.Subscript(ast.Attribute(owner, "shape", LOAD), ast.Constant(position), LOAD)
            yield _with(parts, position, call(scope.function("arange"), length)), Mistake.WHOLE_ROWS, 0.0
        if isinstance(part, ast.Slice):
            for ends in _other_ends(part):
                yield _with(parts, position, ends), Mistake.SLICE_ENDS, 0.0
        elif isinstance(part, ast.Constant) and type(part.value) is int:
            for other in (part.value + 1, part.value - 1):
                yield _with(parts, position, number(other)), Mistake.SHIFTED_INDEX, 0.0
            for counter in scope.counters:
                yield _with(parts, position, parsed(counter)), Mistake.OTHER_COUNTER, 0.0
        elif is_number(part):
            value = ast.literal_eval(part)
            for other in (value + 1, value - 1):
                yield _with(parts, position, number(other)), Mistake.SHIFTED_INDEX, 0.0
            for counter in scope.counters:
                yield _with(parts, position, parsed(counter)), Mistake.OTHER_COUNTER, 0.2
                yield _with(parts, position, minus(parsed(counter), ast.Constant(1))), Mistake.OTHER_COUNTER, 0.3
        elif isinstance(part, (ast.Name, ast.BinOp, ast.Attribute, ast.Subscript)) and not isinstance(owner, ast.Tuple):
            yield _with(parts, position, FULL), Mistake.INDEX_SUPERFLUOUS, 0.2
    for position in range(len(parts) - 1):
        swapped = [*parts[:position], parts[position + 1], parts[position], *parts[position + 2 :]]
        yield _tuple(swapped), Mistake.INDICES_SWAPPED, 0.0
    if len(parts) == 1 and not isinstance(index, (ast.Slice, ast.Compare, ast.Constant)):
        rows = call(scope.function("arange"), call("len", owner))
        yield _tuple([rows, index]), Mistake.WHOLE_ROWS, 0.3
        length = ast.Subscript(ast.Attribute(owner, "shape", LOAD), ast.Constant(1), LOAD)
        yield _tuple([index, call(scope.function("arange"), length)]), Mistake.WHOLE_ROWS, 0.4
        for counter in scope.counters:
            yield _tuple([index, parsed(counter)]), Mistake.INDEX_MISSING, 0.3
            yield _tuple([parsed(counter), index]), Mistake.INDEX_MISSING, 0.3


def _with(parts: list[ast.expr], position: int, new: ast.expr) -> ast.expr:
    return _tuple([*parts[:position], new, *parts[position + 1 :]])


def _tuple(parts: list[ast.expr]) -> ast.expr:
    return parts[0] if len(parts) == 1 else ast.Tuple(parts, LOAD)


def _other_ends(part: ast.Slice) -> Iterator[ast.Slice]:
    """Yield slices with other ends: all, the other side of a bound, without the first or last, another block."""
    lower, upper, step = part.lower, part.upper, part.step
    if step is not None:
        yield ast.Slice(lower, upper)
    if lower is not None or upper is not None:
        yield ast.Slice()
        yield ast.Slice(upper, lower)
    for bound in (lower, upper):
        if isinstance(bound, ast.Constant) and isinstance(bound.value, int):
            yield ast.Slice(None, number(-bound.value))
            yield (
                ast.Slice(number(bound.value + 1), None)
                if bound is lower
                else ast.Slice(lower, number(bound.value - 1))
            )
    if lower is None and upper is None:
        yield ast.Slice(number(1), None)
        yield ast.Slice(None, number(-1))
    for one in {text: node for node in (lower, upper) for text, node in _units(node)}.values():
        for block in range(4):
            start = None if block == 0 else one if block == 1 else times(number(block), one)
            yield ast.Slice(start, times(number(block + 1), one) if block else one)
            if block:
                yield ast.Slice(start, None)


def _units(node: ast.expr | None) -> Iterator[tuple[str, ast.expr]]:
    """Yield the variable that a bound is a multiple of."""
    if isinstance(node, (ast.Name, ast.Attribute)):
        yield ast.unparse(node), node
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        yield from _units(node.left)
        yield from _units(node.right)


@register(ast.Subscript)
def other_index(node: ast.Subscript, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield an array with another index, or without it."""
    if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
        return
    for index, mistake, extra in other_slices(node, scope, place):
        yield Edit(with_fields(node, slice=index), mistake, extra)
    if not (isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)):
        yield Edit(node.value, Mistake.INDEX_SUPERFLUOUS)
    if isinstance(node.value, ast.Subscript):
        inner = with_fields(node.value, slice=node.slice)
        yield Edit(with_fields(node, value=inner, slice=node.value.slice), Mistake.INDICES_SWAPPED)


@register(ast.Assign, ast.AugAssign)
def other_index_of_target(node: ast.Assign | ast.AugAssign, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a statement that writes to other entries, or to all."""
    target = place.target
    if not isinstance(target, ast.Subscript):
        return
    options: list[tuple[ast.expr, Mistake, float]]
    options = [(with_fields(target, slice=index), m, extra) for index, m, extra in other_slices(target, scope, place)]
    options += [(with_fields(target.value, ctx=ast.Store()), Mistake.INDEX_SUPERFLUOUS, 0.3)]
    for fresh, mistake, extra in options:
        fields = {"target": fresh} if isinstance(node, ast.AugAssign) else {"targets": [fresh]}
        yield Edit(with_fields(node, **fields), mistake, extra)


@register(ast.Name)
def shifted(node: ast.Name, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield the step before or after in an index, and a counter times the stride."""
    counts = node.id in scope.counters
    if not counts and not (place.in_index and place.own is not None and place.own.kind == "number"):
        return
    if place.in_index and not isinstance(place.parent, ast.Compare):
        bound = isinstance(place.parent, ast.Slice)
        mistake = Mistake.SLICE_ENDS if bound else Mistake.SHIFTED_INDEX
        extra = 0.2 if isinstance(place.parent, ast.BinOp) else 0.0
        yield Edit(minus(node, ast.Constant(1)), mistake, extra)
        yield Edit(plus(node, ast.Constant(1)), mistake, extra)
    for one in scope.numbers if counts else ():
        yield Edit(times(node, one.node), Mistake.STRIDE_MISSING, 0.0 if not place.in_index else 0.3)
    for counter in scope.counters if place.in_index else ():
        if counter != node.id:
            yield Edit(plus(node, parsed(counter)), Mistake.SHIFTED_INDEX, 0.6)


@register(ast.Subscript)
def stride_missing(node: ast.Subscript, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``a[2 * i : 2 * i + 2]`` for ``a[i : i + 2]``, in all slices of an index."""
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    inside = [part for part in parts if isinstance(part, ast.Slice)]
    counters = {one.id for part in inside for one in ast.walk(part) if isinstance(one, ast.Name)}
    moving = [counter for counter in scope.counters if counter in counters]
    for stride in (ast.Constant(2), ast.Constant(3), *(one.node for one in scope.numbers)) if moving else ():
        moved = {counter: times(stride, parsed(counter)) for counter in moving}
        fresh = [_moved(part, moved) if isinstance(part, ast.Slice) else part for part in parts]
        yield Edit(with_fields(node, slice=_tuple(fresh)), Mistake.STRIDE_MISSING, -0.3 * len(inside))


def _moved(node: ast.expr, others: Mapping[str, ast.expr]) -> ast.expr:
    """Return the end of a slice with other expressions for some names."""
    if isinstance(node, ast.Name):
        return others.get(node.id, node)
    if isinstance(node, ast.BinOp):
        return with_fields(node, left=_moved(node.left, others), right=_moved(node.right, others))
    if isinstance(node, ast.Slice):
        ends = [None if end is None else _moved(end, others) for end in (node.lower, node.upper)]
        return ast.Slice(ends[0], ends[1], node.step)
    return node


@register(ast.BinOp)
def shifted_back(node: ast.BinOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``t`` and ``t + 1`` for ``t - 1``."""
    if place.in_index and isinstance(node.op, (ast.Add, ast.Sub)) and is_number(node.right):
        yield Edit(node.left, Mistake.SHIFTED_INDEX, -0.2)
        opposite = ast.Add() if isinstance(node.op, ast.Sub) else ast.Sub()
        yield Edit(with_fields(node, op=opposite), Mistake.SHIFTED_INDEX)
        yield Edit(with_fields(node, right=ast.Constant(2)), Mistake.SHIFTED_INDEX, 0.2)


@register(ast.Name, ast.Attribute, ast.Subscript)
def index_missing(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``y[i]`` and ``x[:, t]`` for all of an array."""
    if place.own is None or not place.own.shape:
        return
    dimensions = len(place.own.shape)
    for counter in scope.counters:
        yield Edit(ast.Subscript(node, parsed(counter), LOAD), Mistake.INDEX_MISSING)
        if dimensions > 1:
            yield Edit(ast.Subscript(node, ast.Tuple([FULL, parsed(counter)], LOAD), LOAD), Mistake.INDEX_MISSING)
        for other in scope.counters:
            if dimensions == 2 and other != counter:
                both = ast.Tuple([parsed(counter), parsed(other)], LOAD)
                yield Edit(ast.Subscript(node, both, LOAD), Mistake.INDEX_MISSING, 0.2)
    for labels in scope.integers if dimensions == 2 else ():
        if labels.shape == place.own.shape[:1]:
            rows = call(scope.function("arange"), call("len", node))
            yield Edit(ast.Subscript(node, ast.Tuple([rows, labels.node], LOAD), LOAD), Mistake.INDEX_MISSING, 0.2)
    if dimensions == 2:
        for index in ("[:-1]", "[1:]", "[:, :-1]", "[:, 1:]"):
            fresh = with_fields(parsed(f"x{index}"), value=node)
            yield Edit(fresh, Mistake.SLICE_ENDS, 0.4)


@register(ast.AugAssign)
def repeated_indices(node: ast.AugAssign, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``np.add.at(d, index, v)`` for ``d[index] += v``."""
    target = node.target
    function = {ast.Add: "add", ast.Sub: "subtract"}.get(type(node.op))
    if not isinstance(target, ast.Subscript) or function is None:
        return
    parts = target.slice.elts if isinstance(target.slice, ast.Tuple) else [target.slice]
    if all(isinstance(part, (ast.Slice, ast.Constant, ast.Compare)) for part in parts):
        return
    if all(place.shapes.of(part).shape == () or isinstance(part, ast.Slice) for part in parts):
        return
    index = target.slice
    if isinstance(index, ast.Tuple):  # a slice has no brackets to stand in there
        whole = call("slice", ast.Constant(None))
        index = ast.Tuple([whole if isinstance(part, ast.Slice) else part for part in parts], LOAD)
    added = call(scope.function(f"{function}.at"), target.value, index, node.value)
    yield Edit(ast.Expr(added), Mistake.REPEATED_INDICES)
