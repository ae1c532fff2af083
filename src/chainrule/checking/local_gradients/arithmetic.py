"""Operations on two or three numbers, entry by entry: g upstream, z the output, x and y the arguments."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from chainrule.checking.local_gradients.table import entrywise


def _of_base(g: Any, z: Any, x: Any, y: Any) -> Any:
    """(x^y)' by x = y x^(y-1), and 0 where y = 0."""
    if type(y) is int or type(y) is float:
        return 2.0 * g * x if y == 2 else g * y * x ** (y - 1.0) if y else 0.0 * g
    return np.where(np.equal(y, 0), 0.0, g * y * np.power(x, np.where(np.equal(y, 0), 1.0, y - 1.0)))


def _of_exponent(g: Any, z: Any, x: Any, y: Any) -> Any:
    """(x^y)' by y = x^y ln x, and 0 where x ≤ 0: there it is 0 or not defined."""
    if type(x) is float and x > 0.0:
        return g * z * math.log(x)
    return np.where(np.greater(x, 0), g * z * np.log(np.where(np.greater(x, 0), x, 1.0)), 0.0)


def _ties_to_first(x: Any, y: Any) -> bool:
    """At a tie the gradient goes to the argument with fewer axes, so that max(0, z) has the slope 0 at z = 0."""
    return bool(np.ndim(x) <= np.ndim(y))


def _of_larger(g: Any, z: Any, x: Any, y: Any) -> Any:
    """max(x, y)' by x = 1 where x is the larger."""
    return g * (np.greater_equal(x, y) if _ties_to_first(x, y) else np.greater(x, y))


def _of_smaller(g: Any, z: Any, x: Any, y: Any) -> Any:
    """min(x, y)' by x = 1 where x is the smaller."""
    return g * (np.less_equal(x, y) if _ties_to_first(x, y) else np.less(x, y))


def _unclipped(g: Any, z: Any, x: Any, low: Any = None, high: Any = None) -> Any:
    """clip(x)' by x = 1 strictly inside of the bounds."""
    inside = np.ones(np.shape(x), dtype=bool) if low is None else np.greater(x, low)
    return g * (inside if high is None else inside & np.less(x, high))


entrywise("add", by=(lambda g, z, x, y: g, lambda g, z, x, y: g), plain=True)  # d(x + y) = dx + dy
entrywise("subtract", by=(lambda g, z, x, y: g, lambda g, z, x, y: -g), plain=True)  # d(x - y) = dx - dy
entrywise("multiply", by=(lambda g, z, x, y: g * y, lambda g, z, x, y: g * x), plain=True)  # d(x y) = y dx + x dy
entrywise(  # d(x / y) = dx / y - (x/y) dy / y
    "true_divide", "divide", by=(lambda g, z, x, y: g / y, lambda g, z, x, y: -g * z / y), plain=True
)
entrywise("power", "pow", "float_power", "math.pow", by=(_of_base, _of_exponent), plain=True)
entrywise(  # x - y floor(x/y), floor constant
    "mod",
    "remainder",
    by=(lambda g, z, x, y: g, lambda g, z, x, y: -g * np.floor_divide(x, y)),
)
entrywise(  # x - y trunc(x/y), trunc constant
    "fmod", "math.fmod", by=(lambda g, z, x, y: g, lambda g, z, x, y: -g * np.trunc(np.true_divide(x, y)))
)
entrywise("maximum", "fmax", by=(_of_larger, lambda g, z, x, y: g - _of_larger(g, z, x, y)))
entrywise("minimum", "fmin", by=(_of_smaller, lambda g, z, x, y: g - _of_smaller(g, z, x, y)))
entrywise(
    "clip",
    by=(
        _unclipped,
        lambda g, z, x, low, high=None: g * np.less_equal(x, low),  # the lower bound shows where x is at or below it
        lambda g, z, x, low, high: g * np.greater_equal(x, high),  # the upper bound likewise
    ),
)
entrywise("where", by=(None, lambda g, z, c, x, y: np.where(c, g, 0.0), lambda g, z, c, x, y: np.where(c, 0.0, g)))
entrywise("heaviside", by=(None, lambda g, z, x, y: g * np.equal(x, 0)))  # y where x = 0, constant elsewhere
entrywise(  # √(x² + y²)' = x / √(x² + y²), and 0 at the origin
    "hypot",
    by=(
        lambda g, z, x, y: np.where(np.equal(z, 0), 0.0, g * x / z),
        lambda g, z, x, y: np.where(np.equal(z, 0), 0.0, g * y / z),
    ),
)
entrywise(  # ln(eˣ + eʸ)' = eˣ / (eˣ + eʸ)
    "logaddexp", by=(lambda g, z, x, y: g * np.exp(x - z), lambda g, z, x, y: g * np.exp(y - z))
)
entrywise(  # log₂(2ˣ + 2ʸ)' = 2ˣ / (2ˣ + 2ʸ)
    "logaddexp2", by=(lambda g, z, x, y: g * np.exp2(x - z), lambda g, z, x, y: g * np.exp2(y - z))
)
entrywise(  # arctan(x/y)' = (y dx - x dy) / (x² + y²)
    "arctan2",
    "atan2",
    "math.atan2",
    by=(lambda g, z, x, y: g * y / (x * x + y * y), lambda g, z, x, y: -g * x / (x * x + y * y)),
)
entrywise(  # |x| sign(y)
    "copysign", "math.copysign", by=(lambda g, z, x, y: g * np.sign(x) * np.copysign(1.0, y), None)
)
entrywise(  # ln x / ln b
    "math.log",
    by=(
        lambda g, z, x, b=math.e: g / (x * math.log(b)),
        lambda g, z, x, b: -g * z / (b * math.log(b)),
    ),
    plain=True,
)
entrywise(  # x ln y
    "scipy.special.xlogy", by=(lambda g, z, x, y: g * np.log(y), lambda g, z, x, y: g * x / y)
)
entrywise(  # x ln(1 + y)
    "scipy.special.xlog1py", by=(lambda g, z, x, y: g * np.log1p(y), lambda g, z, x, y: g * x / (1.0 + y))
)
entrywise(  # x ln(x/y)
    "scipy.special.rel_entr", by=(lambda g, z, x, y: g * (np.log(x / y) + 1.0), lambda g, z, x, y: -g * x / y)
)
entrywise(  # x ln(x/y) - x + y
    "scipy.special.kl_div", by=(lambda g, z, x, y: g * np.log(x / y), lambda g, z, x, y: g * (1.0 - x / y))
)
