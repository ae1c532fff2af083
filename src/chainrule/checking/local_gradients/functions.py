"""The function behind an operation's name on the tape: pure ones only."""

from __future__ import annotations

import builtins
import importlib
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

Function = Callable[..., Any]

NUMPY_PLACES = {"": np, "linalg": np.linalg, "fft": np.fft, "lib.stride_tricks": np.lib.stride_tricks}
SCIPY_PLACES = ("scipy.special", "scipy.signal", "scipy.linalg")
PURE_BUILTINS = frozenset(("abs", "bool", "divmod", "float", "int", "len", "max", "min", "pow", "round", "sum"))
_NOT_PURE = """
    add_docstring add_newdoc apply_along_axis apply_over_axes array2string array_repr array_str bmat busday_count
    busday_offset byte_bounds copyto einsum_path errstate fill_diagonal frombuffer fromfile fromfunction fromiter
    frompyfunc fromregex fromstring genfromtxt get_include getbufsize geterr geterrcall info iterable load loadtxt
    memmap ndenumerate ndindex nditer nested_iters piecewise place printoptions put put_along_axis putmask save
    savetxt savez savez_compressed set_printoptions setbufsize seterr seterrcall show_config show_runtime test
    vectorize
"""
NOT_PURE = frozenset(_NOT_PURE.split())
"""What writes, reads files, calls back, or is about the library."""


def _reshape(x: Any, *shape: Any, order: str = "C", **named: Any) -> Any:
    """``np.reshape(x, (2, 3))`` and ``x.reshape(2, 3)`` alike."""
    if len(shape) > 1 and isinstance(shape[-1], str):
        *shape, order = shape  # type: ignore[assignment]
    for key in ("shape", "newshape"):
        shape = (named[key],) if key in named else shape
    return np.asarray(x).reshape(*shape, order=order)  # type: ignore[call-overload]


def _transpose(x: Any, *axes: Any, **named: Any) -> Any:
    """``np.transpose(x, (1, 0))`` and ``x.transpose(1, 0)`` alike."""
    return np.asarray(x).transpose(*axes, *named.values())


METHODS: dict[str, Function] = {
    "getitem": operator.getitem,
    "reshape": _reshape,
    "transpose": _transpose,
    "T": np.transpose,
    "flatten": lambda x, order="C": np.asarray(x).flatten(order),
    "astype": lambda x, dtype=float, **_: np.asarray(x).astype(dtype),
    "item": lambda x, *index: np.asarray(x).item(*index),
    "fix": np.trunc,
}


def function_of(op: str) -> Function:
    """Return the function that an operation of the tape calls.

    Raises
    ------
    KeyError
        If the name is not that of a pure function of NumPy, ``math``, the built-in ones or SciPy's.
    """
    if op in METHODS:
        return METHODS[op]
    place, _, name = op.rpartition(".")
    holder: Any = None
    if name in NOT_PURE or name.startswith("_"):
        raise KeyError(op)
    if place in NUMPY_PLACES:
        holder = NUMPY_PLACES[place]
    elif place == "math":
        holder = math
    elif place == "builtins" and name in PURE_BUILTINS:
        holder = builtins
    elif place in SCIPY_PLACES:
        holder = importlib.import_module(place)
    function = getattr(holder, name, None)
    if not callable(function) or (isinstance(function, type) and holder is not builtins):
        raise KeyError(op)
    return function
