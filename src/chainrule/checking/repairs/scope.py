"""What a statement could have been written with: the names and expressions within its reach, and their values."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.units import Function


@dataclass(frozen=True)
class Scope:
    """Atoms (names, ``self.params['W1']``, ``cache[0]``) by their text, with the values that they had in one run."""

    arrays: Mapping[str, ndarray]
    """Arrays of floats with at least one axis."""
    numbers: Mapping[str, float]
    """Real numbers, counts too."""
    integers: Mapping[str, ndarray]
    """Arrays of whole numbers or truth values: labels, masks."""
    variables: Mapping[str, Any]
    names: Mapping[str, Any]
    """The function's globals."""
    numpy: str | None
    weights: tuple[str, ...] = ()
    """Names of the matrices among the parameters."""
    """The name that the program calls NumPy by."""

    def value(self, node: ast.expr) -> Any:
        """Return what an expression is in this scope, or None if it has no value here."""
        try:
            code = compile(ast.fix_missing_locations(ast.Expression(node)), "<scope>", "eval")
            return eval(code, dict(self.names), dict(self.variables))  # the program's own text, in its own process
        except Exception:
            return None


def scope_of(
    variables: Mapping[str, Any],
    names: Mapping[str, Any],
    functions: list[Function],
    parameters: Iterable[ndarray] = (),
) -> Scope:
    """Return what is within reach of a statement that saw these variables, in a program of these functions."""
    arrays: dict[str, ndarray] = {}
    numbers: dict[str, float] = {}
    integers: dict[str, ndarray] = {}
    texts: dict[str, ast.expr] = {name: ast.Name(name, ast.Load()) for name in variables}
    for function in functions:
        texts |= {
            ast.unparse(node): node for node in ast.walk(function) if isinstance(node, ast.expr) and _is_compound(node)
        }
    empty = Scope({}, {}, {}, variables, names, None)
    for text, node in texts.items():
        value = variables[text] if text in variables else empty.value(node)
        if isinstance(value, ndarray) and value.ndim:
            (arrays if value.dtype.kind == "f" else integers)[text] = value
        elif isinstance(value, (int, float, np.number)) and not isinstance(value, (bool, np.bool_)):
            numbers[text] = float(value)
    numpy = next((name for name, value in names.items() if _is_numpy(value)), None)
    matrices = [one for one in parameters if one.ndim == 2 and min(one.shape) > 1]
    weights = [_name_of(one, arrays) for one in matrices]
    known = tuple(name for name in weights if name is not None)
    return Scope(arrays, numbers, integers, variables, names, numpy, known if len(known) == len(matrices) else ())


def _name_of(matrix: ndarray, arrays: Mapping[str, ndarray]) -> str | None:
    """Return the shortest name of an array that holds these numbers."""
    same = [name for name, array in arrays.items() if array.shape == matrix.shape and np.array_equal(array, matrix)]
    return min(same, key=len, default=None)


def _is_numpy(value: Any) -> bool:
    """Return whether a value is NumPy, or stands in its place."""
    return value is np or (getattr(value, "__name__", None) == "numpy" and hasattr(value, "ndarray"))


def is_atom(node: ast.AST) -> bool:
    """Return whether an expression only names something: ``x``, ``self.x``, ``cache['x']``, ``x.shape[0]``."""
    return isinstance(node, ast.Name) or _is_compound(node)


def _is_compound(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        return node.attr != "T" and is_atom(node.value)
    if isinstance(node, ast.Subscript):
        return is_atom(node.value) and _is_key(node.slice)
    return False


def _is_key(node: ast.expr) -> bool:
    """Return whether an index names one thing: a word, a number, ``'W' + str(l)``, ``f'W{l}'``, ``l - 1``."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (str, int))
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub) and _is_key(node.operand)
    return isinstance(node, (ast.JoinedStr, ast.BinOp)) and not any(
        isinstance(part, (ast.Slice, ast.Compare)) for part in ast.walk(node)
    )
