"""Operations that no gradient flows through: comparisons, counts, places, shapes, roundings."""

from __future__ import annotations

from typing import Any

from chainrule.checking.local_gradients.table import register

COMPARISONS = (
    "greater greater_equal less less_equal equal not_equal isclose allclose array_equal array_equiv isnan isinf isfinite "
    "logical_and logical_or logical_not logical_xor all any bitwise_and bitwise_or bitwise_xor invert left_shift "
    "right_shift isin signbit iscomplex isreal in1d"
)
PLACES = "argmax argmin argsort argpartition argwhere nonzero flatnonzero searchsorted digitize count_nonzero bincount lexsort"
ROUNDINGS = "round around rint floor ceil trunc fix sign floor_divide"
SHAPES = "shape size ndim zeros ones empty zeros_like ones_like empty_like eye identity arange indices finfo nextafter spacing"
PYTHON = "builtins.int builtins.bool builtins.len builtins.round math.floor math.ceil math.trunc math.isnan math.isinf"


@register(*COMPARISONS.split(), *PLACES.split(), *ROUNDINGS.split(), *SHAPES.split(), *PYTHON.split(), structured=True)
def constant(args: tuple[Any, ...], kwargs: dict[str, Any], output: Any, upstream: Any) -> list[Any]:
    """The output does not change, or jumps."""
    return [None] * len(args)
