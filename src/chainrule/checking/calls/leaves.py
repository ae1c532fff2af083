"""The numbers in what a program returned or keeps: by the expression that fetches each, and by what it is called."""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

MOST, DEEPEST = 120, 4

_NO_DATA = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType, type, np.ufunc, np.dtype)


@dataclass(frozen=True)
class Leaf:
    """One array or number."""

    text: str
    label: str
    """Its key, attribute, or the name of the variable that was returned."""
    holder: str
    """The expression of the container or object that it lies in."""
    value: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """Of an array; of a number ()."""
        return np.shape(self.value)


def leaves(value: Any, text: str, expression: ast.expr | None = None) -> list[Leaf]:
    """Return the numbers in a value, in their order, each once."""
    seen: set[int] = set()
    found = []
    for leaf in _walk(value, text, "", "", expression, 0, seen):
        found.append(leaf)
        if len(found) >= MOST:
            break
    return found


def is_number(value: Any) -> bool:
    """Return whether the loss may be differentiated by a value of this type."""
    return (isinstance(value, ndarray) and value.dtype.kind == "f") or (
        isinstance(value, (float, np.floating)) and not isinstance(value, bool)
    )


def _walk(
    value: Any, text: str, label: str, holder: str, expr: ast.expr | None, depth: int, seen: set[int]
) -> Iterator[Leaf]:
    label = label or _label(expr)
    if is_number(value):
        if id(value) not in seen:
            seen.add(id(value))
            yield Leaf(text, label, holder, value)
        return
    if depth > DEEPEST or id(value) in seen:
        return
    if isinstance(value, dict):
        seen.add(id(value))
        for key, one in value.items():
            if isinstance(key, (str, int, tuple)):
                name = key if isinstance(key, str) else f"{label}{key}" if isinstance(key, int) else label
                yield from _walk(one, f"{text}[{key!r}]", name, text, None, depth + 1, seen)
    elif isinstance(value, (list, tuple)):
        seen.add(id(value))
        parts = (
            expr.elts
            if isinstance(expr, (ast.Tuple, ast.List)) and len(expr.elts) == len(value)
            else [None] * len(value)
        )
        for number, (one, part) in enumerate(zip(value, parts, strict=True)):
            name = "" if part is not None else f"{label}{number}" if label else ""
            yield from _walk(one, f"{text}[{number}]", name, text, part, depth + 1, seen)
    elif hasattr(value, "__dict__") and not isinstance(value, _NO_DATA):
        seen.add(id(value))
        for key, one in vars(value).items():
            yield from _walk(one, f"{text}.{key}", key, text, None, depth + 1, seen)


def _label(expr: ast.expr | None) -> str:
    """Return what is returned by its name; of ``hs[-1]`` that it is a part of something."""
    if isinstance(expr, ast.Name):
        return expr.id
    if isinstance(expr, ast.Subscript) and isinstance(expr.value, ast.Name):
        return f"{expr.value.id}[]"
    return ""
