"""Another name, another number."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numpy import ndarray

from chainrule.checking.repairs.edits.edit import Edit, number, parsed, plus, transposed
from chainrule.checking.repairs.scope import Scope


def other_atoms(node: ast.expr, value: object, scope: Scope) -> Iterator[Edit]:
    """Yield what may have been meant by a name: another array, its transpose, its copy, its mask, another number."""
    text = ast.unparse(node)
    if isinstance(value, ndarray) and value.dtype.kind == "f" and value.ndim:
        yield from _other_arrays(node, text, value, scope)
    elif isinstance(value, ndarray):
        for other, array in scope.integers.items():
            if other != text and array.shape == value.shape:
                yield Edit(1.0, parsed(other), f"{text} for {other}")
    elif text in scope.lists:
        for other in scope.lists:
            if other != text:
                yield Edit(1.0, parsed(other), f"{text} for {other}")
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        for other in scope.numbers:
            if other != text:
                count = text in scope.counters and other in scope.counters
                yield Edit(1.0 if count else 1.3, parsed(other), f"{text} for {other}")
        if isinstance(value, int):
            yield Edit(1.5, plus(node, ast.Constant(1)), "index")
            yield Edit(1.5, ast.BinOp(node, ast.Sub(), ast.Constant(1)), "index")


def _other_arrays(node: ast.expr, text: str, value: ndarray, scope: Scope) -> Iterator[Edit]:
    for other, array in scope.arrays.items():
        if other == text:
            continue
        if array.shape == value.shape:
            yield Edit(1.0, parsed(other), f"{text} for {other}")
            continue
        yield Edit(1.7, parsed(other), f"{text} for {other}")
        if array.ndim == 2 and array.T.shape == value.shape:
            yield Edit(1.3, transposed(parsed(other)), f"{text} for {other}")
    if value.ndim == 2:
        yield Edit(1.0, transposed(node), "transpose")
        for axis in (0, 1):
            yield Edit(1.45, parsed(f"{text}.sum(axis={axis})"), "sum over the examples missing")
            yield Edit(1.5, parsed(f"{text}.sum(axis={axis}, keepdims=True)"), "sum over the examples missing")
    yield Edit(1.5, ast.Call(ast.Attribute(node, "copy", ast.Load()), [], []), "changed in place")
    yield Edit(1.15, ast.Compare(node, [ast.Gt()], [ast.Constant(0)]), "value for its 0/1 mask")
    yield Edit(1.3, ast.BinOp(node, ast.Pow(), ast.Constant(2)), "square missing")


def other_constants(node: ast.Constant, scope: Scope) -> Iterator[Edit]:
    """Yield other numbers, those that have a name, and the other truth value."""
    value = node.value
    if isinstance(value, bool):
        yield Edit(1.2, ast.Constant(not value), "keepdims")
    elif isinstance(value, (int, float)):
        named = set(scope.numbers.values()) - {0, 1, 2}
        for other in (0, 1, 2, 0.5, -1, value + 1, value - 1):
            if other != value and other not in named:  # the name of a number is meant rather than the number
                yield Edit(1.2, number(other), "constant")
        for other in scope.constants - {value, 0, 1, 2, 0.5}:
            yield Edit(1.25, number(other), "constant")
        if not value:
            for name, array in scope.arrays.items():
                for (counter,) in scope.counters_of(array.shape) if array.ndim == 1 else ():
                    yield Edit(1.3, parsed(f"{name}[{counter}]"), f"{name}[{counter}] missing")
        else:
            for name in scope.numbers:
                yield Edit(1.35, parsed(name), f"{value} for {name}")
            for name, array in scope.integers.items():
                if array.ndim == 1:
                    yield Edit(1.4, parsed(name), f"{value} for {name}")
