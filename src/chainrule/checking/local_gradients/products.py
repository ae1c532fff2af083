"""Matrix and tensor products: bilinear, so that each factor's gradient is a product of g with the other factor."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.local_gradients.broadcasting import unbroadcast
from chainrule.checking.local_gradients.structures import is_real
from chainrule.checking.local_gradients.table import register

Args = tuple[Any, ...]
Keywords = dict[str, Any]


@register("matmul", "linalg.matmul")
def matmul(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> list[Any]:
    """DX = g Yᵀ, dY = Xᵀ g, summed over broadcast stacks; a vector is a row on the left, a column on the right."""
    left, right = np.asarray(args[0]), np.asarray(args[1])
    g = np.asarray(upstream)
    if right.ndim == 1:
        right, g = right[:, None], g[..., None]
    if left.ndim == 1:
        left, g = left[None, :], g[..., None, :]
    gradients: list[Any] = [None, None]
    if is_real(args[0]):
        gradient = unbroadcast(g @ np.swapaxes(right, -1, -2), left)
        gradients[0] = gradient.reshape(np.shape(args[0]))
    if is_real(args[1]):
        gradient = unbroadcast(np.swapaxes(left, -1, -2) @ g, right)
        gradients[1] = gradient.reshape(np.shape(args[1]))
    return gradients


@register("dot")
def dot(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> Any:
    """A product of numbers, of matrices, or the sum over the last axis of x and the last but one of y."""
    x, y = np.ndim(args[0]), np.ndim(args[1])
    if not x or not y:
        return _scaled(args, upstream)
    if x <= 2 and y <= 2:
        return matmul(args, kwargs, output, upstream)
    return _contracted(args, upstream, (x - 1,), (max(y - 2, 0),))


@register("inner")
def inner(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> list[Any]:
    """The sum over the last axes of both."""
    x, y = np.ndim(args[0]), np.ndim(args[1])
    return _contracted(args, upstream, (x - 1,), (y - 1,)) if x and y else _scaled(args, upstream)


@register("vdot")
def vdot(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> list[Any]:
    """Σ x y over all entries: dx = g y in the shape of x."""
    return [
        unbroadcast(upstream * np.reshape(other, np.shape(own)), own) if is_real(own) else None
        for own, other in (args[:2], args[1::-1])
    ]


@register("outer", "linalg.outer")
def outer(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> list[Any]:
    """z[i, j] = x[i] y[j] of the flattened arguments: dx = g y, dy = x g."""
    x, y = args[:2]
    return [
        unbroadcast((upstream @ np.ravel(y)).reshape(np.shape(x)), x) if is_real(x) else None,
        unbroadcast((np.ravel(x) @ upstream).reshape(np.shape(y)), y) if is_real(y) else None,
    ]


@register("tensordot", "linalg.tensordot")
def tensordot(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> list[Any]:
    """The sum over pairs of axes: dx is g summed with y over the axes that only y has, its axes put in order."""
    axes = args[2] if len(args) > 2 else kwargs.get("axes", 2)
    x = np.ndim(args[0])
    if isinstance(axes, (int, np.integer)):
        pair: tuple[Any, Any] = (tuple(range(x - int(axes), x)), tuple(range(int(axes))))
    else:
        pair = (axes[0], axes[1])
    first, second = ((one,) if isinstance(one, (int, np.integer)) else tuple(one) for one in pair)
    return _contracted(args, upstream, first, second)


@register("kron")
def kron(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> list[Any]:
    """z[i p + k] = x[i] y[k] on every axis: g with each axis cut in two, summed with the other factor."""
    axes = max(np.ndim(args[0]), np.ndim(args[1]))
    x, y = (np.reshape(one, (1,) * (axes - np.ndim(one)) + np.shape(one)) for one in args[:2])
    cut = np.reshape(upstream, [length for pair in zip(x.shape, y.shape, strict=True) for length in pair])
    even, odd = tuple(range(0, 2 * axes, 2)), tuple(range(1, 2 * axes, 2))
    return [
        np.tensordot(cut, y, (odd, range(axes))).reshape(np.shape(args[0])) if is_real(args[0]) else None,
        np.tensordot(x, cut, (range(axes), even)).reshape(np.shape(args[1])) if is_real(args[1]) else None,
    ]


def _scaled(args: Args, upstream: Any) -> list[Any]:
    """d(x y) = y dx + x dy, where one of them is a number."""
    x, y = args[:2]
    return [
        unbroadcast(upstream * y, x) if is_real(x) else None,
        unbroadcast(upstream * x, y) if is_real(y) else None,
    ]


def _contracted(args: Args, upstream: Any, first: tuple[int, ...], second: tuple[int, ...]) -> list[Any]:
    """Return the gradients of a sum over axes ``first`` of x and ``second`` of y: z has the others of x, then of y."""
    x, y = np.asarray(args[0]), np.asarray(args[1])
    g = np.asarray(upstream)
    first, second = tuple(one % x.ndim for one in first), tuple(one % y.ndim for one in second)
    free_x = tuple(axis for axis in range(x.ndim) if axis not in first)
    free_y = tuple(axis for axis in range(y.ndim) if axis not in second)
    gradients: list[Any] = [None] * len(args)
    if is_real(args[0]):
        at = tuple(range(len(free_x), g.ndim))
        gradients[0] = _placed(np.tensordot(g, y, (at, free_y)), free_x, first, second)
    if is_real(args[1]):
        at = tuple(range(len(free_x)))
        gradients[1] = _placed(np.tensordot(g, x, (at, free_x)), free_y, second, first)
    return gradients


def _placed(gradient: ndarray, free: tuple[int, ...], own: tuple[int, ...], other: tuple[int, ...]) -> ndarray:
    """Put axes (free ones, then the summed ones in the other factor's order) where the factor has them."""
    order = sorted(range(len(other)), key=lambda place: other[place])
    return np.moveaxis(gradient, range(gradient.ndim), (*free, *(own[place] for place in order)))
