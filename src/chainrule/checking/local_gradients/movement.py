"""Operations that only move, repeat or drop entries: one mechanism for all of them.

The same operation is applied to the numbers 1, 2, 3, … of the positions of its entries; 0 is kept for entries that come
from nowhere, such as the rim of ``pad``. What arrives says where each entry of the output came from, and the upstream
gradient is added up there: dx[p] = Σ g[q] over the q that came from p.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.local_gradients.functions import Function, function_of
from chainrule.checking.local_gradients.structures import count, is_real, nothing, replaced, zeros
from chainrule.checking.local_gradients.table import RULES, Rule, register

ALL = tuple(range(32))


def moved_back(
    function: Function, data: tuple[int, ...], args: tuple[Any, ...], kwargs: dict[str, Any], upstream: Any
) -> list[Any]:
    """Return the gradients of the arguments of an operation that moves entries.

    Parameters
    ----------
    function : callable
        The operation, on integers.
    data : tuple of int
        Which arguments hold the entries that are moved.
    args, kwargs, upstream
        As in ``pull_back``.
    """
    places = [place for place in data if place < len(args)]
    sources = [args[place] for place in places]
    entries = count(sources)
    gradients: list[Any] = [None] * len(args)
    if not entries:
        return gradients
    numbers, _ = replaced(sources, np.arange(1, entries + 1), 0, zeros)
    numbered = list(args)
    for place, number in zip(places, numbers, strict=True):
        numbered[place] = number
    origin, weights = _joined(function(*numbered, **kwargs), upstream)
    flat = np.bincount(origin, weights, entries + 1)[1:].astype(np.float64, copy=False)  # of nothing it gives integers
    for place, gradient in zip(places, replaced(sources, flat, 0, nothing)[0], strict=True):
        gradients[place] = gradient
    return gradients


def _joined(origin: Any, upstream: Any) -> tuple[ndarray, ndarray]:
    """Return position numbers and upstream gradients of all outputs as vectors, of those that have a gradient."""
    if not isinstance(origin, (tuple, list)):
        return np.ravel(origin), np.ravel(upstream)
    pairs = [(np.ravel(one), np.ravel(g)) for one, g in zip(origin, upstream, strict=True) if g is not None]
    if not pairs:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    return np.concatenate([one for one, _ in pairs]), np.concatenate([g for _, g in pairs])


def _real_output(output: Any) -> bool:
    return any(
        np.asarray(one).dtype.kind == "f" for one in (output if isinstance(output, (tuple, list)) else (output,))
    )


def moving(*names: str, data: tuple[int, ...] = (0,), function: Function | None = None) -> None:
    """Enter operations that move the entries of the arguments ``data``."""

    def enter(name: str, on_numbers: Function) -> None:
        @register(name, structured=True)
        def rule(args: tuple[Any, ...], kwargs: dict[str, Any], output: Any, upstream: Any) -> list[Any]:
            if not _real_output(output):
                return [None] * len(args)
            kept = {key: value for key, value in kwargs.items() if key not in ("dtype", "casting", "like")}
            return moved_back(on_numbers, data, args, kept, upstream)

    for name in names:
        enter(name, function or function_of(name))


def keeping_order(*names: str, data: tuple[int, ...] = (0,), function: Function | None = None) -> None:
    """Enter operations that leave the order of the entries: dx is the upstream gradient in the shape of x."""

    def enter(name: str, general: Rule) -> None:
        @register(name, structured=True)
        def rule(args: tuple[Any, ...], kwargs: dict[str, Any], output: Any, upstream: Any) -> Any:
            source = args[0] if args else None
            ordered = kwargs.get("order", "C") != "C" or any(type(one) is str for one in args[1:])
            several = isinstance(upstream, (tuple, list))
            if not is_real(source) or ordered or several or not _real_output(output):
                return general(args, kwargs, output, upstream)
            gradient = np.asarray(upstream, dtype=np.float64)
            rest: list[Any] = [None] * (len(args) - 1)
            return [gradient.reshape(source.shape) if isinstance(source, ndarray) else gradient.item(), *rest]

    for name in names:
        moving(name, data=data, function=function)
        enter(name, RULES[name].rule)


def _array(value: Any, *_: Any, ndmin: int = 0, order: str | None = None, **ignored: Any) -> ndarray:
    """``np.array`` without its type."""
    return np.array(value, ndmin=ndmin, order="C" if order is None else order)  # type: ignore[call-overload]


def _full(shape: Any, value: Any, *_: Any, **ignored: Any) -> ndarray:
    return np.full(shape, value)


def _full_like(model: Any, value: Any, *_: Any, shape: Any = None, **ignored: Any) -> ndarray:
    return np.full(np.shape(model) if shape is None else shape, value)


keeping_order("reshape", "ravel", "flatten", "expand_dims", "squeeze")
keeping_order("atleast_1d", "atleast_2d", "atleast_3d", data=ALL)
keeping_order("array", "asarray", "ascontiguousarray", "asanyarray", "asfortranarray", function=_array)
keeping_order("copy", "astype", "builtins.float", "real", "conj", "conjugate", function=_array)
moving("permute_dims", "matrix_transpose", "linalg.matrix_transpose", "swapaxes", "moveaxis", "rollaxis")
moving("stack", "concatenate", "concat", "hstack", "vstack", "dstack", "column_stack", "block")
moving("append", data=(0, 1))
moving("insert", data=(0, 2))
moving("delete", "resize", "repeat", "tile", "roll", "flip", "fliplr", "flipud", "rot90")
moving("split", "array_split", "hsplit", "vsplit", "dsplit", "unstack")
moving("diag", "diagonal", "linalg.diagonal", "diagflat", "tril", "triu")
moving("take", "take_along_axis")
moving("item")
moving("compress", "extract", "choose", data=(1,))
moving("select", data=(1, 2))
moving("broadcast_to", "lib.stride_tricks.sliding_window_view")
moving("broadcast_arrays", "meshgrid", data=ALL)
moving("full", data=(1,), function=_full)
moving("full_like", data=(1,), function=_full_like)
