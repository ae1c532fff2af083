"""The rows that a network is fitted to: dense or sparse inputs, targets and weights, and mini-batches of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float, Float64, Int64, Integer
from numpy import ndarray
from scipy.sparse import issparse

from chainrule.errors import InputError
from chainrule.estimator.steps import Steps
from chainrule.training.minibatches import Batches

DENSE_BYTES = 2**23
"""About how much of a sparse matrix is made dense at a time; never less than a mini-batch."""


@dataclass(frozen=True)
class Rows:
    """N examples.

    Attributes
    ----------
    X : ndarray or sparse CSR matrix of shape (N, D)
        Inputs in the precision of the parameters; C-contiguous.
    targets : ndarray
        (N,) int64 numbers of classes where the output is a softmax, otherwise (N, outputs) in the precision of X.
    weights : ndarray of shape (N,), float64, or None
        How much each example counts; None for all the same.
    """

    X: Any
    targets: Int64[ndarray, " N"] | Float[ndarray, "N outputs"]
    weights: Float64[ndarray, " N"] | None = None

    def __len__(self) -> int:
        return int(self.X.shape[0])

    def take(self, index: Int64[ndarray, " n"]) -> Rows:
        """Return the rows that ``index`` names, in its order."""
        return Rows(self.X[index], self.targets[index], None if self.weights is None else self.weights[index])

    def weight_sums(self, batches: Batches) -> Float64[ndarray, " K"]:
        """Return how much each mini-batch counts (K,)."""
        if self.weights is None:
            return np.diff(batches.starts).astype(np.float64)
        return np.add.reduceat(self.weights[batches.rows], batches.starts[:-1])

    def weighty(self, batches: Batches) -> Batches:
        """Return the mini-batches without those in which nothing counts: they have no mean.

        Raises
        ------
        InputError
            If more is taken away from one than counts in it, or nothing counts in all of them.
        """
        if self.weights is None:
            return batches
        sums = self.weight_sums(batches)
        if sums.min() < 0 or not sums.any():
            expected = "a sum of at least 0 in every mini-batch, and above 0 in some"
            raise InputError("sample_weight", expected=expected, got=f"{sums.min():g}")
        if sums.all():
            return batches
        chosen = [batches.batch(k) for k in np.flatnonzero(sums).tolist()]
        return Batches(np.concatenate(chosen), np.cumsum([0, *map(len, chosen)]))

    def dense(self, steps: Steps) -> Iterator[tuple[Rows, Steps]]:
        """Yield the steps with rows that are dense: all at once, or of sparse ones some at a time.

        Yields
        ------
        tuple of (Rows, Steps)
            Some of the steps, their mini-batches counted in the rows beside them.
        """
        if not issparse(self.X):
            yield self, steps
            return
        starts, first = steps.batches.starts, 0
        room = DENSE_BYTES // (self.X.shape[1] * self.X.dtype.itemsize)
        while first < len(steps):
            last = int(np.searchsorted(starts, starts[first] + room, side="right")) - 1
            some = slice(first, min(max(last, first + 1), len(steps)))
            chosen = steps[some]
            rows = self.take(chosen.batches.rows)
            batches = Batches(np.arange(len(rows)), chosen.batches.starts)
            yield Rows(rows.X.toarray(), rows.targets, rows.weights), replace(chosen, batches=batches)
            first = some.stop


def epoch_batches(order: Integer[ndarray, " N"], batch_size: int) -> Batches:
    """Cut an order of rows into mini-batches; the last one is smaller where they do not divide evenly."""
    starts = np.minimum(np.arange(-(-len(order) // batch_size) + 1) * batch_size, len(order))
    return Batches(np.ascontiguousarray(order, np.int64), starts.astype(np.int64))
