"""What a value is: the gradient of which forward value, and how many times that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from chainrule.checking.judge import Point

MOST = 6000
"""Truths that values are compared with."""

CLOSE = 1e-9


class Key(NamedTuple):
    """Which truth: of a value as it was made, as an event left it, or the part that reaches it through an event."""

    kind: str
    number: int
    node: int = -1


@dataclass(frozen=True)
class Label:
    """``scale`` times the truth ``key``."""

    key: Key
    scale: float


class Truths:
    """The truths of all points, by shape, to compare values with."""

    def __init__(self, points: Sequence[Point]) -> None:
        self._values: dict[Key, list[ndarray]] = {}
        self._tables: dict[tuple[int, ...], tuple[list[Key], ndarray]] = {}
        first = points[0].gradients
        for node in first.made:
            self._add(Key("made", node), [point.gradients.made.get(node) for point in points])
        for event in first.written:
            self._add(Key("written", event), [point.gradients.written.get(event) for point in points])
        for event, node in first.parts:
            self._add(Key("part", event, node), [point.gradients.parts.get((event, node)) for point in points])
        self._prepare()

    def _add(self, key: Key, values: Sequence[Any]) -> None:
        if len(self._values) >= MOST or any(value is None for value in values):
            return
        arrays = [np.asarray(value, float) for value in values]
        if all(np.all(np.isfinite(one)) for one in arrays) and any(np.any(one) for one in arrays):
            self._values[key] = arrays

    def _prepare(self) -> None:
        by_shape: dict[tuple[int, ...], list[Key]] = {}
        for key, arrays in self._values.items():
            by_shape.setdefault(arrays[0].shape, []).append(key)
        for shape, keys in by_shape.items():
            rows = np.stack([np.concatenate([one.ravel() for one in self._values[key]]) for key in keys])
            self._tables[shape] = keys, rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def of_shape(self, shape: tuple[int, ...]) -> list[Key]:
        """Return the truths of a shape."""
        return self._tables[shape][0] if shape in self._tables else []

    def value(self, key: Key, point: int = 0) -> ndarray:
        """Return a truth at one point."""
        return self._values[key][point]

    def label(self, values: Sequence[Any]) -> Label | None:
        """Return what a value, given at all points, is; None if it is no truth that is known."""
        arrays = [np.asarray(one, float) for one in values]
        table = self._tables.get(arrays[0].shape)
        if table is None or any(one.shape != arrays[0].shape for one in arrays):
            return None
        keys, rows = table
        flat = np.concatenate([one.ravel() for one in arrays])
        size = float(np.linalg.norm(flat))
        if not np.isfinite(size) or size < 1e-14 or len(flat) != rows.shape[1] or len(flat) < 2:
            return None
        products = rows @ flat / size
        best = int(np.argmax(np.abs(products)))
        if 1 - abs(products[best]) > CLOSE:
            return None
        truth = np.concatenate([one.ravel() for one in self._values[keys[best]]])
        scale = float(truth @ flat / (truth @ truth))
        if np.max(np.abs(flat - scale * truth)) > 1e-6 * np.max(np.abs(flat)):
            return None
        return Label(keys[best], scale)
