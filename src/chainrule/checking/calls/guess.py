"""What an argument may be: drawn anew for every call."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Shape = tuple[int, ...]


@dataclass
class Guess:
    """One value to hand to a program."""

    kind: str
    """``array``, ``unit`` (between 0 and 1), ``labels``, ``one-hot``, ``binary``; ``number``, ``whole`` (a size),
    ``sizes``, ``value`` (as it is); ``entries`` (a dictionary), ``items`` (a tuple or list)."""
    shape: Shape = ()
    value: Any = None
    high: int = 0
    """Of labels: how many classes."""
    parts: dict[Any, Guess] = field(default_factory=dict)
    """Of ``entries`` (a dictionary) and of ``items`` (a tuple, or a list if ``value`` says so)."""
    absent: bool = False
    """Of labels: whether one class does not occur."""

    def copied(self) -> Guess:
        """Return one that can be changed without changing this one."""
        return copy.deepcopy(self)

    def renamed(self, sizes: Mapping[int, int]) -> Guess:
        """Return the same with other sizes in the place of some."""
        new = self.copied()
        new.shape = tuple(sizes.get(n, n) for n in self.shape)
        new.high = sizes.get(self.high, self.high)
        new.parts = {key: one.renamed(sizes) for key, one in self.parts.items()}
        if self.kind == "whole":
            new.value = sizes.get(self.value, self.value)
        elif self.kind == "sizes":
            new.value = [sizes.get(n, n) for n in self.value]
        return new

    def all(self) -> list[Guess]:
        """Return it and all its parts."""
        return [self, *(inner for one in self.parts.values() for inner in one.all())]


def drawn(guess: Guess, random: np.random.Generator) -> Any:
    """Return a value of this kind."""
    kind, shape = guess.kind, guess.shape
    if kind in ("array", "unit"):
        values = 0.15 + 0.7 * random.random(shape) if kind == "unit" else _away_from_zero(random.normal(size=shape))
        return values if shape else float(values)
    if kind == "labels":
        return _classes(guess, random, int(np.prod(shape))).reshape(shape)
    if kind == "one-hot":
        return _one_hot(guess, random)
    if kind == "binary":
        flat = np.arange(int(np.prod(shape))) % 2
        return random.permutation(flat).astype(float).reshape(shape)
    if kind == "entries":
        return {key: drawn(one, random) for key, one in guess.parts.items()}
    if kind == "items":
        values_ = [drawn(one, random) for one in guess.parts.values()]
        return values_ if guess.value is list else tuple(values_)
    return copy.deepcopy(guess.value)


def _away_from_zero(values: Any) -> Any:
    """Return numbers of unit scale, none near zero, where activations have their kink."""
    return 0.6 * values + 0.05 * np.sign(values)


def _classes(guess: Guess, random: np.random.Generator, count: int) -> Any:
    high = max(guess.high, 1)
    kept = [n for n in range(high) if not (guess.absent and high > 2 and n == 1)]
    if not guess.absent and count > high > 1:
        kept = [*kept, high - 1]  # some class more often than others
    start = [high - 1] + [kept[n % len(kept)] for n in range(count - 1)]
    return random.permutation(np.array(start[:count], dtype=int))


def _one_hot(guess: Guess, random: np.random.Generator) -> Any:
    """Return a table of ones, with the classes along the axis that ``value`` says."""
    axis = guess.value or 0
    if guess.shape[axis] == 1:
        return drawn(Guess("binary", guess.shape), random)
    high, count = guess.shape[axis], int(np.prod(guess.shape)) // guess.shape[axis]
    picked = np.eye(high)[_classes(Guess("labels", (count,), high=high, absent=guess.absent), random, count)]
    others = tuple(n for i, n in enumerate(guess.shape) if i != axis)
    return np.moveaxis(picked.reshape((*others, high)), -1, axis).copy()


Guesses = dict[str, Guess]
"""By the name under which a value is handed in."""


@dataclass
class Palette:
    """Sizes of axes by letter, all different."""

    letters: dict[str, int]
    spare: list[int]
    known: dict[str, int] = field(default_factory=dict)

    def size(self, letter: str) -> int:
        """Return the size of an axis, the same whenever it is asked for."""
        if letter not in self.known:
            self.known[letter] = self.letters.get(letter) or self.spare.pop(0)
        return self.known[letter]


VARIANTS: tuple[dict[str, Any], ...] = (
    {
        "number": 0, "N": 5, "D": 4, "H": 6, "C": 3, "T": 7, "E": 2, "G": 8, "reg": 0.0, "absent": False,
        "stride": 2, "pad": 1, "window": 3,
        "batch": 2, "channels": 4, "height": 5, "width": 7, "filters": 6, "kernel": 3,
    },
    {
        "number": 1, "N": 7, "D": 6, "H": 5, "C": 4, "T": 3, "E": 3, "G": 9, "reg": 0.3, "absent": True,
        "stride": 1, "pad": 0, "window": 2,
        "batch": 2, "channels": 7, "height": 4, "width": 6, "filters": 5, "kernel": 3,
    },
    {
        "number": 2, "N": 6, "D": 8, "H": 4, "C": 5, "T": 2, "E": 4, "G": 7, "reg": 0.05, "absent": True,
        "stride": 2, "pad": 0, "window": 3,
        "batch": 2, "channels": 4, "height": 7, "width": 5, "filters": 6, "kernel": 3,
    },
)  # fmt: skip
"""Sizes and settings of the calls that are made; windows overlap."""

EASY_VARIANT: dict[str, Any] = {
    **VARIANTS[0],
    "height": 6,
    "width": 4,
    "window": 2,
    "stride": 2,
    "pad": 0,
    "kernel": 2,
    "reg": 0.0,
}
"""Where windows neither overlap nor leave anything over."""


def palette(variant: dict[str, Any]) -> Palette:
    """Return the sizes of a variant."""
    spare = [n for n in range(8, 24) if n not in [variant[letter] for letter in "NDHCTEG"]]
    return Palette({key: value for key, value in variant.items() if isinstance(value, int)}, spare)
