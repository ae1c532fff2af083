"""What a statement could have been written with: the names and expressions within its reach, and their values."""

from __future__ import annotations

import ast
import copy
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.effort import EVALUATED, spend
from chainrule.checking.repairs.placing import placed
from chainrule.checking.repairs.written import compounds, counted, fractions, picked, read
from chainrule.checking.units import Function

MOST_KEYS = 24
"""Of dictionaries with more entries than this, only those that the program names are within reach."""

KIND = re.compile(r"([A-Za-z_]+)(\d+)")
"""A key that says what it is of which layer: ``W1``."""

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


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
    """The name that the program calls NumPy by."""
    weights: tuple[str, ...] = ()
    """Names of the matrices among the parameters."""
    constants: frozenset[float] = frozenset()
    """Numbers with a fraction that the program is written with."""
    counting: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """What the program's loops count with, and how far; nothing where that is not known."""

    def value(self, node: ast.expr) -> Any:
        """Return what an expression is in this scope, or None if it has no value here."""
        spend(EVALUATED)
        try:
            code = compile(ast.Expression(placed(node)), "<scope>", "eval")
            return eval(code, self._everything)  # the program's own text, in its own process
        except Exception:
            return None

    @cached_property
    def counters(self) -> tuple[str, ...]:
        """The variables that count: whole numbers that loops go through."""
        return tuple(name for name, value in self.variables.items() if type(value) is int and name in self.counting)

    def counters_of(self, shape: tuple[int, ...]) -> Iterator[tuple[str, ...]]:
        """Yield the counters, one for each axis, that go through an array of a shape, as far as is known."""
        known = self.counting
        fits = [[one for one in self.counters if not known[one] or length in known[one]] for length in shape[:3]]
        return (chosen for chosen in itertools.product(*fits) if len(set(chosen)) == len(shape))

    @cached_property
    def lists(self) -> Mapping[str, ndarray]:
        """The variables that are lists of numbers, as arrays: what a program without arrays computes with."""
        plain = {name: value for name, value in self.variables.items() if type(value) is list and value}
        return {name: np.array(value) for name, value in plain.items() if all(isinstance(one, float) for one in value)}

    @cached_property
    def _everything(self) -> dict[str, Any]:
        """All names as globals: what a comprehension computes with is looked up there."""
        return {**self.names, **self.variables}

    def inside(self, node: Comprehension) -> Scope:
        """Return what is within reach inside of a comprehension, on its first round."""
        scope = self
        for generator in node.generators:
            values = scope.value(generator.iter)
            try:
                first = next(iter(values))
            except (TypeError, StopIteration):
                break
            scope = scope.with_variables(_bound(generator.target, first))
        return scope

    def with_variables(self, variables: Mapping[str, Any]) -> Scope:
        """Return this scope with some variables more."""
        arrays, numbers, integers = dict(self.arrays), dict(self.numbers), dict(self.integers)
        for name, value in variables.items():
            for known in (arrays, numbers, integers):
                known.pop(name, None)
            _sort(name, value, arrays, numbers, integers)
        return replace(
            self, arrays=arrays, numbers=numbers, integers=integers, variables={**self.variables, **variables}
        )


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
        texts |= compounds(function)
    empty = Scope({}, {}, {}, variables, names, None)
    for text, node in [*texts.items()]:
        value = variables[text] if text in variables else empty.value(node) if "[" not in text else None
        if isinstance(value, dict) and len(value) <= MOST_KEYS:
            keys = [f"{text}[{key!r}]" for key in value if isinstance(key, str)]
            texts |= {key: ast.parse(key, mode="eval").body for key in keys if key not in texts}
    texts |= _of_other_kinds(texts, empty)
    texts |= _rows(functions, variables)
    texts |= _entries(variables)
    for text, node in texts.items():
        value = variables[text] if text in variables else empty.value(node)
        _sort(text, value, arrays, numbers, integers)
    for name in sorted(frozenset().union(*map(read, functions)) - variables.keys()):
        value = names.get(name)
        if isinstance(value, float) and not value.is_integer():  # ALPHA, outside of all functions
            numbers[name] = value
    numpy = next((name for name, value in names.items() if _is_numpy(value)), None)
    matrices = [one for one in parameters if one.ndim == 2 and min(one.shape) > 1]
    weights = [_name_of(one, arrays) for one in matrices]
    known = tuple(name for name in weights if name is not None)
    counting: dict[str, frozenset[int]] = {}
    for name, end in sorted(frozenset().union(*map(counted, functions))):
        length = empty.value(_parsed(end)) if end else None
        counting[name] = counting.get(name, frozenset()) | ({length} if type(length) is int else set())
    weights_known = known if len(known) == len(matrices) else ()
    constants = frozenset().union(*map(fractions, functions))
    return Scope(arrays, numbers, integers, variables, names, numpy, weights_known, constants, counting)


def _of_other_kinds(texts: Mapping[str, ast.expr], scope: Scope) -> dict[str, ast.expr]:
    """Return entries of other kinds of the same layer, by their text: ``p['b' + str(l)]`` for ``p['W' + str(l)]``."""
    found = {}
    for node in texts.values():
        if not isinstance(node, ast.Subscript) or isinstance(node.slice, ast.Constant):
            continue
        holder, key = scope.value(node.value), scope.value(node.slice)
        own = KIND.fullmatch(key) if isinstance(key, str) and isinstance(holder, dict) else None
        for other in filter(None, map(KIND.fullmatch, map(str, holder))) if own else ():
            if own and other[2] == own[2] and other[1] != own[1]:
                fresh = _with_kind(node, own[1], other[1])
                if scope.value(fresh) is not None:
                    found[ast.unparse(fresh)] = fresh
    return found


def _with_kind(node: ast.Subscript, own: str, other: str) -> ast.expr:
    """Return an entry whose key begins with another word."""
    fresh = copy.deepcopy(node)
    for part in ast.walk(fresh.slice):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.startswith(own):
            part.value = other + part.value[len(own) :]
            break
    return fresh


def _rows(functions: list[Function], variables: Mapping[str, Any]) -> dict[str, ast.expr]:
    """Return the rows of matrices that a loop over examples has before it, by their text: ``hidden[i]``."""
    found = {}
    for name, counter in sorted(set().union(*map(picked, functions))):
        rows, place = variables.get(name), variables.get(counter)
        if not isinstance(rows, ndarray) or type(place) is not int:
            continue
        for other, array in variables.items():
            if isinstance(array, ndarray) and array.ndim == 2 and len(array) == len(rows):
                text = f"{other}[{counter}]"
                found[text] = ast.parse(text, mode="eval").body
    return found


def _entries(variables: Mapping[str, Any]) -> dict[str, ast.expr]:
    """Return the entries of dictionaries that a loop has before it, by their text: ``params[k]``, ``masks[l]``."""
    names = [name for name, value in variables.items() if isinstance(value, str) or type(value) is int]
    texts = [
        f"{holder}[{name}]"
        for holder, value in variables.items()
        for name in names
        if isinstance(value, dict) and variables[name] in value
    ]
    return {text: ast.parse(text, mode="eval").body for text in texts}


@lru_cache(maxsize=256)
def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _sort(
    text: str, value: Any, arrays: dict[str, ndarray], numbers: dict[str, float], integers: dict[str, ndarray]
) -> None:
    """Put a value where it belongs."""
    if isinstance(value, ndarray) and value.ndim:
        (arrays if value.dtype.kind == "f" else integers)[text] = value
    elif isinstance(value, (int, float, np.number)) and not isinstance(value, (bool, np.bool_)):
        numbers[text] = float(value)


def _bound(target: ast.expr, value: Any) -> dict[str, Any]:
    """Return the variables that a target binds to a value or its parts."""
    if isinstance(target, ast.Name):
        return {target.id: value}
    if isinstance(target, (ast.Tuple, ast.List)):
        try:
            pairs = list(zip(target.elts, value, strict=True))
        except (TypeError, ValueError):
            return {}
        return {name: part for one, item in pairs for name, part in _bound(one, item).items()}
    return {}


def _name_of(matrix: ndarray, arrays: Mapping[str, ndarray]) -> str | None:
    """Return the shortest name of an array that holds these numbers."""
    same = [name for name, array in arrays.items() if array.shape == matrix.shape and np.array_equal(array, matrix)]
    return min(same, key=len, default=None)


def _is_numpy(value: Any) -> bool:
    """Return whether a value is NumPy, or stands in its place."""
    return value is np or (getattr(value, "__name__", None) == "numpy" and hasattr(value, "ndarray"))
