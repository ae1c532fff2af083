"""Python's own functions of numbers, and those of ``math`` that take several."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.local_gradients.broadcasting import unbroadcast
from chainrule.checking.local_gradients.structures import is_real
from chainrule.checking.local_gradients.table import register

Args = tuple[Any, ...]
Keywords = dict[str, Any]


@register("builtins.sum", "math.fsum", structured=True)
def python_sum(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> list[Any]:
    """Each of the summands counts once; an array is summed over its first axis."""
    items = args[0]
    if isinstance(items, ndarray):
        first: Any = np.broadcast_to(np.asarray(upstream, dtype=np.float64), items.shape) if is_real(items) else None
    else:
        first = [unbroadcast(upstream, one) if is_real(one) else None for one in items]
    return [first, *(unbroadcast(upstream, one) if is_real(one) else None for one in args[1:])]


@register("builtins.max", "builtins.min", structured=True)
def python_extreme(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> list[Any]:
    """The first of the values that equals the output takes all."""
    gradients: list[Any] = []
    taken = False
    for value in args if len(args) > 1 else args[0]:
        hit = not taken and bool(np.all(value == output))
        taken = taken or hit
        gradients.append(unbroadcast(upstream if hit else np.zeros(np.shape(value)), value) if is_real(value) else None)
    if len(args) > 1:
        return gradients
    return [np.array(gradients, dtype=np.float64) if isinstance(args[0], ndarray) and is_real(args[0]) else gradients]


@register("builtins.pow", structured=True)
def python_power(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> Any:
    """As ``power``; a modulus is for integers."""
    from chainrule.checking.local_gradients.table import RULES

    return RULES["power"].rule(args, {}, output, upstream) if len(args) == 2 else [None] * len(args)


@register("builtins.divmod", "divmod", structured=True)
def division(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> list[Any]:
    """The quotient is constant; the remainder is x - y floor(x/y)."""
    x, y = args
    g = upstream[1]
    if g is None:
        return [None, None]
    return [
        unbroadcast(g, x) if is_real(x) else None,
        unbroadcast(-g * np.floor_divide(x, y), y) if is_real(y) else None,
    ]


@register("modf", "math.modf", structured=True)
def parts(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> list[Any]:
    """The fraction is x less a constant."""
    g = upstream[0]
    return [unbroadcast(g, args[0]) if g is not None and is_real(args[0]) else None]


@register("math.hypot", structured=True)
def length(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> list[Any]:
    """√Σ x²' = x / √Σ x², and 0 at the origin."""
    return [unbroadcast(upstream * x / output if output else 0.0 * x, x) if is_real(x) else None for x in args]


@register("math.prod", "math.dist", "math.sumprod", structured=True)
def by_differences(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> Any:
    """Few entries: the central differences serve."""
    return NotImplemented
