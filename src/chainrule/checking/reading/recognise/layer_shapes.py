"""The shapes that the arguments of a single layer's forward may have, told from their names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from chainrule.checking.experiment import Sizes

LAYER_SIZES = (Sizes(5, 6, (4,), 3), Sizes(3, 8, (5,), 4), Sizes(7, 4, (6,), 5))
"""D is even, so that an example may also be a small table of 2 by D/2 numbers."""

Shape = tuple[int, ...]
Shapes = dict[str, str]
"""By argument: its axes. N, D, H as in the sizes; E is D/2; 4H is four times H; a number is itself."""

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

OVERLAPPING: dict[str, dict[str, Any]] = {"pool": {"stride": 1}}
"""What windows that overlap have besides, in the last of the sizes, where the forward pass is right for them."""

DENSE: list[Shapes] = [
    {"x": "N 2 E", "w": "D H", "b": "H"},
    {"x": "N D", "w": "D H", "b": "H"},
    {"x": "N D", "w": "D H", "b": "1 H"},
    {"x": "D N", "w": "H D", "b": "H 1"},
    {"x": "D N", "w": "D H", "b": "H 1"},
]
ALIKE: list[Shapes] = [{"x": "N D"}, {"x": "N H 2 3"}]
NORMALISED: list[Shapes] = [
    {"x": "N D", "gamma": "D", "beta": "D"},
    {"x": "D N", "gamma": "D 1", "beta": "D 1"},
    {"x": "N 3 4 2", "gamma": "3", "beta": "3"},
    {"x": "N 4 3 2", "gamma": "1 4 1 1", "beta": "1 4 1 1"},
]
IMAGES: list[Shapes] = [
    {"x": "2 3 6 4", "w": "5 3 3 3", "b": "5"},
    {"x": "2 6 4 3", "w": "3 3 3 5", "b": "1 1 1 5"},
]
RECURRENT: list[Shapes] = [
    {"x": "N D", "prevh": "N H", "wx": "D H", "wh": "H H", "b": "H"},
    {"x": "N D", "prevh": "N H", "prevc": "N H", "wx": "D 4H", "wh": "H 4H", "b": "4H"},
    {"x": "N 2 D", "h0": "N H", "wx": "D H", "wh": "H H", "b": "H"},
    {"x": "N 2 D", "h0": "N H", "wx": "D 4H", "wh": "H 4H", "b": "4H"},
]

SAME = {
    "weight": "w", "weights": "w", "kernel": "w", "filters": "w", "bias": "b", "biases": "b",
    "input": "x", "inputs": "x", "z": "x", "a": "x", "aprev": "x", "scores": "x", "xin": "x", "h": "x", "data": "x",
    "features": "x", "inp": "x", "f": "x", "s": "x", "logits": "x", "u": "x", "v": "x", "prevhidden": "prevh",
    "hprev": "prevh", "inputdata": "x", "zin": "x",
}  # fmt: skip


def thing(name: str) -> str:
    """Return the letter for an argument: ``x``, ``w``, ``b``, ``gamma``…"""
    plain = name.lower().replace("_", "")
    return plain if plain == "h0" else SAME.get(plain.rstrip("0123456789"), plain.rstrip("0123456789"))


def settings(name: str, *, overlapping: bool = False) -> dict[str, Any] | None:
    """Return a dictionary of settings for an argument like ``conv_param``, or None if it is none."""
    if not re.search(r"param|config|hparam", name.lower()):
        return None
    key = next((key for key in SETTINGS if name.lower().startswith(key)), None)
    return None if key is None else {**SETTINGS[key], **(OVERLAPPING.get(key, {}) if overlapping else {})}


def possible(layer: str, things: list[str]) -> Iterator[Shapes]:
    """Yield the shapes that may fit a layer of this name whose float arguments are these, the likeliest first."""
    known = [*DENSE, *ALIKE, *NORMALISED, *RECURRENT]
    for shapes in [*IMAGES, *known] if IMAGE.search(layer) else [*known, *IMAGES]:
        if set(things) <= set(shapes) and len(set(things)) == len(things):
            yield shapes


def lengths(axes: str, sizes: Sizes) -> Shape:
    """Return the shape that axes have at some sizes."""
    H = sizes.hidden[0]
    letters = {"N": sizes.N, "D": sizes.D, "E": sizes.D // 2, "H": H, "4H": 4 * H}
    return tuple(letters[axis] if axis in letters else int(axis) for axis in axes.split())


def drawn(rng: np.random.Generator, shape: Shape) -> Any:
    """Return the numbers of one argument: of unit scale, none near zero, where activations have their kink."""
    values = rng.normal(size=shape)
    return values + 0.05 * np.sign(values)
