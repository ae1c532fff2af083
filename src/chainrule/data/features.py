"""Rows as a network is given them: gathered, shifted and scaled a mini-batch at a time, so pixels stay uint8."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int64
from numpy import ndarray
from numpy.typing import DTypeLike

from chainrule.data.given import GivenRows


@dataclass(frozen=True)
class Features:
    """N rows, and the affine map of each feature that makes a row an input: ``(X - shift) * factor``.

    Attributes
    ----------
    X : ndarray of shape (N, D), of any real type
    shift, factor : ndarray of shape (D,), float32, or None
        None stands for 0 and for 1.
    """

    X: GivenRows
    shift: Float32[ndarray, " D"] | None = None
    factor: Float32[ndarray, " D"] | None = None

    def gather(self, index: Int64[ndarray, " n"], dtype: DTypeLike) -> Float[ndarray, "n D"]:
        """Return the inputs (n, D) of the n rows that ``index`` names."""
        inputs = self.X[index].astype(dtype)
        if self.shift is not None:
            inputs -= self.shift
        if self.factor is not None:
            inputs *= self.factor
        return inputs


@dataclass(frozen=True)
class Subset:
    """The rows of one part of a split.

    Attributes
    ----------
    features : Features
        All rows of the file that the part was taken from.
    y : ndarray of shape (N,), int64
        Their labels.
    index : ndarray of shape (n,), int64
        The rows that belong to this part.
    """

    features: Features
    y: Int64[ndarray, " N"]
    index: Int64[ndarray, " n"]

    def __len__(self) -> int:
        return len(self.index)

    @property
    def labels(self) -> Int64[ndarray, " n"]:
        """The labels (n,) of this part alone."""
        return self.y[self.index]

    def batches(self, size: int, dtype: DTypeLike) -> Iterator[tuple[Float[ndarray, "n D"], Int64[ndarray, " n"]]]:
        """Yield inputs (at most ``size``, D) and labels in the order of ``index``."""
        for start in range(0, len(self.index), size):
            rows = self.index[start : start + size]
            yield self.features.gather(rows, dtype), self.y[rows]

    def sample(self, n: int, rng: np.random.Generator) -> Subset:
        """Return n rows of this part drawn without replacement, or the whole part if it has no more."""
        if n >= len(self):
            return self
        return Subset(self.features, self.y, np.sort(rng.choice(self.index, n, replace=False)))
