"""Sums, means, extremes and running sums: the upstream gradient is given back along the axes that went."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.local_gradients.broadcasting import restore_axes, unbroadcast
from chainrule.checking.local_gradients.structures import is_real
from chainrule.checking.local_gradients.table import Partial, register


def axis_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return the axis that a reduction was given."""
    return args[1] if len(args) > 1 else kwargs.get("axis")


def reducing(*names: str, by: Partial) -> None:
    """Enter reductions by their derivative ``(g, y, x, axis, args, kwargs)``.

    g and y have their axes back at length 1, (1 where reduced, else as x). ``where`` and ``initial`` are left to the
    central differences.
    """

    @register(*names)
    def rule(args: tuple[Any, ...], kwargs: dict[str, Any], output: Any, upstream: Any) -> Any:
        if "where" in kwargs or "initial" in kwargs:
            return NotImplemented
        x, axis = args[0], axis_of(args, kwargs)
        rest = [None] * (len(args) - 1)
        if not is_real(x):
            return [None, *rest]
        g, y = restore_axes(upstream, x, axis), restore_axes(output, x, axis)
        gradient = by(g, y, np.asarray(x), axis, args, kwargs)
        if gradient is NotImplemented:
            return gradient
        whole = np.empty(np.shape(x))
        whole[...] = gradient
        return [unbroadcast(whole, x), *rest]


def _length(x: ndarray, y: ndarray) -> float:
    """Return how many entries each output was made of."""
    return x.size / max(y.size, 1)


def _extreme(g: ndarray, y: ndarray, x: ndarray, *_: Any) -> ndarray:
    """1 at the extreme entry; equal ones share it equally."""
    hit = x == y
    axes = tuple(axis for axis in range(x.ndim) if y.shape[axis] == 1)
    return g * hit / hit.sum(axis=axes, keepdims=True)


def _product(g: ndarray, y: ndarray, x: ndarray, *_: Any) -> Any:
    """The product of the others."""
    return g * y / x if x.all() else NotImplemented


def _freedom(x: ndarray, y: ndarray, args: tuple[Any, ...], kwargs: dict[str, Any]) -> float:
    """Return n - ddof."""
    ddof = args[4] if len(args) > 4 else kwargs.get("ddof", kwargs.get("correction", 0))
    return _length(x, y) - float(ddof)


def _centred(x: ndarray, y: ndarray) -> ndarray:
    axes = tuple(axis for axis in range(x.ndim) if y.shape[axis] == 1)
    return np.asarray(x - x.mean(axis=axes, keepdims=True))


def _variance(g: ndarray, y: ndarray, x: ndarray, axis: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """2 (x - mean) / (n - ddof); the mean's own change adds nothing, as Σ (x - mean) = 0."""
    return g * 2.0 * _centred(x, y) / _freedom(x, y, args, kwargs) if "mean" not in kwargs else NotImplemented


def _deviation(g: ndarray, y: ndarray, x: ndarray, axis: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """(x - mean) / ((n - ddof) std), and 0 where std = 0."""
    if "mean" in kwargs:
        return NotImplemented
    return np.where(y == 0.0, 0.0, g * _centred(x, y) / (_freedom(x, y, args, kwargs) * y))


reducing("sum", by=lambda g, y, x, *_: g)  # each entry counts once
reducing("mean", by=lambda g, y, x, *_: g / _length(x, y))  # Σ x / n
reducing("nansum", by=lambda g, y, x, *_: g * ~np.isnan(x))  # as sum, where there is a number
reducing("max", "amax", "min", "amin", by=_extreme)
reducing("prod", by=_product)
reducing("var", by=_variance)
reducing("std", by=_deviation)
reducing(
    "scipy.special.softmax", by=lambda g, y, x, axis, *_: y * (g - (g * y).sum(axis, keepdims=True))
)  # y_i(δ_ij - y_j)
reducing(  # x - ln Σ eˣ
    "scipy.special.log_softmax", by=lambda g, y, x, axis, *_: g - np.exp(y) * g.sum(axis, keepdims=True)
)


@register("scipy.special.logsumexp")
def logsumexp(args: tuple[Any, ...], kwargs: dict[str, Any], output: Any, upstream: Any) -> Any:
    """(ln Σ b eˣ)' by x = b e^(x-y), by b = e^(x-y)."""
    if kwargs.get("return_sign") or len(args) > 3:
        return NotImplemented
    x, axis = args[0], axis_of(args, kwargs)
    g, y = restore_axes(upstream, x, axis), restore_axes(output, x, axis)
    scaled = g * np.exp(x - y)
    if len(args) < 3 or args[2] is None:
        return [unbroadcast(scaled, x), *([None] * (len(args) - 1))]
    b = args[2]
    if np.broadcast_shapes(np.shape(b), np.shape(x)) != np.shape(x):
        return NotImplemented
    return [unbroadcast(scaled * b, x), None, unbroadcast(scaled, b) if is_real(b) else None]


@register("cumsum")
def cumsum(args: tuple[Any, ...], kwargs: dict[str, Any], output: Any, upstream: Any) -> list[Any]:
    """y_i = Σ_{j ≤ i} x_j: dx_j = Σ_{i ≥ j} g_i."""
    x, axis = args[0], axis_of(args, kwargs)
    if not is_real(x):
        return [None] * len(args)
    place = 0 if axis is None else axis
    summed = np.flip(np.cumsum(np.flip(np.asarray(upstream), place), place), place)
    return [unbroadcast(summed.reshape(np.shape(x)), x), *([None] * (len(args) - 1))]


@register("average")
def average(args: tuple[Any, ...], kwargs: dict[str, Any], output: Any, upstream: Any) -> Any:
    """Y = Σ w x / Σ w: dx = g w / Σ w, dw = g (x - y) / Σ w."""
    x, axis, weights = (*args, None, None)[:3] if len(args) > 1 else (args[0], kwargs.get("axis"), None)
    if kwargs.get("returned") or len(args) > 3 or (isinstance(axis, tuple) and weights is not None):
        return NotImplemented
    g, y = restore_axes(upstream, x, axis), restore_axes(output, x, axis)
    if weights is None:
        dx = np.broadcast_to(g / _length(np.asarray(x), y), np.shape(x))
        return [dx if is_real(x) else None, *([None] * (len(args) - 1))]
    along = np.asarray(weights)
    if along.shape != np.shape(x):  # a vector along the axis
        along = np.expand_dims(along, tuple(one for one in range(np.ndim(x)) if one != axis % np.ndim(x)))
    total = np.broadcast_to(along, np.shape(x)).sum(axis=axis, keepdims=True)
    return [
        unbroadcast(g * along / total, x) if is_real(x) else None,
        None,
        unbroadcast(g * (x - y) / total, along).reshape(np.shape(weights)) if is_real(weights) else None,
    ]
