"""From the gradient of an output to those of the arguments: the one function that the rest calls."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.local_gradients.fallback import differences
from chainrule.checking.local_gradients.functions import function_of
from chainrule.checking.local_gradients.keywords import positional
from chainrule.checking.local_gradients.movement import moved_back
from chainrule.checking.local_gradients.structures import count
from chainrule.checking.local_gradients.table import OF_NUMBERS, RULES, Entry

FLOAT64 = np.dtype(np.float64)
BY_DIFFERENCES = Entry(lambda args, kwargs, output, upstream: NotImplemented, True)


def is_known(op: str) -> bool:
    """Return whether an operation has a rule, or at least a function to take central differences of."""
    if op in RULES:
        return True
    try:
        function_of(op)
    except KeyError:
        return False
    return True


def pull_back(op: str, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any, upstream: Any) -> tuple[Any, ...]:
    """Return the gradients of a loss with respect to the arguments of an operation.

    Parameters
    ----------
    op : str
        The name of the operation on the tape.
    args, kwargs
        The values that it was given. For gradients of values given by keyword call ``positional`` first.
    output
        What it returned; a tuple for several outputs.
    upstream
        The gradient of the loss with respect to the output, shape of the output; for several outputs a tuple, with
        ``None`` where nothing flows.

    Returns
    -------
    tuple, one entry an argument
        A float64 array of the argument's shape, a float for a number, a (nested) list for a list of arrays, ``None``
        where nothing flows. Do not write into them: they may be views of ``upstream`` or of each other.

    Raises
    ------
    NotDifferentiable
        If there is neither a rule nor a function to take central differences of, or too many entries for that.
    """
    if upstream is None:
        return (None,) * len(args)
    given = len(args)
    if not kwargs and isinstance(output, float) and op in OF_NUMBERS:
        numbers = _of_numbers(OF_NUMBERS[op], args, float(output), float(upstream))
        if numbers is not None:
            return numbers
    if kwargs:
        args, kwargs = positional(op, args, kwargs)
    rule, structured = RULES.get(op, BY_DIFFERENCES)
    with np.errstate(all="ignore"):
        if structured or all(map(_is_plain, args)):
            gradients = rule(args, kwargs, output, upstream)
        else:
            gradients = _widened(op, rule, args, kwargs, upstream)
        if gradients is NotImplemented:
            gradients = differences(op, args, kwargs, output, upstream)
    return tuple(gradients[:given])


def _of_numbers(
    partials: tuple[Any, ...], args: tuple[Any, ...], output: float, upstream: float
) -> tuple[Any, ...] | None:
    """Return the gradients of an operation on numbers, without NumPy; ``None`` where it takes NumPy."""
    values: list[Any] = []
    for value in args:
        kind = type(value)
        if kind is not float and kind is not int and kind is not np.float64:
            return None
        values.append(value if kind is int else float(value))
    try:
        return tuple(
            float(partial(upstream, output, *values)) if type(value) is float else None
            for partial, value in zip(partials, values, strict=False)  # math.log has one or two
        )
    except (ArithmeticError, TypeError):  # a division by zero, which NumPy makes inf; a complex power
        return None


def _is_plain(value: Any) -> bool:
    """Return whether a value needs no preparation: no float32, no list with numbers in it."""
    kind = type(value)
    if kind is ndarray:
        return value.dtype is FLOAT64 or value.dtype.kind != "f"
    if kind is list or kind is tuple:
        return not count(value)
    return not isinstance(value, np.floating) or kind is np.float64


def _widened(op: str, rule: Any, args: tuple[Any, ...], kwargs: dict[str, Any], upstream: Any) -> Any:
    """Apply a rule to arguments in float64, with arrays in the place of lists, and to the output of these."""
    wide = tuple(value if _is_plain(value) else _as_float64(value) for value in args)
    kwargs = {key: value for key, value in kwargs.items() if key != "dtype"}
    gradients = rule(wide, kwargs, function_of(op)(*wide, **kwargs), upstream)
    if gradients is NotImplemented:
        return gradients
    return [
        moved_back(np.array, (0,), (value,), {}, gradient)[0]
        if isinstance(value, (list, tuple)) and gradient is not None
        else gradient
        for value, gradient in zip(args, gradients, strict=True)
    ]


def _as_float64(value: Any) -> Any:
    return np.asarray(value, dtype=np.float64) if isinstance(value, (ndarray, list, tuple)) else float(value)
