"""Parameters for functions that take them as arguments, when the program has no function that makes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Sizes


@dataclass(frozen=True)
class Layout:
    """How weights and biases lie in memory."""

    inputs_first: bool
    """Whether weights are (inputs, outputs)."""
    bias: str
    """``flat`` (H,), ``row`` (1, H), ``column`` (H, 1), ``number``, or ``inside`` of the weights."""


WITH_BIAS = [
    Layout(first, bias)
    for first, bias in (
        *((True, "flat"), (False, "column"), (True, "row"), (False, "flat"), (False, "row"), (True, "column")),
        *((True, "number"), (False, "number")),
    )
]
WITHOUT_BIAS = [Layout(True, "flat"), Layout(False, "flat"), Layout(True, "inside"), Layout(False, "inside")]


def is_bias(name: str) -> bool:
    """Whether a parameter of this name is a bias."""
    return name.lower().startswith("b") or "bias" in name.lower() or "intercept" in name.lower()


def in_order(names: Iterable[str]) -> list[str]:
    """Return names by the number at their end; without numbers in the order in which they came."""
    unique = list(dict.fromkeys(names))
    numbers = [re.search(r"(\d+)$", name) for name in unique]
    if all(numbers):
        return sorted(unique, key=lambda name: int(re.search(r"(\d+)$", name)[1]))  # type: ignore[index]
    return unique


def layouts(names: list[str]) -> list[Layout]:
    """Return the layouts that parameters of these names may have, the likeliest first."""
    if not any(is_bias(name) for name in names):
        return WITHOUT_BIAS
    weights = sum(not is_bias(name) for name in names)
    return WITH_BIAS if weights == 1 else WITH_BIAS[:6]


def depth(names: list[str]) -> int:
    """Return how many hidden layers a network with these parameters has."""
    return max(sum(not is_bias(name) for name in names) - 1, 0)


def made(names: list[str], layout: Layout, sizes: Sizes) -> dict[str, ndarray]:
    """Return arrays of the shapes that the layout gives to these parameters."""
    weights = [name for name in names if not is_bias(name)]
    biases = [name for name in names if is_bias(name)]
    widths = [sizes.D, *sizes.hidden[: len(weights) - 1], sizes.C]
    extra = int(layout.bias == "inside")
    shapes: dict[str, tuple[int, ...]] = {}
    for name, (inputs, outputs) in zip(weights, pairwise(widths), strict=False):
        shapes[name] = (inputs + extra, outputs) if layout.inputs_first else (outputs, inputs + extra)
    for name, width in zip(biases, widths[1:], strict=False):
        shapes[name] = {"flat": (width,), "row": (1, width), "column": (width, 1)}.get(layout.bias, ())
    return {name: np.ones(shapes[name]) for name in names if name in shapes}


def fixed_sizes(arrays: list[ndarray]) -> list[tuple[Sizes, ...]]:
    """Return the sizes that a network of such parameters may have, one set for each way to read their shapes."""
    weights = [array for array in arrays if array.ndim == 2 and min(array.shape) > 0]
    matrices = [array for array in weights if min(array.shape) > 1] or weights
    if not matrices:
        return []
    (a, b), (c, d) = matrices[0].shape, weights[-1].shape
    widths = sorted({width for array in matrices for width in array.shape})
    hidden = tuple(width for width in widths if width not in (a, d)) or (b,)
    found: dict[tuple[int, int], tuple[Sizes, ...]] = {}
    for D, C in ((a, d), (b, c), (a - 1, d), (b - 1, c)):
        numbers = [N for N in (5, 7, 3, 11, 13, 6) if N not in (*widths, D)][:3]
        found.setdefault((D, C), tuple(Sizes(N, D, hidden, C) for N in numbers))
    return [sizes for (D, C), sizes in found.items() if D > 0 and C > 0]
