"""What a statement could be written with: the variables that it saw, as the rules know them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.record.recorder import OWN
from chainrule.checking.rules.variables import Scope, Variable

MOST_ENTRIES = 30

IMPORTED = frozenset({"exp", "log", "tanh", "sqrt", "maximum"})
"""Functions of one array that programs import by name."""


def scope_of(
    variables: Mapping[str, Any],
    namespace: Mapping[str, Any],
    outline: Iterable[ast.stmt],
    own: Iterable[ast.stmt] = (),
) -> Scope:
    """Return the scope of a statement that saw some variables.

    Parameters
    ----------
    variables : mapping
        By name: what it saw.
    namespace : mapping
        The program's own globals.
    outline : iterable of ast.stmt
        The program's statements, for what its loops count with.
    own : iterable of ast.stmt
        Those of the same function, for the entries that these name: ``store['A' + str(l - 1)]``.
    """
    found: dict[str, Variable] = {}
    for text, value in _composed(own, {**namespace, **variables}):
        variable = _variable(text, value)
        if variable is not None:
            found.setdefault(text, variable)
    for text, value in _named({**_globals(namespace), **variables}):
        variable = _variable(text, value)
        if variable is not None:
            found.setdefault(text, variable)
    numpy = next(
        (
            n
            for n, v in namespace.items()
            if getattr(v, "__name__", "") == "numpy" and callable(getattr(v, "dot", None))
        ),
        "np",
    )
    functions = tuple(
        name
        for name, value in {**namespace, **variables}.items()
        if (hasattr(value, OWN) and not isinstance(value, type) and _arguments(value) == 1) or name in IMPORTED
    )
    counters = tuple(name for name in _counters(outline) if isinstance(variables.get(name), int))
    return Scope(tuple(found.values()), numpy, functions, counters)


def _composed(own: Iterable[ast.stmt], names: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the entries under keys that are put together, as statements name them."""
    seen: set[str] = set()
    for statement in own:
        for node in ast.walk(statement):
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.BinOp | ast.JoinedStr | ast.Name):
                text = ast.unparse(node)
                if text in seen or len(seen) > 60:
                    continue
                seen.add(text)
                try:
                    value = eval(text, dict(names))
                except Exception:  # not there yet
                    continue
                yield text, value


def _globals(namespace: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in namespace.items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }


def _named(variables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield expressions with their values: names, attributes, entries."""
    for name, value in variables.items():
        if name.startswith("__") or isinstance(value, ModuleType):
            continue
        yield name, value
        if isinstance(value, dict):
            yield from (
                (f"{name}[{key!r}]", one) for key, one in [*value.items()][:MOST_ENTRIES] if isinstance(key, (str, int))
            )
        elif isinstance(value, (list, tuple)) and len(value) <= 8:
            yield from ((f"{name}[{number}]", one) for number, one in enumerate(value))
        else:
            known = getattr(value, "__dict__", None)
            if isinstance(known, dict) and not callable(value) and not isinstance(value, ndarray):
                for key, one in [*known.items()][:MOST_ENTRIES]:
                    yield f"{name}.{key}", one
                    if isinstance(one, dict):
                        yield from (
                            (f"{name}.{key}[{k!r}]", v) for k, v in [*one.items()][:MOST_ENTRIES] if isinstance(k, str)
                        )


def _variable(text: str, value: Any) -> Variable | None:
    if isinstance(value, ndarray):
        kind = {"f": "array", "i": "integers", "u": "integers", "b": "mask"}.get(value.dtype.kind)
        return None if kind is None else Variable(text, kind, value.shape)  # type: ignore[arg-type]
    if isinstance(value, bool):
        return None
    if type(value) is list and value and all(isinstance(one, float) for one in value):
        return Variable(text, "array", (len(value),))
    if isinstance(value, (float, int, np.number)):
        return Variable(text, "number", ())
    return None


def _arguments(function: Any) -> int:
    code = getattr(getattr(function, "__wrapped__", function), "__code__", None)
    return 0 if code is None else code.co_argcount - len(function.__wrapped__.__defaults__ or ())


def _counters(outline: Iterable[ast.stmt]) -> list[str]:
    found = []
    for statement in outline:
        if isinstance(statement, ast.For):
            found += [node.id for node in ast.walk(statement.target) if isinstance(node, ast.Name)]
    return list(dict.fromkeys(found))
