"""The formulas of backpropagation, written with the arrays within reach: products, differences, sums, and a penalty.

They are tried where a value is known that should have come out, and no change of what stands there comes to it.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterator

import numpy as np
from numpy import ndarray

from chainrule.checking.repairs.edits import parsed
from chainrule.checking.repairs.scope import Scope

MOST_ARRAYS = 24
"""Of more arrays than this within reach, those with the shortest names are tried."""

Formula = tuple[float, str, ndarray]
"""How long it is, its text, its value."""


def formulas(scope: Scope, wanted: ndarray, met_by: Callable[[object], bool]) -> Iterator[tuple[float, ast.expr]]:
    """Yield formulas that come to a value, the shortest first, with how long they are.

    Parameters
    ----------
    scope : Scope
    wanted : ndarray
        The value that should come out.
    met_by : callable
        Whether a value is close enough to it.
    """
    if scope.numpy is None or wanted.size < 2:
        return
    arrays = _distinct(scope)
    factors = list(_factors(scope))
    shape = _squeezed(wanted)
    for length, text, value in _values(scope, arrays, scope.numpy, shape):
        for pattern, worth in factors:
            multiple = pattern.format(text)
            rest = wanted - (worth * value).reshape(wanted.shape)
            if met_by(wanted - rest):
                yield length, parsed(multiple)
                return
            for strength, number in scope.numbers.items():
                term = next(_penalty(arrays, strength, number, rest), None) if wanted.ndim == 2 else None
                if term is not None:
                    yield length + 1, parsed(f"{multiple} + {term}")
                    return


def _values(scope: Scope, arrays: dict[str, ndarray], numpy: str, shape: list[int]) -> Iterator[Formula]:
    fitting = {text: array for text, array in arrays.items() if _squeezed(array) == shape}
    slopes = {text: formula for other, array in fitting.items() for text, formula in _slopes(other, array)}
    products = list(_products(arrays, numpy, shape))
    yield from ((0.2, f"{text}.sum(axis={axis})", value) for text, axis, value in _sums(arrays, shape))
    yield from products
    for text, array in fitting.items():
        for target, value in _targets(scope, text, array, numpy):
            yield 0.2, f"({text} - {target})", array - value
    for text, array in fitting.items():
        for slope, value in slopes.items():
            if _squeezed(array) == _squeezed(value):
                yield 0.2, f"{text} * {slope}", array.reshape(value.shape) * value
    for length, text, product in products:
        for slope, value in slopes.items():
            yield length + 0.2, f"{text} * {slope}", product.reshape(value.shape) * value


def _products(arrays: dict[str, ndarray], numpy: str, shape: list[int]) -> Iterator[Formula]:
    matrices = {text: array for text, array in arrays.items() if array.ndim == 2}
    turned = [*matrices.items(), *((f"{text}.T", array.T) for text, array in matrices.items())]
    for (left, one), (right, other) in itertools.product(turned, turned):
        if one.shape[1] == other.shape[0] and _squeezed_shape((one.shape[0], other.shape[1])) == shape:
            yield 0.1, f"{numpy}.dot({left}, {right})", one @ other


def _sums(arrays: dict[str, ndarray], shape: list[int]) -> Iterator[tuple[str, int, ndarray]]:
    for text, array in arrays.items():
        for axis in range(array.ndim if array.ndim == 2 else 0):
            value = array.sum(axis=axis)
            if _squeezed(value) == shape:
                yield text, axis, value


def _targets(scope: Scope, text: str, array: ndarray, numpy: str) -> Iterator[tuple[str, ndarray]]:
    """Yield what probabilities may be compared with: other arrays, and the labels one-hot, a row or a column each."""
    for others in (scope.arrays, scope.integers):
        yield from ((other, value) for other, value in others.items() if value.shape == array.shape and other != text)
    for labels, value in scope.integers.items() if array.ndim == 2 else ():
        for axis, pattern in ((1, "{}.eye({}.shape[1])[{}]"), (0, "{}.eye({}.shape[0])[:, {}]")):
            counted = value.shape == (array.shape[1 - axis],) and value.dtype.kind in "iu"
            if counted and value.min() >= 0 and value.max() < array.shape[axis]:
                onehot = np.eye(array.shape[axis])[value]
                yield pattern.format(numpy, text, labels), onehot if axis == 1 else onehot.T


def _slopes(text: str, array: ndarray) -> Iterator[tuple[str, ndarray]]:
    """Yield what an array may be in the derivative of an activation: a mask, a sigmoid's value, a tanh's."""
    if array.min() <= 0 < array.max():
        yield f"({text} > 0)", array > 0
    if array.min() > 0 and array.max() < 1:
        yield f"({text} * (1 - {text}))", array * (1 - array)
    if np.abs(array).max() < 1:
        yield f"(1 - {text} ** 2)", 1 - array**2
    if array.min() > 0:
        yield f"(1 / {text})", 1 / array
    yield text, array


def _factors(scope: Scope) -> Iterator[tuple[str, float]]:
    """Yield what a formula may be multiplied by, as patterns for its text."""
    yield "{}", 1.0
    yield "-{}", -1.0
    for name, number in scope.numbers.items():
        if number > 1 and float(number).is_integer():
            yield "{} / " + name, 1 / number


def _penalty(arrays: dict[str, ndarray], strength: str, number: float, rest: ndarray) -> Iterator[str]:
    if float(number).is_integer():
        return
    size = np.abs(rest).max()
    for text, array in arrays.items():
        if array.shape == rest.shape:
            for words, factor in (("2 * ", 2.0), ("", 1.0)):
                if np.abs(factor * number * array - rest).max() <= 1e-5 * size:
                    yield f"{words}{strength} * {text}"


def _distinct(scope: Scope) -> dict[str, ndarray]:
    """Return the arrays within reach, those of the same numbers once."""
    kept: dict[str, ndarray] = {}
    for text in sorted(scope.arrays, key=len):
        array = scope.arrays[text]
        if array.ndim <= 2 and array.size > 1 and not any(np.array_equal(array, other) for other in kept.values()):
            kept[text] = array
        if len(kept) == MOST_ARRAYS:
            break
    return kept


def _squeezed(array: ndarray) -> list[int]:
    return _squeezed_shape(array.shape)


def _squeezed_shape(shape: tuple[int, ...]) -> list[int]:
    return [length for length in shape if length != 1]
