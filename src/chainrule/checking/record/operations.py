"""The names of operations, and the functions behind them: what the tape knows, and how it is done again."""

from __future__ import annotations

import builtins
import math
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.local_gradients.functions import function_of as pure_function_of

BUILTINS = ("sum", "max", "min", "abs", "pow", "round", "float")
"""Built-in functions of numbers, as ``builtins.sum``."""

METHODS = frozenset({
    "dot", "sum", "mean", "max", "min", "std", "var", "prod", "cumsum", "cumprod", "clip", "ravel", "flatten",
    "transpose", "squeeze", "repeat", "take", "reshape", "astype", "copy", "argmax", "argmin", "argsort", "any",
    "all", "nonzero", "trace", "diagonal", "swapaxes", "round", "item", "conj", "conjugate", "searchsorted",
    "compress", "ptp", "__matmul__", "__add__", "__mul__", "__sub__", "__truediv__", "__pow__", "__neg__",
    "__getitem__",
})  # fmt: skip
"""Methods of arrays that are operations."""

WRITERS = frozenset({"fill", "sort", "put", "partition", "itemset"})
"""Methods of arrays that change them in place."""

DRAWS = ("numpy.random", "random")
"""Modules whose functions give leaves of the tape."""

WRITING_FUNCTIONS = frozenset({"copyto", "fill_diagonal", "put", "place", "putmask"})

NO_VALUES = frozenset(
    {"shape", "ndim", "size", "isscalar", "result_type", "can_cast", "may_share_memory", "shares_memory"}
)

_DUNDER = {
    "__matmul__": "matmul", "__add__": "add", "__mul__": "multiply", "__sub__": "subtract",
    "__truediv__": "true_divide",
    "__pow__": "power", "__neg__": "negative", "__getitem__": "getitem",
}  # fmt: skip


@cache
def _names() -> dict[int, str]:
    """Return the names of NumPy's functions by their identity; a function with two names has the first of them."""
    found: dict[int, str] = {}
    homes: list[tuple[str, Any]] = [("", np), ("linalg.", np.linalg), ("fft.", np.fft)]
    homes.append(("lib.stride_tricks.", np.lib.stride_tricks))
    for prefix, home in homes:
        for name in dir(home):
            thing = getattr(home, name, None)
            if callable(thing) and not isinstance(thing, type) and not name.startswith("_"):
                found.setdefault(id(thing), prefix + name)
    found.update({id(getattr(math, name)): f"math.{name}" for name in dir(math) if callable(getattr(math, name))})
    found.update({id(getattr(builtins, name)): f"builtins.{name}" for name in BUILTINS})
    return found


def name_of(function: Any) -> str | None:
    """Return the name of the operation that a function is, or None if it is none that the tape knows."""
    known = _names().get(id(function)) or _names().get(id(getattr(function, "__wrapped__", None)))
    if known is not None:
        return known
    module = getattr(function, "__module__", None) or ""
    name = getattr(function, "__name__", "")
    if module.startswith("scipy.special") or (isinstance(function, np.ufunc) and _special(name) is function):
        return f"scipy.special.{name}"
    if module.startswith("scipy.signal") and name in ("convolve2d", "correlate2d", "convolve", "correlate"):
        return f"scipy.signal.{name}"
    owner = getattr(function, "__self__", None)
    if isinstance(owner, np.ufunc) and name in ("reduce", "accumulate", "outer") and id(owner) in _names():
        return f"{_names()[id(owner)]}.{name}"
    return None


def _special(name: str) -> Any:
    module = sys.modules.get("scipy.special")
    return getattr(module, name, None)


def draws(function: Any) -> str:
    """Return the name of a function of random numbers; empty if it is none."""
    owner = getattr(function, "__self__", None)
    if isinstance(owner, np.random.Generator | np.random.RandomState):
        return f"random.{function.__name__}"
    module = getattr(function, "__module__", None) or type(owner).__module__ or ""
    if module.startswith(DRAWS) or type(owner).__module__ == "random":
        return f"random.{getattr(function, '__name__', '')}"
    return ""


@cache
def function_of(op: str) -> Callable[..., Any]:
    """Return what does an operation: one that writes or looks at memory, or a pure function.

    Raises
    ------
    KeyError
        If it is none of those that the tape knows.
    """
    if op in _OWN:
        return _OWN[op]
    ufunc, _, method = op.partition(".")
    if method in ("reduce", "accumulate", "outer"):
        found: Callable[..., Any] = getattr(getattr(np, ufunc), method)
        return found
    return pure_function_of(op)


def _set(target: Any, key: Any, value: Any) -> None:
    target[key] = value


def in_place(ufunc: Callable[..., Any]) -> Callable[[Any, Any, Any], None]:
    """Return ``target[key] op= value``."""

    def write(target: Any, key: Any, value: Any) -> None:
        target[key] = ufunc(target[key], value)

    return write


def _at(ufunc: Any) -> Callable[[Any, Any, Any], None]:
    return lambda target, key, value: ufunc.at(target, key, value)


def _strided(root: ndarray, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> ndarray:
    """Return the view of ``root``'s memory that begins ``offset`` entries after its first, with strides in entries."""
    flat = root.reshape(-1) if root.flags.c_contiguous else root.ravel("K")
    reach = [(n - 1) * step for n, step in zip(shape, strides, strict=True)]
    if offset + sum(min(one, 0) for one in reach) < 0 or offset + sum(max(one, 0) for one in reach) >= flat.size:
        raise IndexError("a view that does not lie in this array")
    steps = tuple(step * root.itemsize for step in strides)
    return np.lib.stride_tricks.as_strided(flat[offset:], shape, steps)


_OWN: dict[str, Callable[..., Any]] = {
    "view_of_memory": _strided,
    "setitem": _set,
    "add.at": _at(np.add),
    "subtract.at": _at(np.subtract),
    "multiply.at": _at(np.multiply),
    **{
        f"i{name}": in_place(getattr(np, name))
        for name in (
            "add", "subtract", "multiply", "true_divide", "power", "matmul", "floor_divide", "mod", "bitwise_and",
            "bitwise_or", "bitwise_xor", "maximum", "minimum",
        )
    },
}  # fmt: skip

AT = frozenset({"add", "subtract", "multiply"})


def method(name: str) -> str:
    """Return the operation that a method of arrays is."""
    return _DUNDER.get(name, "conjugate" if name == "conj" else name)
