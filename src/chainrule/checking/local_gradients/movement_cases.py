"""Movements that need a word more than the others: indexing, transposing, padding, sorting, strides."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.local_gradients.functions import function_of
from chainrule.checking.local_gradients.movement import moved_back
from chainrule.checking.local_gradients.structures import is_real
from chainrule.checking.local_gradients.table import register

BASIC = (int, slice, type(None), type(...), np.integer)


@register("getitem", structured=True)
def getitem(args: tuple[Any, ...], kwargs: dict[str, Any], output: Any, upstream: Any) -> list[Any]:
    """A basic index takes no entry twice, so that dx[key] = g; any other goes by position numbers."""
    source, key = args
    if not isinstance(source, ndarray) or not is_real(source):
        return moved_back(_item, (0,), args, {}, upstream)
    if isinstance(key, BASIC) or (isinstance(key, tuple) and all(isinstance(one, BASIC) for one in key)):
        gradient = np.zeros(source.shape)
        gradient[key] = upstream
        return [gradient, None]
    return moved_back(_item, (0,), args, {}, upstream)


@register("transpose", "T", structured=True)
def transpose(args: tuple[Any, ...], kwargs: dict[str, Any], output: Any, upstream: Any) -> list[Any]:
    """Without axes dX = gᵀ."""
    if len(args) == 1 and not kwargs and is_real(args[0]) and isinstance(upstream, ndarray):
        return [np.asarray(upstream.T, dtype=np.float64)]
    return moved_back(function_of("transpose"), (0,), args, kwargs, upstream)


def _item(source: Any, key: Any) -> Any:
    return source[key]


@register("pad", structured=True)
def pad(args: tuple[Any, ...], kwargs: dict[str, Any], output: Any, upstream: Any) -> Any:
    """Constants come from nowhere; edge, reflect, symmetric and wrap repeat entries; other modes compute new ones."""
    mode = args[2] if len(args) > 2 else kwargs.get("mode", "constant")
    if mode not in ("constant", "edge", "reflect", "symmetric", "wrap") or "reflect_type" in kwargs:
        return NotImplemented
    kept = {key: value for key, value in kwargs.items() if key != "constant_values"}
    return moved_back(np.pad, (0,), args, kept, upstream)


@register("sort", structured=True)
def sort(args: tuple[Any, ...], kwargs: dict[str, Any], output: Any, upstream: Any) -> list[Any]:
    """The entries in the order of argsort."""
    axis = args[1] if len(args) > 1 else kwargs.get("axis", -1)
    order = np.argsort(args[0], axis=axis)

    def ordered(numbers: Any, *_: Any) -> ndarray:
        return np.take_along_axis(np.asarray(numbers), order, axis)

    return moved_back(ordered, (0,), args, {}, upstream)


@register("lib.stride_tricks.as_strided", structured=True)
def as_strided(args: tuple[Any, ...], kwargs: dict[str, Any], output: Any, upstream: Any) -> Any:
    """Strides are scaled from the bytes of an entry to those of a position number.

    They were computed from the array as it lay in memory, and the argument may be a copy that lies otherwise: the
    layout is the one in which the operation gives the output again.
    """
    source, shape, strides = _strided(*args, **kwargs)
    if strides is None:
        return moved_back(function_of("lib.stride_tricks.as_strided"), (0,), (source, shape), {}, upstream) + [None] * (
            len(args) - 2
        )
    steps = tuple(step * np.dtype(np.int64).itemsize // source.itemsize for step in strides)
    values = np.append(0.0, source.ravel())
    for order in ("K", "C", "F"):
        numbers = np.array(np.arange(1, source.size + 1).reshape(source.shape))
        laid = np.empty_like(source, dtype=np.int64, order=order)
        laid[...] = numbers
        if not _within(laid, shape, steps):
            continue
        origin = np.lib.stride_tricks.as_strided(laid, shape, steps)
        if np.array_equal(values[origin], output, equal_nan=True):
            flat = np.bincount(origin.ravel(), np.ravel(upstream), source.size + 1)[1:]
            return [flat.reshape(source.shape)] + [None] * (len(args) - 1)
    return NotImplemented


def _strided(x: Any, shape: Any = None, strides: Any = None, *_: Any, **ignored: Any) -> tuple[Any, Any, Any]:
    x = np.asarray(x)
    return x, x.shape if shape is None else shape, strides


def _within(laid: ndarray, shape: Any, strides: tuple[int, ...]) -> bool:
    """Return whether strides from the beginning of an array stay inside of it."""
    reach = [(length - 1) * step for length, step in zip(shape, strides, strict=True)]
    return min(reach, default=0) >= 0 and sum(reach) < laid.nbytes
