"""What everybody searches: a space of settings of one hidden layer, on the same rows, and how it is asked."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from benchmarks.tuning.grid import gathered
from benchmarks.whole_runs import Inputs
from chainrule.data.open import open_data
from chainrule.data.prepared import PreparedData, prepare


@dataclass(frozen=True)
class Point:
    """One setting; ``reg`` is chainrule's, before the squares of the weights and without a half."""

    learning_rate: float
    reg: float
    hidden: int
    batch_size: int


@dataclass(frozen=True)
class Contest:
    """Plain SGD at a rate that stays, inputs of unit variance, ranked by the validation rows of ``chainrule train``.

    Attributes
    ----------
    source : str
    learning_rates, regs : tuple of float
        From where to where, evenly in the logarithm.
    hidden, batch_sizes : tuple of int
        What to choose from.
    epochs : int
        Of a whole training.
    """

    source: str
    learning_rates: tuple[float, float] = (1e-3, 0.3)
    regs: tuple[float, float] = (1e-6, 1e-2)
    hidden: tuple[int, ...] = (64, 128, 256, 512)
    batch_sizes: tuple[int, ...] = (64, 128, 256)
    epochs: int = 30

    @cached_property
    def data(self) -> PreparedData:
        """The data as chainrule holds them."""
        return prepare(open_data(self.source), "mean,std")

    def inputs(self) -> Inputs:
        """Return training and validation inputs in float32, as a peer holds them."""
        train, validation = self.data.train, self.data.validation
        return Inputs(gathered(train), train.labels, gathered(validation), validation.labels)


class Told:
    """Takes down when a network was measured, and how accurate it was: ``told(accuracy)``."""

    def __init__(self, seconds: float) -> None:
        self.points: list[tuple[float, float]] = []
        self.seconds, self._began = seconds, time.time()

    def __call__(self, accuracy: float, at: float | None = None) -> None:
        """Note an accuracy that was measured now, or at a time of day."""
        self.points.append(((at or time.time()) - self._began, accuracy))

    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.time() >= self._began + self.seconds


class Peer(Protocol):
    """Made from a :class:`Contest` and the number of threads, or of processes."""

    def rehearse(self) -> None:
        """Do a little of everything, so that what is set up on first use is in nobody's time."""

    def search(self, seed: int, told: Told) -> None:
        """Search until the time is up, and tell of every validation accuracy when it is known."""


PEERS = {
    "population": "chainrule tune",
    "one_at_a_time": "chainrule's engine, one network at a time, Optuna",
    "optuna_torch": "PyTorch, one network at a time, Optuna",
    "scikit_learn": "scikit-learn, HalvingRandomSearchCV",
}
"""Their names, which are those of their modules, and what figure and table call them."""
