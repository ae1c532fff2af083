"""Expressions with their shapes, and broadcasting undone."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.checking.derive.text import fill, name, number

Shape = tuple[int, ...]


class CannotDerive(Exception):
    """A part of a forward pass has no backward pass here; the message says which."""


@dataclass(frozen=True)
class Value:
    """An expression of a generated line; a gradient may be narrower than what it belongs to, where it is broadcast."""

    node: ast.expr
    shape: Shape = ()


@dataclass(frozen=True)
class Scatter:
    """A gradient that is one of a part only."""

    key: ast.expr
    value: Value
    repeats: bool
    """Whether a place may be met more than once."""
    order: str = "+="


@dataclass(frozen=True)
class Manner:
    """How a file writes things."""

    numpy: str = "np"
    sums: str = "method"
    """``method`` for ``x.sum()``, ``function`` for ``np.sum(x)``."""
    newaxis: str = "None"


@dataclass
class Operation:
    """One operation of the forward pass, and the gradient that comes back to its output."""

    op: str
    args: list[Value]
    nodes: list[ast.expr]
    keywords: dict[str, Any]
    """Plain values: ``axis``, ``keepdims``."""
    out: Value
    up: Value
    manner: Manner = field(default_factory=Manner)
    form: str = ""
    """How a matrix product is written: ``@``, ``np.dot``, ``.dot``, ``np.matmul``."""
    out_named: bool = False
    """Whether the output has a name in reach."""
    may_repeat: bool = False
    """Of an index: whether it may meet a place twice."""

    def np(self, text: str, **parts: ast.expr) -> ast.expr:
        """Return a template filled in, with NumPy by the file's own name."""
        return fill(text, np=name(self.manner.numpy), **parts)


def broadcast(*shapes: Shape) -> Shape:
    """Return the shape that arrays have together."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        if all(alike(shapes[0], one) for one in shapes[1:]):
            return shapes[0]
        raise CannotDerive(f"shapes {shapes} do not go together") from None


def alike(a: Shape, b: Shape) -> bool:
    """Return whether two shapes may be those of one array in different rounds of a loop."""
    return len(a) == len(b) and all(m == n or (m != 1 and n != 1) for m, n in zip(a, b, strict=True))


def made(text: str, **parts: Value) -> Value:
    """Return an elementwise expression of values."""
    return Value(
        fill(text, **{key: one.node for key, one in parts.items()}), broadcast(*(one.shape for one in parts.values()))
    )


def times(up: Value, other: Value) -> Value:
    """Return a product."""
    return made("u * x", u=up, x=other)


def full(up: Value, shape: Shape, like: ast.expr, numpy: str) -> Value:
    """Return a gradient as wide as what it belongs to."""
    if up.shape == shape or (up.shape and alike(up.shape, shape)):
        return Value(up.node, shape)
    if not up.shape:
        return Value(
            fill("u * np.ones_like(x)", np=name(numpy), x=like, u=up.node),
            shape,
        )
    return Value(fill("u * np.ones_like(x)", np=name(numpy), x=like, u=up.node), shape)


def reduced(up: Value, shape: Shape, out: Value, manner: Manner) -> Value:
    """Return a gradient summed over the axes along which an argument of this shape was broadcast."""
    if shape == out.shape or (np.prod(shape) == np.prod(out.shape) == 1 and not shape and not out.shape):
        return up
    if np.prod(shape, dtype=int) == np.prod(out.shape, dtype=int) and shape != out.shape:
        whole = full(up, out.shape, out.node, manner.numpy)
        if not shape:
            return Value(total(whole, None, False, manner), ())
    missing = len(out.shape) - len(shape)
    grown = tuple(
        axis
        for axis in range(len(out.shape))
        if axis < missing or (shape[axis - missing] == 1 and out.shape[axis] != 1)
    )
    if not grown:
        return up
    whole = full(up, out.shape, out.node, manner.numpy)
    if not shape:
        return Value(total(whole, None, False, manner), ())
    kept = len(grown) and all(axis >= missing for axis in grown)
    axes: Any = grown[0] if len(grown) == 1 else grown
    summed = total(whole, axes, bool(kept), manner)
    if kept or all(axis < missing for axis in grown):
        return Value(summed, shape)
    return Value(fill("s.reshape(t)", s=summed, t=name(repr(shape))), shape)


def total(value: Value, axis: Any, keepdims: bool, manner: Manner) -> ast.expr:
    """Return a sum along axes, as the file writes sums."""
    words = ([] if axis is None else [f"axis={axis!r}"]) + (["keepdims=True"] if keepdims else [])
    method = manner.sums == "method" and isinstance(value.node, ast.Name | ast.Subscript | ast.Attribute | ast.Call)
    if manner.sums == "method" and not method and isinstance(value.node, ast.BinOp):
        method = True
    text = f"x.sum({', '.join(words)})" if method else f"np.sum(x{''.join(', ' + word for word in words)})"
    return fill(text, np=name(manner.numpy), x=value.node)


def spread(up: Value, shape: Shape, axis: Any, keepdims: bool, manner: Manner) -> Value:
    """Return the gradient of a reduction so that it lies along what was reduced."""
    if axis is None or keepdims:
        return up
    if not up.shape:
        return up
    axes = sorted(one % len(shape) for one in (axis if isinstance(axis, tuple) else (axis,)))
    if axes == list(range(len(axes))):  # leading axes broadcast by themselves
        return up
    keys = ", ".join(manner.newaxis if one in axes else ":" for one in range(len(shape)))
    if len(up.shape) != len(shape) - len(axes):
        return Value(up.node, up.shape)
    if axes[-1] == len(shape) - 1 and len(axes) == 1 and len(shape) > 2:
        keys = f"..., {manner.newaxis}"
    new = tuple(1 if one in axes else shape[one] for one in range(len(shape)))
    return Value(fill(f"u[{keys}]", u=up.node), new)


def sized(node: ast.expr) -> ast.expr:
    """Return the first name in an elementwise expression: it has the shape of the whole, unless it is broadcast."""
    if (
        isinstance(node, ast.BinOp)
        and isinstance(node.left, ast.Name | ast.BinOp)
        and not isinstance(node.op, ast.MatMult)
    ):
        return sized(node.left)
    return node


def count(value: Value, shape: Shape, axis: Any) -> ast.expr:
    """Return how many entries a mean is over."""
    if axis is None:
        return fill("x.size", x=sized(value.node))
    axes = axis if isinstance(axis, tuple) else (axis,)
    parts = [fill(f"x.shape[{one}]", x=value.node) for one in axes]
    product = parts[0]
    for one in parts[1:]:
        product = ast.BinOp(product, ast.Mult(), one)
    return product


__all__ = [
    "CannotDerive", "Manner", "Operation", "Scatter", "Shape", "Value", "broadcast", "count", "full", "made", "number",
    "reduced", "spread", "times", "total",
]  # fmt: skip
