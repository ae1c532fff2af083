"""What training makes smaller, and the steps that are to be taken towards it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from numpy import ndarray

from chainrule.training.minibatches import Batches


@dataclass(frozen=True)
class Objective:
    """The kind of network and of loss.

    Attributes
    ----------
    activation : {"identity", "logistic", "tanh", "relu"}
        Of the hidden layers.
    output : {"softmax", "logistic", "identity", "exp"}
        Decides the loss too; see ``outputs.losses_of``.
    label_smoothing : float
        For softmax: the part of each target that is spread over all classes.
    dropout : float
        The share of hidden units that are left out.
    seed : int
        Decides which.
    """

    activation: str
    output: str
    label_smoothing: float = 0.0
    dropout: float = 0.0
    seed: int = 0


@dataclass(frozen=True)
class Steps:
    """K mini-batches, and what goes with each.

    Attributes
    ----------
    batches : Batches
    norms : ndarray of shape (K,)
        What the weighted sums over a batch are divided by: its summed weights, for a mean.
    rates : ndarray of shape (K,)
        Learning rates.
    regs : ndarray of shape (K,)
        The penalty is this times the sum of the squares of all weights.
    """

    batches: Batches
    norms: ndarray
    rates: ndarray
    regs: ndarray

    def __len__(self) -> int:
        return len(self.norms)

    def __getitem__(self, some: slice) -> Steps:
        """Return a range of the steps."""
        return Steps(self.batches[some], self.norms[some], self.rates[some], self.regs[some])

    def split(self, length: int) -> Iterator[Steps]:
        """Yield them some at a time."""
        for first in range(0, len(self), length):
            yield self[first : first + length]
