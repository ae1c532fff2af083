"""Softmax or sigmoid with its cross-entropy: together ``(probs - targets) / N``, however it is written."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chainrule.checking.derive.scope import Adjoint
from chainrule.checking.derive.text import code, name
from chainrule.checking.derive.values import Value

if TYPE_CHECKING:
    from chainrule.checking.derive.expressions import Expressions


@dataclass
class Composite:
    """The gradient of scores, known at once."""

    kind: str
    """``softmax`` or ``sigmoid``."""
    axis: int
    probs: ast.expr | None
    """The probabilities, where the program has them."""
    targets: ast.expr | None
    """Of the same shape as the scores."""
    index: ast.expr | None
    """Or: where the ones stand."""
    factor: ast.expr | None
    """What the difference is divided by."""
    multiplied: ast.expr | None = None


def emit_composite(scope: Expressions, found: Composite, target: ast.expr, value: ast.expr) -> None:
    """Write the gradient of scores."""
    numpy = scope.session.manner.numpy
    stored = scope.containers.stored(value)
    shape = scope.facts.shape(value) or scope.facts.shape(target)
    key = f"{stored[0].label}@" if stored is not None and not isinstance(target, ast.Name) else code(target)
    made = scope.gradient_name(key)
    out = scope.value(_load(target))
    scope.upstream = "1"
    probs = found.probs
    probs = _probabilities(scope, found, out, numpy) if probs is None else scope.value(probs)
    divided = "" if found.factor is None else f" / {code(scope.value(found.factor))}"
    if found.targets is not None:
        difference = f"{code(probs)} - {code(scope.value(found.targets))}"
        scope.emit(
            f"{made} = ({difference}){divided}" if divided else f"{made} = {difference}",
            shape,
            "softmax with cross-entropy",
        )
    else:
        assert found.index is not None
        index = code(ast.Subscript(name(made), scope.value(found.index), ast.Load()))
        scope.emit(
            f"{made} = {code(probs)}.copy()" if not isinstance(probs, ast.BinOp) else f"{made} = {code(probs)}",
            shape,
            "softmax with cross-entropy",
        )
        scope.emit(f"{index} -= 1", shape)
        if divided:
            scope.emit(f"{made} /= {divided.removeprefix(' / ')}", shape)
    scope.env[key] = Adjoint(Value(name(made), shape), named=True, fresh=True)


def _probabilities(scope: Expressions, found: Composite, out: ast.expr, numpy: str) -> ast.expr:
    made = scope.fresh("probs")
    x = code(out)
    if found.kind == "sigmoid":
        scope.emit(f"{made} = 1 / (1 + {numpy}.exp(-{x}))")
        return name(made)
    flat = len(scope.facts.shape(out)) == 1
    axis = "" if flat else f"axis={found.axis}, keepdims=True"
    scope.emit(f"{made} = {numpy}.exp({x} - {x}.max({axis}))")
    scope.emit(f"{made} /= {made}.sum({axis})")
    return name(made)


def _load(target: ast.expr) -> ast.expr:
    made = ast.parse(code(target), mode="eval").body
    for old, new in zip(ast.walk(target), ast.walk(made), strict=False):
        if hasattr(old, "number"):
            new.number = old.number  # type: ignore[attr-defined]
    return made
