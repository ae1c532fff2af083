"""Central differences of an operation itself, for those without a rule."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.local_gradients.broadcasting import unbroadcast
from chainrule.checking.local_gradients.functions import Function, function_of
from chainrule.checking.local_gradients.structures import count, flattened, is_real, nothing, replaced, unchanged
from chainrule.errors import ChainruleError

LARGEST = 2000
"""Entries: each costs four calls of the operation."""
STEP = 1e-4
"""The error of the fourth-order formula is of the order of its fourth power."""
WEIGHTS = ((1.0, 8 / 12), (-1.0, -8 / 12), (2.0, -1 / 12), (-2.0, 1 / 12))
"""f'(x) h = (8 (f(x+h) - f(x-h)) - (f(x+2h) - f(x-2h))) / 12 (Abramowitz and Stegun 25.3.6)."""


class NotDifferentiable(ChainruleError):
    """An operation has neither a rule nor a function whose differences could be taken."""

    def __init__(self, op: str, reason: str) -> None:
        self.op, self.reason = op, reason
        super().__init__(f"the gradient of {op}: {reason}")


def differences(op: str, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any, upstream: Any) -> list[Any]:
    """Return the gradients of an operation's arguments by central differences, summed against the upstream gradient.

    Shapes are those of ``pull_back``. A ufunc is differenced in all entries at once, whatever its size.
    """
    pairs = [
        (place, np.asarray(gradient, dtype=np.float64))
        for place, (value, gradient) in enumerate(zip(_parts(output), _parts(upstream), strict=True))
        if gradient is not None and np.asarray(value).dtype.kind in "fc"
    ]
    if any(np.iscomplexobj(value) for value in _parts(output)):
        raise NotDifferentiable(op, "its output is complex")
    entries = count(args)
    if not pairs or not entries:
        return [None] * len(args)
    try:
        function = function_of(op)
    except KeyError:
        raise NotDifferentiable(op, "no rule, and no pure function of that name") from None
    try:
        if isinstance(function, np.ufunc) and not function.signature and not count(kwargs.get("where", ())):
            return _entrywise(function, args, kwargs, pairs)
        if entries > LARGEST:
            raise NotDifferentiable(op, f"no rule, and {entries} entries are too many for central differences")
        return _entry_by_entry(function, args, kwargs, pairs)
    except (ValueError, TypeError, ArithmeticError, IndexError, np.linalg.LinAlgError) as error:
        raise NotDifferentiable(op, f"its central differences fail: {error}") from error


def _parts(value: Any) -> tuple[Any, ...]:
    """Return the outputs one by one."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def _contracted(result: Any, pairs: list[tuple[int, ndarray]]) -> float:
    parts = _parts(result)
    return sum(float(np.vdot(gradient, np.asarray(parts[place], dtype=np.float64))) for place, gradient in pairs)


def _entry_by_entry(
    function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], pairs: list[tuple[int, ndarray]]
) -> list[Any]:
    flat = np.concatenate(flattened(args))
    gradient = np.zeros_like(flat)
    for place, value in enumerate(flat):
        step = STEP * max(1.0, abs(value))
        for shift, weight in WEIGHTS:
            moved = flat.copy()
            moved[place] += shift * step
            gradient[place] += weight * _contracted(function(*_rebuilt(args, moved), **kwargs), pairs)
        gradient[place] /= step
    return [None if part is None else part for part in replaced(list(args), gradient, 0, nothing)[0]]


def _rebuilt(args: tuple[Any, ...], flat: ndarray) -> list[Any]:
    rebuilt: list[Any] = replaced(list(args), flat, 0, unchanged)[0]
    return rebuilt


def _entrywise(
    function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], pairs: list[tuple[int, ndarray]]
) -> list[Any]:
    arrays = [np.asarray(value, dtype=np.float64) if count(value) else value for value in args]
    gradients: list[Any] = [None] * len(args)
    for place, array in enumerate(arrays):
        if not is_real(array):
            continue
        step = STEP * np.maximum(1.0, np.abs(array))
        total: Any = 0.0
        for shift, weight in WEIGHTS:
            parts = _parts(function(*arrays[:place], array + shift * step, *arrays[place + 1 :], **kwargs))
            total = total + sum(weight * gradient * np.asarray(parts[one], np.float64) for one, gradient in pairs)
        vector = unbroadcast(total / step, array).ravel()
        gradients[place] = replaced(args[place], vector, 0, nothing)[0]
    return gradients
