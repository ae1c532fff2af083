"""The shapes that the arguments of a single layer's forward may have, told from their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from chainrule.checking.experiment import Sizes

LAYER_SIZES = (Sizes(5, 6, (4,), 3), Sizes(3, 8, (5,), 4), Sizes(7, 4, (6,), 5))
"""D is even, so that an example may also be a small table of 2 by D/2 numbers."""

Shape = tuple[int, ...]
Shapes = dict[str, Callable[[Sizes], Shape]]
IMAGE = re.compile(r"conv|pool|spatial|img|im2col", re.IGNORECASE)

SETTINGS: dict[str, dict[str, Any]] = {
    "bn": {"mode": "train", "eps": 1e-5, "momentum": 0.9},
    "ln": {"eps": 1e-5},
    "gn": {"eps": 1e-5},
    "dropout": {"mode": "train", "p": 0.7, "seed": 3},
    "conv": {"stride": 1, "pad": 1},
    "pool": {"pool_height": 2, "pool_width": 2, "stride": 2},
}
"""What a dictionary of settings holds, by the beginning of its name (``bn_param``)."""

DENSE: list[Shapes] = [
    {"x": lambda s: (s.N, 2, s.D // 2), "w": lambda s: (s.D, s.hidden[0]), "b": lambda s: (s.hidden[0],)},
    {"x": lambda s: (s.N, s.D), "w": lambda s: (s.D, s.hidden[0]), "b": lambda s: (s.hidden[0],)},
    {"x": lambda s: (s.N, s.D), "w": lambda s: (s.D, s.hidden[0]), "b": lambda s: (1, s.hidden[0])},
    {"x": lambda s: (s.D, s.N), "w": lambda s: (s.hidden[0], s.D), "b": lambda s: (s.hidden[0], 1)},
    {"x": lambda s: (s.D, s.N), "w": lambda s: (s.D, s.hidden[0]), "b": lambda s: (s.hidden[0], 1)},
]
ALIKE: list[Shapes] = [
    {"x": lambda s: (s.N, s.D)},
    {"x": lambda s: (s.N, s.hidden[0], 2, 3)},
]
NORMALISED: list[Shapes] = [
    {"x": lambda s: (s.N, s.D), "gamma": lambda s: (s.D,), "beta": lambda s: (s.D,)},
    {"x": lambda s: (s.D, s.N), "gamma": lambda s: (s.D, 1), "beta": lambda s: (s.D, 1)},
    {"x": lambda s: (s.N, 3, 4, 2), "gamma": lambda s: (3,), "beta": lambda s: (3,)},
    {"x": lambda s: (s.N, 4, 3, 2), "gamma": lambda s: (1, 4, 1, 1), "beta": lambda s: (1, 4, 1, 1)},
]
IMAGES: list[Shapes] = [
    {"x": lambda s: (2, 3, 6, 4), "w": lambda s: (5, 3, 3, 3), "b": lambda s: (5,)},
    {"x": lambda s: (2, 6, 4, 3), "w": lambda s: (3, 3, 3, 5), "b": lambda s: (1, 1, 1, 5)},
]
RECURRENT: list[Shapes] = [
    {
        "x": lambda s: (s.N, s.D),
        "prevh": lambda s: (s.N, s.hidden[0]),
        "prevc": lambda s: (s.N, s.hidden[0]),
        "wx": lambda s, k=k: (s.D, k * s.hidden[0]),
        "wh": lambda s, k=k: (s.hidden[0], k * s.hidden[0]),
        "b": lambda s, k=k: (k * s.hidden[0],),
    }
    for k in (1, 4)
] + [
    {
        "x": lambda s: (s.N, 2, s.D),
        "h0": lambda s: (s.N, s.hidden[0]),
        "wx": lambda s, k=k: (s.D, k * s.hidden[0]),
        "wh": lambda s, k=k: (s.hidden[0], k * s.hidden[0]),
        "b": lambda s, k=k: (k * s.hidden[0],),
    }
    for k in (1, 4)
]

SAME = {
    "weight": "w", "weights": "w", "kernel": "w", "filters": "w", "bias": "b", "biases": "b",
    "input": "x", "inputs": "x", "z": "x", "a": "x", "aprev": "x", "scores": "x", "xin": "x", "h": "x", "data": "x",
    "features": "x", "inp": "x", "f": "x", "s": "x", "logits": "x", "u": "x", "v": "x", "prevhidden": "prevh",
    "hprev": "prevh", "inputdata": "x", "zin": "x",
}  # fmt: skip


def thing(name: str) -> str:
    """Return the letter for an argument: ``x``, ``w``, ``b``, ``gamma``…"""
    plain = re.sub(r"\d+$", "", name.lower().replace("_", "")) if name.lower() not in ("h0",) else name.lower()
    return SAME.get(plain, plain)


def settings(name: str) -> dict[str, Any] | None:
    """Return a dictionary of settings for an argument like ``conv_param``, or None if it is none."""
    if not re.search(r"param|config|hparam", name.lower()):
        return None
    return next((dict(value) for key, value in SETTINGS.items() if name.lower().startswith(key)), None)


def possible(layer: str, things: list[str]) -> Iterator[Shapes]:
    """Yield the shapes that may fit a layer of this name whose float arguments are these, the likeliest first."""
    known = [*DENSE, *ALIKE, *NORMALISED, *RECURRENT]
    for shapes in [*IMAGES, *known] if IMAGE.search(layer) else [*known, *IMAGES]:
        if set(things) <= set(shapes) and len(set(things)) == len(things):
            yield shapes


def drawn(rng: np.random.Generator, shape: Shape) -> Any:
    """Return the numbers of one argument: of unit scale, none near zero, where activations have their kink."""
    values = rng.normal(size=shape)
    return values + 0.05 * np.sign(values)
