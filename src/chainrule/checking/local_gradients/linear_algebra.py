"""Norms, inverses, systems of equations, determinants, traces."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.checking.local_gradients.broadcasting import restore_axes, unbroadcast
from chainrule.checking.local_gradients.structures import is_real
from chainrule.checking.local_gradients.table import register

Args = tuple[Any, ...]
Keywords = dict[str, Any]


@register("linalg.norm")
def norm(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> Any:
    """√Σ x²' = x / √Σ x², and 0 where the norm is 0; of order 1 of vectors, the sign."""
    x, order, axis, *_ = (*args, None, None)
    order, axis = kwargs.get("ord", order), kwargs.get("axis", axis)
    vector = np.ndim(x) == 1 if axis is None else np.ndim(axis) == 0
    g, y = restore_axes(upstream, x, axis), restore_axes(output, x, axis)
    rest = [None] * (len(args) - 1)
    if not is_real(x):
        return [None, *rest]
    if order is None or (isinstance(order, str) and order == "fro") or (vector and order == 2):
        return [unbroadcast(np.where(y == 0.0, 0.0, g * x / y), x), *rest]
    if vector and order == 1:
        return [g * np.sign(x), *rest]
    return NotImplemented


@register("linalg.inv")
def inverse(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> list[Any]:
    """dX⁻¹ = -X⁻¹ dX X⁻¹: the gradient is -Yᵀ g Yᵀ."""
    turned = np.swapaxes(output, -1, -2)
    return [-turned @ upstream @ turned]


@register("linalg.solve")
def solve(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> Any:
    """A y = b: db = A⁻ᵀ g, dA = -db yᵀ."""
    a, b = args
    if np.ndim(b) == 1 and np.ndim(a) == 2:
        db = np.linalg.solve(np.swapaxes(a, -1, -2), upstream)
        da = -np.outer(db, output)
    elif np.ndim(a) == np.ndim(b) == 2:
        db = np.linalg.solve(np.swapaxes(a, -1, -2), upstream)
        da = -db @ np.swapaxes(output, -1, -2)
    else:
        return NotImplemented
    return [da if is_real(a) else None, db if is_real(b) else None]


@register("linalg.det")
def determinant(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> Any:
    """D det X = det X tr(X⁻¹ dX): the gradient is g det X X⁻ᵀ; of a singular one, by differences."""
    if not np.all(output):
        return NotImplemented
    turned = np.swapaxes(np.linalg.inv(args[0]), -1, -2)
    return [np.asarray(upstream * output)[..., None, None] * turned]


@register("trace")
def trace(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> Any:
    """Σ x[i, i + offset]: g on that diagonal."""
    x, offset, *rest = (*args, kwargs.get("offset", 0)) if len(args) == 1 else args
    if np.ndim(x) != 2 or rest or "axis1" in kwargs or not is_real(x):
        return NotImplemented if is_real(x) else [None] * len(args)
    return [upstream * np.eye(x.shape[0], x.shape[1], k=offset), *([None] * (len(args) - 1))]
