"""Adjoints of sums, means, variances and maxima."""

from __future__ import annotations

from chainrule.checking.derive.adjoints import adjoint
from chainrule.checking.derive.text import fill
from chainrule.checking.derive.values import (
    CannotDerive,
    Operation,
    Scatter,
    Value,
    broadcast,
    count,
    made,
    spread,
    total,
)


def _spread(o: Operation, value: Value | None = None) -> Value:
    one = o.up if value is None else value
    return spread(one, o.args[0].shape, o.keywords.get("axis"), bool(o.keywords.get("keepdims")), o.manner)


@adjoint("sum", "add.reduce")
def sum_(o: Operation, _: int) -> Value | Scatter:
    """Every term has the gradient of the sum."""
    return _spread(o)


@adjoint("mean", "average")
def mean(o: Operation, _: int) -> Value | Scatter:
    """And a share of it in a mean."""
    n = o.keywords.get("count") or count(o.args[0], o.args[0].shape, o.keywords.get("axis"))
    up = _spread(o)
    return Value(fill("u / n", u=up.node, n=n), up.shape)


@adjoint("var")
def var(o: Operation, _: int) -> Value | Scatter:
    """``2 * (x - mean) / n * u``."""
    return _central(o, 2)


@adjoint("std")
def std(o: Operation, _: int) -> Value | Scatter:
    """``(x - mean) / (n * y) * u``."""
    return _central(o, 1)


def _central(o: Operation, factor: int) -> Value:
    x, axis = o.args[0], o.keywords.get("axis")
    if o.keywords.get("ddof"):
        raise CannotDerive(f"{o.op} with ddof")
    words = "" if axis is None else f"axis={axis!r}, keepdims=True"
    middle = fill(f"x.mean({words})", x=x.node)
    n = o.keywords.get("count") or count(x, x.shape, axis)
    up = _spread(o) if factor == 2 else _spread(o, made("u / y", u=o.up, y=o.out))
    text = "2 * (x - m) * u / n" if factor == 2 else "(x - m) * u / n"
    return Value(fill(text, x=x.node, m=middle, n=n, u=up.node), x.shape)


@adjoint("max", "min", "amax", "amin")
def largest(o: Operation, _: int) -> Value | Scatter:
    """To the entry that was the largest."""
    x = o.args[0]
    y = _spread(o, o.out)
    up = _spread(o)
    return Value(fill("u * (x == y)", u=up.node, x=x.node, y=y.node), broadcast(x.shape, up.shape))


@adjoint("cumsum")
def cumsum(o: Operation, _: int) -> Value | Scatter:
    """Summed from the other end."""
    axis = o.keywords.get("axis", 0)
    flip = f"np.flip(np.cumsum(np.flip(u, {axis}), axis={axis}), {axis})"
    return Value(o.np(flip, u=o.up.node), o.args[0].shape)


@adjoint("trace")
def trace(o: Operation, _: int) -> Value | Scatter:
    """To the diagonal."""
    return Value(o.np("u * np.eye(x.shape[0])", u=o.up.node, x=o.args[0].node), o.args[0].shape)


@adjoint("prod")
def prod(o: Operation, _: int) -> Value | Scatter:
    """The product of the others."""
    y, up = _spread(o, o.out), _spread(o)
    return Value(fill("u * y / x", u=up.node, y=y.node, x=o.args[0].node), o.args[0].shape)


__all__ = ["total"]
