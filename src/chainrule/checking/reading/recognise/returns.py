"""The names of what a function returns."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.units import Function

SAME_NUMBER = ("float", "squeeze", "array", "asarray", "float64")
"""Functions that give back what they are given."""


def own_statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function without those of functions and classes inside of it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            yield child
            yield from own_statements(child)


def return_names(node: Function) -> list[str]:
    """Return the names in the last ``return`` of a function: one a value, ``""`` where it is no name."""
    if isinstance(node, ast.Lambda):
        return [""]
    found = [one for one in own_statements(node) if isinstance(one, ast.Return) and one.value is not None]
    if not found:
        return []
    value = max(found, key=lambda one: (_width(one.value), one.lineno)).value
    parts = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
    return [_name(part) for part in parts]


def names_for(node: Function, result: str) -> list[str]:
    """Return the names of what a function returns; a single thing without a name has that of what it is for."""
    names = return_names(node)
    return [result] if names == [""] and result else names


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _width(value: ast.expr | None) -> int:
    return len(value.elts) if isinstance(value, ast.Tuple) else 1


def _name(value: ast.expr | None) -> str:
    if isinstance(value, ast.Name):
        return value.id
    if isinstance(value, ast.Attribute):
        return value.attr
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant):
        return str(value.slice.value)
    if isinstance(value, ast.Call) and value.args and _called(value) in SAME_NUMBER:
        return _name(value.args[0])
    return ""
