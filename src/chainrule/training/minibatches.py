"""In which order training sees its examples: a fresh permutation every epoch, or chance with replacement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64
from numpy import ndarray

from chainrule.randomness import Purpose, stream


@dataclass(frozen=True)
class Batches:
    """The mini-batches of some consecutive steps.

    Attributes
    ----------
    rows : ndarray of shape (E,), int64
        Row numbers of all mini-batches, one after the other.
    starts : ndarray of shape (K + 1,), int64
        Mini-batch k is ``rows[starts[k]:starts[k + 1]]``.
    """

    rows: Int64[ndarray, " E"]
    starts: Int64[ndarray, " _"]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, steps: slice) -> Batches:
        """Return the mini-batches of a range of steps."""
        first, last, _ = steps.indices(len(self))
        starts = self.starts[first : max(first, last) + 1]
        return Batches(self.rows[starts[0] : starts[-1]], starts - starts[0])

    def batch(self, k: int) -> Int64[ndarray, " n"]:
        """Return the row numbers of mini-batch k."""
        return self.rows[self.starts[k] : self.starts[k + 1]]


def steps_per_epoch(n: int, batch_size: int) -> int:
    """The steps that one pass over n examples takes; the last mini-batch is smaller where n is no multiple."""
    return -(-n // batch_size)


def epoch_batches(index: Int64[ndarray, " n"], batch_size: int, sampling: str, seed: int, epoch: int) -> Batches:
    """Draw the mini-batches of one epoch (counted from 0), from nothing but the seed and the epoch's number.

    Parameters
    ----------
    index : ndarray of shape (n,), int64
        The training rows.
    sampling : {"permutation", "replacement"}
        ``permutation`` shuffles the examples: each is seen once an epoch. ``replacement`` draws each mini-batch
        from all examples, as the reports do: in one epoch some are seen twice and a third (1/e) never.
    """
    rng = stream(seed, Purpose.ORDER, epoch)
    n, steps = len(index), steps_per_epoch(len(index), batch_size)
    if sampling == "permutation":
        return Batches(rng.permutation(index), np.minimum(np.arange(steps + 1) * batch_size, n))
    return Batches(rng.choice(index, steps * batch_size), np.arange(steps + 1) * batch_size)
