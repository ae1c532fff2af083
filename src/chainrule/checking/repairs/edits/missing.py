"""What may be missing around a value: a factor, a mask, a derivative, a bias, a term of the penalty."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np
from numpy import ndarray

from chainrule.checking.repairs.edits.edit import Edit, negative, parsed, plus, times
from chainrule.checking.repairs.scope import Scope
from chainrule.checking.repairs.written import is_atom

USED = 0.15
"""What is added to the cost of what is missing around a name: it is missing where that is made, not here."""

SIGN = 1.35
"""What a minus before an expression costs: a difference written the other way round is the likelier mistake."""

TIMES_N = 1.9
"""What a product with a count costs: nobody multiplies by N; what is divided by it twice has a division too many."""


def missing_around_array(node: ast.expr, value: ndarray, scope: Scope) -> Iterator[Edit]:
    """Yield an array's expression with something around it."""
    yield from _missing_factors(node, scope)
    used = USED if is_atom(node) else 0.0
    if scope.numpy is not None and value.size > 1 and value.min() < 0 < value.max():
        rectified = ast.Call(parsed(f"{scope.numpy}.maximum"), [node, ast.Constant(0)], [])
        yield Edit(1.3 + used, rectified, "activation missing")
    for axis, along in enumerate(("axis=0", "axis=1, keepdims=True") if value.ndim == 2 and is_atom(node) else ()):
        if value.shape[axis] > 1 and value.min() < 0 < value.max():
            mean = parsed(f"{ast.unparse(node)}.mean({along})")
            yield Edit(1.5, ast.BinOp(node, ast.Sub(), mean), "the path through the mean missing")
    if value.ndim == 2 and not is_atom(node):  # of a name see other_atoms
        for axis in (0, 1):
            words = [ast.keyword("axis", ast.Constant(axis))]
            summed = ast.Attribute(node, "sum", ast.Load())
            yield Edit(1.3, ast.Call(summed, [], words), "sum over the examples missing")
            kept = [*words, ast.keyword("keepdims", ast.Constant(True))]
            yield Edit(1.35, ast.Call(summed, [], kept), "sum over the examples missing")
    own = ast.unparse(node) if is_atom(node) else ""
    for text, array in scope.arrays.items():
        if array.shape == value.shape and array.size > 1:
            slopes = _missing_slopes(node, text, array)
            yield from (edit for edit in slopes if text != own or "mask" not in edit.mistake)
        if value.ndim == 2 and array.shape == value.shape:
            yield from _missing_penalty(node, text, scope)
        elif value.ndim == 2 and array.shape in (value.shape[1:], (1, value.shape[1]), (value.shape[0], 1)):
            yield Edit(1.4, plus(node, parsed(text)), f"{text} missing")
        elif value.ndim == 2 and array.shape == value.shape[:1]:
            yield Edit(1.45 + used, plus(node, parsed(f"{text}[:, None]")), f"{text} missing")
    for text, mask in scope.integers.items():
        if mask.shape == value.shape and mask.dtype.kind == "b":
            yield Edit(1.35, times(node, parsed(text)), "mask missing")


def missing_around_number(node: ast.expr, scope: Scope) -> Iterator[Edit]:
    """Yield a number's expression with a factor, or with the same term of another array beside it."""
    yield from _missing_factors(node, scope)
    weights = scope.weights
    yield from _computed_penalty(node, scope)
    if scope.numpy is not None and weights:
        squares = [f"{scope.numpy}.sum({name} * {name})" for name in weights]
        whole = _squares_of_all(weights, scope.numpy) or " + ".join(squares)
        for strength in (name for name, value in scope.numbers.items() if not float(value).is_integer()):
            for factor in ("", "0.5 * "):
                for missing in (whole, *squares):
                    term = parsed(f"{factor}{strength} * ({missing})")
                    yield Edit(1.5, plus(node, term), "penalty missing")
    yield from _missing_entries(node, scope)
    if is_atom(node):
        return
    inside = {ast.unparse(part) for part in ast.walk(node) if is_atom(part)} & set(scope.arrays)
    if len(inside) != 1:
        return
    own = inside.pop()
    for other, array in scope.arrays.items():
        if other != own and array.ndim == scope.arrays[own].ndim:
            renamed = cast(ast.expr, _Renamed(own, other).visit(copy.deepcopy(node)))
            yield Edit(1.4, plus(node, renamed), f"term of {other} missing")


def _computed_penalty(node: ast.expr, scope: Scope) -> Iterator[Edit]:
    """Yield the sum with a penalty whose squares have been added up already, and are not used."""
    whole = sum(float(np.vdot(scope.arrays[name], scope.arrays[name])) for name in scope.weights)
    counts = [name for name, number in scope.numbers.items() if number > 1 and float(number).is_integer()]
    read = {ast.unparse(part) for part in ast.walk(node) if is_atom(part)}
    for name, number in scope.numbers.items():
        if not whole or name in read or not np.isclose(number, whole, rtol=1e-9):
            continue
        for strength in (word for word, value in scope.numbers.items() if not float(value).is_integer()):
            factors = [strength, f"0.5 * {strength}", *(f"{strength} / (2 * {count})" for count in counts)]
            for factor in factors if strength != name else ():
                yield Edit(1.0, plus(node, parsed(f"{factor} * {name}")), "penalty missing")


def _squares_of_all(weights: Sequence[str], numpy: str) -> str:
    """Return the squares of three or more matrices of one dictionary, of which there may be any number."""
    parts = [re.fullmatch(r"(.+)\['([A-Za-z]+)\d+'\]", name) for name in weights]
    if len(weights) < 3 or len({part.groups() if part else None for part in parts}) != 1 or parts[0] is None:
        return ""
    holder, kind = parts[0].groups()
    return f"sum({numpy}.sum({holder}[k] ** 2) for k in {holder} if k.startswith({kind!r}))"


def _missing_entries(node: ast.expr, scope: Scope) -> Iterator[Edit]:
    """Yield a number with what may be missing around it in a program in loops over entries.

    That is an entry of a bias, of a mask, of a derivative or of the gradient of the penalty, or the true class's one.
    """
    for text, array in (*scope.arrays.items(), *scope.lists.items()):
        if array.ndim == 1:
            for (counter,) in scope.counters_of(array.shape):
                entry = f"{text}[{counter}]"
                yield Edit(1.4, plus(node, parsed(entry)), f"{entry} missing")
                yield from _missing_slopes(node, entry, array)
    for labels, array in scope.integers.items():
        for (of_example,) in scope.counters_of(array.shape) if array.ndim == 1 else ():
            for of_class in scope.counters:
                hit = parsed(f"{of_class} == {labels}[{of_example}]")
                yield Edit(1.5, ast.BinOp(node, ast.Sub(), hit), "-1 at the true class missing")
    for name in scope.weights:
        for row, column in scope.counters_of(scope.arrays[name].shape):
            yield from _missing_penalty(node, f"{name}[{row}, {column}]", scope)


def _missing_factors(node: ast.expr, scope: Scope) -> Iterator[Edit]:
    used = USED if is_atom(node) else 0.0
    yield Edit(1.25, times(ast.Constant(2), node), "factor 2 missing")
    yield Edit(1.25, times(ast.Constant(0.5), node), "factor 1/2 missing")
    yield Edit(SIGN, negative(node), "sign")
    for name, number in scope.numbers.items():
        if number > 1 and float(number).is_integer():
            yield Edit(1.3 + used, ast.BinOp(node, ast.Div(), parsed(name)), f"division by {name} missing")
            yield Edit(TIMES_N, times(node, parsed(name)), f"factor {name} missing")
        elif not float(number).is_integer():
            yield Edit(1.4, times(parsed(name), node), f"factor {name} missing")


def _missing_slopes(node: ast.expr, text: str, array: ndarray) -> Iterator[Edit]:
    """Yield the product with what may be the derivative of an activation: of ReLU, the sigmoid, tanh."""
    if array.min() <= 0 < array.max():
        mask = ast.Compare(parsed(text), [ast.Gt()], [ast.Constant(0)])
        yield Edit(1.35, times(node, mask), "mask missing")
    if np.abs(array).max() >= 1:
        return
    rest = ast.BinOp(ast.Constant(1), ast.Sub(), parsed(text))
    if array.min() > 0:
        if any(is_atom(part) and ast.unparse(part) == text for part in ast.walk(node)):
            yield Edit(1.3, times(parsed(text), node), "derivative of the activation incomplete")
        yield Edit(1.45, times(node, times(parsed(text), rest)), "derivative of the activation missing")
        yield Edit(1.45, times(node, rest), "derivative of the activation incomplete")
    else:
        square = ast.BinOp(parsed(text), ast.Pow(), ast.Constant(2))
        slope = ast.BinOp(ast.Constant(1), ast.Sub(), square)
        yield Edit(1.45, times(node, slope), "derivative of the activation missing")


def _missing_penalty(node: ast.expr, text: str, scope: Scope) -> Iterator[Edit]:
    """Yield the sum with a multiple of an array, which is a matrix of parameters where it is known which these are."""
    if scope.weights and text.split("[")[0] not in {name.split("[")[0] for name in scope.weights}:
        return
    for strength, number in scope.numbers.items():
        if not float(number).is_integer():
            for factor in ("2 * ", ""):
                term = parsed(f"{factor}{strength} * {text}")
                yield Edit(1.5, plus(node, term), "gradient of the penalty missing")


class _Renamed(ast.NodeTransformer):
    """Puts one name in the place of another."""

    def __init__(self, old: str, new: str) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        if is_atom(node) and ast.unparse(node) == self._old:
            return parsed(self._new)
        return self.generic_visit(node)
