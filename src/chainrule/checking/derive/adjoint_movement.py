"""Adjoints of what only moves entries: indexing, shapes, transposes, joining and padding."""

from __future__ import annotations

import ast

import numpy as np

from chainrule.checking.derive.adjoints import adjoint
from chainrule.checking.derive.text import code, fill
from chainrule.checking.derive.values import CannotDerive, Operation, Scatter, Value, full, reduced


def _whole(o: Operation) -> Value:
    return full(o.up, o.out.shape, o.out.node, o.manner.numpy)


@adjoint("reshape", "ravel", "flatten", "squeeze", "expand_dims", "atleast_2d", "atleast_1d")
def reshape(o: Operation, _: int) -> Value | Scatter:
    """Back into the shape that it had."""
    x, up = o.args[0], o.up
    if not up.shape:
        return up
    return Value(fill("u.reshape(x.shape)", u=_whole(o).node, x=x.node), x.shape)


@adjoint("transpose", "matrix_transpose")
def transpose(o: Operation, _: int) -> Value | Scatter:
    """Turned back."""
    x, axes = o.args[0], o.keywords.get("axes")
    if not o.up.shape or len(x.shape) < 2:
        return o.up
    up = _whole(o)
    if o.op == "matrix_transpose":
        return Value(o.np("u.swapaxes(-1, -2)", u=up.node), x.shape)
    if axes is None:
        return Value(o.np("u.T", u=up.node), x.shape)
    back = ", ".join(str(one) for one in np.argsort([axis % len(x.shape) for axis in axes]))
    return Value(o.np(f"u.transpose({back})", u=up.node), x.shape)


@adjoint("swapaxes")
def swapaxes(o: Operation, _: int) -> Value | Scatter:
    """Turned back."""
    first, second = o.keywords["axis1"], o.keywords["axis2"]
    return Value(o.np(f"u.swapaxes({first}, {second})", u=_whole(o).node), o.args[0].shape)


@adjoint("moveaxis", "rollaxis")
def moveaxis(o: Operation, _: int) -> Value | Scatter:
    """Moved back."""
    start, goal = o.keywords["source"], o.keywords["destination"]
    return Value(o.np(f"np.moveaxis(u, {goal}, {start})", u=_whole(o).node), o.args[0].shape)


@adjoint("flip", "flipud", "fliplr")
def flip(o: Operation, _: int) -> Value | Scatter:
    """Turned back."""
    axis = o.keywords.get("axis")
    text = f"np.{o.op}(u)" if axis is None else f"np.flip(u, {axis})"
    return Value(o.np(text, u=_whole(o).node), o.args[0].shape)


@adjoint("roll")
def roll(o: Operation, _: int) -> Value | Scatter:
    """Rolled back."""
    axis = o.keywords.get("axis")
    return Value(
        o.np(f"np.roll(u, {-o.keywords['shift']}{'' if axis is None else f', axis={axis}'})", u=_whole(o).node),
        o.args[0].shape,
    )


@adjoint("broadcast_to")
def broadcast_to(o: Operation, _: int) -> Value | Scatter:
    """Summed over what was repeated."""
    return reduced(_whole(o), o.args[0].shape, o.out, o.manner)


@adjoint("getitem")
def getitem(o: Operation, _: int) -> Value | Scatter:
    """Into the place that it was taken from."""
    key = o.nodes[1]
    parts = key.elts if isinstance(key, ast.Tuple) else [key]
    if all(_is_full(one) or _is_new_axis(one) for one in parts):
        if not o.up.shape:
            return o.up
        return Value(fill("u.reshape(x.shape)", u=_whole(o).node, x=o.args[0].node), o.args[0].shape)
    reverse = len(parts) == 1 and code(parts[0]) in ("::-1",)
    if reverse:
        return Value(fill("u[::-1]", u=_whole(o).node), o.args[0].shape)
    return Scatter(key, o.up, o.may_repeat)


def _is_full(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant) and node.value is Ellipsis:
        return True
    return isinstance(node, ast.Slice) and node.lower is None and node.upper is None and node.step is None


def _is_new_axis(node: ast.expr) -> bool:
    return (isinstance(node, ast.Constant) and node.value is None) or (
        isinstance(node, ast.Attribute) and node.attr == "newaxis"
    )


@adjoint("take")
def take(o: Operation, _: int) -> Value | Scatter:
    """Rows of a table, by their numbers."""
    if o.keywords.get("axis") not in (0,):
        raise CannotDerive("take along an axis that is not the first")
    return Scatter(o.args[1].node, o.up, True)


@adjoint("concatenate", "hstack", "vstack", "stack", "column_stack", "row_stack", "append")
def joined(o: Operation, i: int) -> Value | Scatter:
    """Each part takes its slice."""
    axis = o.keywords.get("axis", 0)
    if o.op == "hstack":
        axis = 0 if len(o.out.shape) == 1 else 1
    elif o.op in ("vstack", "row_stack"):
        axis = 0
    elif o.op == "column_stack":
        axis = 1
    up = _whole(o)
    axis %= len(o.out.shape)
    before = ":, " * axis
    if o.op == "stack" or (o.op != "column_stack" and len(o.args[i].shape) < len(o.out.shape)):
        return Value(fill(f"u[{before}{i}]", u=up.node), o.args[i].shape)
    if o.op == "column_stack":
        return _column(o, i, up)
    here = o.args[i].shape[axis]
    if i == 0:
        return Value(fill(f"u[{before}:x.shape[{axis}]]", u=up.node, x=o.args[0].node), o.args[0].shape)
    if i == len(o.args) - 1 and len(o.args) == 2:
        return Value(fill(f"u[{before}x.shape[{axis}]:]", u=up.node, x=o.args[0].node), o.args[i].shape)
    first = " + ".join(f"x{n}.shape[{axis}]" for n in range(i))
    last = " + ".join(f"x{n}.shape[{axis}]" for n in range(i + 1))
    if here == 0:
        raise CannotDerive("an empty part")
    parts = {f"x{n}": one.node for n, one in enumerate(o.args[: i + 1])}
    return Value(fill(f"u[{before}{first}:{last}]", u=up.node, **parts), o.args[i].shape)


def _column(o: Operation, i: int, up: Value) -> Value:
    """Return the columns that are one of the parts."""
    widths = [1 if len(one.shape) == 1 else one.shape[1] for one in o.args]
    known = [n for n in range(i) if len(o.args[n].shape) == 1]
    if len(o.args[i].shape) == 1:
        first = sum(widths[:i])
        return Value(fill(f"u[:, {first}]", u=up.node), o.args[i].shape)
    if len(known) == i:
        last = "" if i == len(o.args) - 1 else f"{i} + x.shape[1]" if i else "x.shape[1]"
        return Value(fill(f"u[:, {i or ''}:{last}]", u=up.node, x=o.args[i].node), o.args[i].shape)
    raise CannotDerive("column_stack of several tables")


@adjoint("pad")
def pad(o: Operation, _: int) -> Value | Scatter:
    """The border is cut off."""
    widths = o.nodes[1]
    if o.keywords.get("mode", "constant") not in ("constant", ""):
        raise CannotDerive("a border that is not of zeros")
    x = o.args[0]
    parts = _widths(widths, len(x.shape))
    keys = []
    for axis, low in enumerate(parts):
        if code(low) == "0":
            keys.append(":" if code(low) == "0" and x.shape[axis] == o.out.shape[axis] else f":x.shape[{axis}]")
        else:
            keys.append(f"({code(low)}):({code(low)}) + x.shape[{axis}]")
    return Value(fill(f"u[{', '.join(keys)}]", u=_whole(o).node, x=x.node), x.shape)


def _widths(node: ast.expr, axes: int) -> list[ast.expr]:
    if (
        isinstance(node, ast.Tuple | ast.List)
        and node.elts
        and all(isinstance(one, ast.Tuple | ast.List) for one in node.elts)
    ):
        return [one.elts[0] for one in node.elts if isinstance(one, ast.Tuple | ast.List)]
    if isinstance(node, ast.Tuple | ast.List) and node.elts:
        return [node.elts[0]] * axes
    return [node] * axes


@adjoint("repeat")
def repeat(o: Operation, _: int) -> Value | Scatter:
    """Summed over the repetitions."""
    x, axis, times = o.args[0], o.keywords.get("axis"), o.keywords.get("repeats")
    if axis is None or not isinstance(times, int):
        raise CannotDerive("repeat without an axis")
    axis %= len(x.shape)
    before = "".join(f"x.shape[{n}], " for n in range(axis + 1))
    return Value(
        fill(f"u.reshape({before}{times}, *x.shape[{axis + 1}:]).sum(axis={axis + 1})", u=_whole(o).node, x=x.node),
        x.shape,
    )


@adjoint("diag", "diagonal")
def diag(o: Operation, _: int) -> Value | Scatter:
    """To the diagonal and back."""
    return Value(o.np("np.diag(u)", u=_whole(o).node), o.args[0].shape)


@adjoint("tril", "triu")
def triangle(o: Operation, _: int) -> Value | Scatter:
    """The same triangle."""
    return Value(o.np(f"np.{o.op}(u)", u=_whole(o).node), o.args[0].shape)
