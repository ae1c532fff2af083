"""Adjoints of matrix products: ``X.T @ u`` and ``u @ W.T``, in the manner of the file."""

from __future__ import annotations

import ast

from chainrule.checking.derive.adjoints import adjoint
from chainrule.checking.derive.values import CannotDerive, Operation, Scatter, Value, full, made, reduced, times


def product(o: Operation, left: ast.expr, right: ast.expr) -> ast.expr:
    """Return a matrix product as the file writes it."""
    text = {"np.dot": "np.dot(a, b)", ".dot": "a.dot(b)", "np.matmul": "np.matmul(a, b)"}.get(o.form, "a @ b")
    return o.np(text, a=left, b=right)


def _turned(o: Operation, value: Value) -> ast.expr:
    if len(value.shape) <= 2:
        return o.np("x.T", x=value.node)
    if len(value.shape) == 3 and o.manner.newaxis:
        return o.np("x.transpose(0, 2, 1)", x=value.node)
    return o.np("x.swapaxes(-1, -2)", x=value.node)


@adjoint("matmul", "dot", "inner_of_vectors", "vdot")
def matmul(o: Operation, i: int) -> Value | Scatter:
    """By the number of axes of both."""
    x, w = o.args[:2]
    sizes = len(x.shape), len(w.shape)
    if 0 in sizes:
        return reduced(times(o.up, (w, x)[i]), o.args[i].shape, o.out, o.manner)
    up = full(o.up, o.out.shape, o.out.node, o.manner.numpy)
    if sizes == (1, 1):
        return times(up, (w, x)[i])
    if sizes == (2, 1):
        node = o.np("np.outer(u, b)", u=up.node, b=w.node) if i == 0 else product(o, _turned(o, x), up.node)
        return Value(node, o.args[i].shape)
    if sizes == (1, 2):
        node = product(o, w.node, up.node) if i == 0 else o.np("np.outer(a, u)", u=up.node, a=x.node)
        return Value(node, o.args[i].shape)
    if i == 0 and sizes[1] == 2:
        return Value(product(o, up.node, _turned(o, w)), x.shape)
    if i == 1 and sizes[0] == 2 and sizes[1] == 2:
        return Value(product(o, _turned(o, x), up.node), w.shape)
    if i == 1 and sizes[1] == 2 and sizes[0] > 2:
        flat = o.np("x.reshape(-1, x.shape[-1]).T", x=x.node)
        return Value(
            product(
                o,
                flat,
                o.np("u.reshape(-1, w.shape[1])", u=up.node, w=w.node),
            ),
            w.shape,
        )
    if o.op == "dot" or 1 in sizes:
        raise CannotDerive(f"{o.op} of arrays with {sizes[0]} and {sizes[1]} axes")
    pair = (up.node, _turned(o, w)) if i == 0 else (_turned(o, x), up.node)
    shape = (*o.out.shape[:-2], *o.args[i].shape[-2:])
    return reduced(Value(product(o, *pair), shape), o.args[i].shape, Value(product(o, *pair), shape), o.manner)


@adjoint("outer")
def outer(o: Operation, i: int) -> Value | Scatter:
    """``u @ b`` and ``a @ u``."""
    a, b = o.args[:2]
    up = full(o.up, o.out.shape, o.out.node, o.manner.numpy)
    node = (
        product(o, up.node, o.np("x.ravel()", x=b.node) if len(b.shape) != 1 else b.node)
        if i == 0
        else product(o, o.np("x.T", x=up.node), a.node)
    )
    return Value(node, o.args[i].shape)


@adjoint("einsum")
def einsum(o: Operation, i: int) -> Value | Scatter:
    """The letters change places."""
    text = str(o.keywords["subscripts"]).replace(" ", "")
    if "->" not in text or "." in text:
        raise CannotDerive("einsum without an arrow")
    before, after = text.split("->")
    terms = before.split(",")
    others = [n for n in range(len(terms)) if n != i - 1]
    there = set(after).union(*(terms[n] for n in others)) if others else set(after)
    mine = terms[i - 1]
    if set(mine) - there or len(set(mine)) < len(mine):
        raise CannotDerive(f"einsum {text}")
    subscripts = ",".join([after, *(terms[n] for n in others)]) + "->" + mine
    parts = {f"x{n}": o.args[n + 1].node for n in others}
    up = full(o.up, o.out.shape, o.out.node, o.manner.numpy)
    words = "".join(f", {key}" for key in parts)
    return Value(o.np(f"np.einsum({subscripts!r}, u{words})", u=up.node, **parts), o.args[i].shape)


@adjoint("tensordot")
def tensordot(o: Operation, i: int) -> Value | Scatter:
    """Of one pair of axes, or several that are neighbours at the end and the beginning."""
    a, b = o.args[:2]
    axes = o.keywords.get("axes", 2)
    n = axes if isinstance(axes, int) else None
    if n is None:
        raise CannotDerive("tensordot with lists of axes")
    up = full(o.up, o.out.shape, o.out.node, o.manner.numpy)
    if i == 0:
        last, first = list(range(len(up.shape) - (len(b.shape) - n), len(up.shape))), list(range(n, len(b.shape)))
        return Value(o.np(f"np.tensordot(u, b, axes=({last}, {first}))", u=up.node, b=b.node), a.shape)
    kept = list(range(len(a.shape) - n))
    return Value(o.np(f"np.tensordot(a, u, axes=({kept}, {kept}))", u=up.node, a=a.node), b.shape)


@adjoint("linalg.norm")
def norm(o: Operation, _: int) -> Value | Scatter:
    """``u * x / y`` of the Euclidean norm."""
    return made("u * x / y", u=o.up, x=o.args[0], y=o.out)
