"""Activations recognised by their numbers: whatever a program writes for a sigmoid is one."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from chainrule.checking.derive.facts import Facts
from chainrule.checking.derive.text import code


class Known(NamedTuple):
    """A function of one array that an expression computes."""

    op: str
    base: ast.expr
    axis: int | None = None


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "sigmoid": _sigmoid,
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "exp": np.exp,
    "swish": lambda x: x * _sigmoid(x),
}


def softmax(x: Any, axis: int) -> Any:
    """Return exponentials that sum to one."""
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def recognised(node: ast.expr, facts: Facts, functions: bool) -> Known | None:
    """Return the activation that an expression is, of a part of it."""
    if not isinstance(node, ast.Call | ast.BinOp | ast.IfExp) or not facts.is_active_number(node):
        return None
    for part in _candidates(node, facts):
        for op, axis in _matches(node, part, facts, functions):
            return Known(op, part, axis)
    return None


def _candidates(node: ast.expr, facts: Facts) -> Iterator[ast.expr]:
    tried = set()
    for part in ast.walk(node):
        if part is node or not isinstance(part, ast.expr):
            continue
        text = code(part)
        if text in tried or not facts.is_active_number(part):
            continue
        tried.add(text)
        if not _is_outside(node, text, facts):
            yield part


def _is_outside(node: ast.AST, text: str, facts: Facts) -> bool:
    """Return whether an expression depends on parameters in another way than through a part of it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr) and code(child) == text:
            continue
        leaf = isinstance(child, ast.Name | ast.Attribute | ast.Subscript)
        if leaf and isinstance(child, ast.expr) and facts.is_active_number(child) and not _holds(child, text):
            return True
        if _is_outside(child, text, facts):
            return True
    return False


def _holds(node: ast.expr, text: str) -> bool:
    return any(isinstance(one, ast.expr) and code(one) == text for one in ast.walk(node))


def _matches(node: ast.expr, part: ast.expr, facts: Facts, functions: bool) -> Iterator[tuple[str, int | None]]:
    whole, parts = facts.seen(node), facts.seen(part)
    if not whole or not parts or whole[0].ref is None or whole[0].shape != parts[0].shape:
        return
    pairs = []
    for one in whole[:4]:
        before = [other for other in parts if other.tick <= one.tick and other.ref is not None]
        if one.ref is None or not before or before[-1].ref is None:
            return
        pairs.append((np.asarray(facts.value(before[-1].ref), float), np.asarray(facts.value(one.ref), float)))
    if not any(np.size(x) and float(np.max(np.abs(x))) > 1e-3 for x, _ in pairs):  # at zero many functions are alike
        return
    with np.errstate(all="ignore"):
        if functions:
            for op, function in _FUNCTIONS.items():
                bites = op != "relu" or any(bool((x < 0).any()) for x, _ in pairs)
                if bites and all(_same(function(x), y) for x, y in pairs):
                    yield op, None
        if pairs[0][0].ndim:
            for axis in dict.fromkeys((-1, 0)):
                if all(x.shape[axis] > 1 and _same(softmax(x, axis), y) for x, y in pairs):
                    yield "softmax", axis


def _same(a: Any, b: Any) -> bool:
    return (
        np.shape(a) == np.shape(b) and bool(np.all(np.isfinite(b))) and bool(np.allclose(a, b, rtol=1e-9, atol=1e-12))
    )
