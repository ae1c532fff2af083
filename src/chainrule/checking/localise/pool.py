"""What an expression may be made of: names, transposes and slopes, with their values in some runs of a statement."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.rules.slopes import slopes
from chainrule.checking.rules.tree import minus, number, parsed, plus
from chainrule.checking.rules.variables import Scope

MOST_VARIABLES, MOST_SLOPES = 90, 500
LARGEST = 40_000
"""Entries of values that are computed with."""


@dataclass(frozen=True)
class Part:
    """An expression, what it is in each run, and how much it costs to write."""

    node: ast.expr
    values: tuple[Any, ...]
    cost: float
    kind: str
    """``name``, ``number``, ``slope``, ``constant``."""

    @cached_property
    def text(self) -> str:
        """As it is written."""
        return ast.unparse(self.node)

    @property
    def shape(self) -> tuple[int, ...]:
        """In the first run."""
        return np.shape(self.values[0])


class Pool:
    """The parts that are within reach of a statement.

    Parameters
    ----------
    scope : Scope
        The variables within reach.
    names : sequence of mapping
        In each run: what the statement saw, and the program's own names.
    own : iterable of ast.stmt
        The statements of the same function: the entries that these name are tried one step off, too.
    """

    def __init__(self, scope: Scope, names: Sequence[Mapping[str, Any]], own: Sequence[ast.stmt]) -> None:
        self.scope, self.names = scope, [dict(one) for one in names]
        near = {node.id for statement in own for node in ast.walk(statement) if isinstance(node, ast.Name)}
        ordered = sorted(scope.variables, key=lambda one: base_name(one.node) not in near)
        nodes = [variable.node for variable in ordered[:MOST_VARIABLES]]
        nodes += _neighbours(own)
        self.parts: list[Part] = []
        seen: set[str] = set()
        for node in nodes:
            part = self.part(node, 0.1 * (len(ast.unparse(node).split("[")) - 1), "name")
            if part is not None and part.text not in seen:
                seen.add(part.text)
                self.parts.append(part)

    def part(self, node: ast.expr, cost: float, kind: str) -> Part | None:
        """Return an expression with its values; None if it is no number there."""
        values = self.values(node)
        if values is None or np.size(values[0]) > LARGEST:
            return None
        return Part(node, values, cost, "number" if kind == "name" and np.ndim(values[0]) == 0 else kind)

    def values(self, node: ast.expr) -> tuple[Any, ...] | None:
        """Return what an expression is in each run; None if it stops, or is no number, in one."""
        code = compile(ast.fix_missing_locations(ast.Expression(node)), "<tried>", "eval")
        found = []
        for names in self.names:
            try:
                with np.errstate(all="ignore"):
                    value = eval(code, names)
            except Exception:  # whatever the program's own values may raise
                return None
            if (isinstance(value, ndarray) and value.dtype.kind in "fiub") or isinstance(
                value, int | float | np.number
            ):
                found.append(value)
            elif type(value) is list and value and all(isinstance(one, float) for one in value):
                found.append(np.array(value))
            else:
                return None
        return tuple(found)

    @cached_property
    def numbers(self) -> list[Part]:
        """The numbers with a name."""
        return [part for part in self.parts if part.kind == "number"]

    @cached_property
    def constants(self) -> list[Part]:
        """Numbers that formulas hold as such."""
        return [Part(number(one), (one,) * len(self.names), 0.0, "constant") for one in (1, 2)]

    @cached_property
    def slopes(self) -> list[Part]:
        """Derivatives of activations, of every value of floats."""
        found: list[Part] = []
        for part in self.parts:
            if np.asarray(part.values[0]).dtype.kind != "f" or (part.kind == "number" and self._has_arrays):
                continue
            for node, extra in slopes(part.node, self.scope):
                made = self.part(node, 0.3 + extra, "slope")
                if made is not None and made.shape == part.shape:
                    found.append(made)
            if len(found) > MOST_SLOPES:
                break
        return found

    @cached_property
    def _has_arrays(self) -> bool:
        return any(part.kind != "number" and np.size(part.values[0]) > 1 for part in self.parts)


def base_name(node: ast.expr) -> str:
    """Return the name that an expression begins with: ``cache`` of ``cache['z1']``."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _neighbours(own: Sequence[ast.stmt]) -> list[ast.expr]:
    """Return the entries that statements name, one step off: ``h[t - 1]`` and ``h[t + 1]`` of ``h[t]``."""
    found: dict[str, ast.expr] = {}
    for statement in own:
        for node in ast.walk(statement):
            if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name | ast.Attribute):
                continue
            index = node.slice
            if isinstance(index, ast.BinOp) and isinstance(index.left, ast.Name):
                index = index.left
            if isinstance(index, ast.Name) and index.id.islower():
                for step in (index, minus(index, number(1)), plus(index, number(1))):
                    text = f"{ast.unparse(node.value)}[{ast.unparse(step)}]"
                    found.setdefault(text, parsed(text))
    return [*found.values()][:40]
