"""The grids that ``benchmarks.tune`` times, and the same data for all who search them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy import ndarray

from benchmarks.whole_runs import Inputs
from chainrule.data.features import Subset
from chainrule.data.open import open_data
from chainrule.data.prepared import PreparedData, prepare


@dataclass(frozen=True)
class Setting:
    """One point of a grid; ``reg`` is chainrule's, before the squares of the weights and without a half."""

    learning_rate: float
    reg: float


@dataclass(frozen=True)
class Grid:
    """A network and the settings to train it with, by plain SGD from Glorot's weights.

    Attributes
    ----------
    name, source : str
    hidden, batch_size, epochs : int
    learning_rates, regs : tuple of float
    most_rows : int
        Training rows that are used.
    threads_alone : int
        Of one network by itself.
    """

    name: str
    source: str
    hidden: int
    batch_size: int
    epochs: int
    learning_rates: tuple[float, ...]
    regs: tuple[float, ...]
    most_rows: int
    threads_alone: int

    @property
    def settings(self) -> list[Setting]:
        """All points, in an order that is everyone's."""
        return [Setting(*point) for point in product(self.learning_rates, self.regs)]

    @cached_property
    def data(self) -> PreparedData:
        """Return the data as chainrule holds them, inputs of unit variance."""
        return prepare(open_data(self.source), "mean,std")

    @cached_property
    def rows(self) -> ndarray:
        """The training rows."""
        return self.data.train.sample(self.most_rows, np.random.default_rng(0)).index

    @property
    def steps(self) -> int:
        """Of one network."""
        return self.epochs * -(-len(self.rows) // self.batch_size)

    def inputs(self) -> Inputs:
        """Return training and validation inputs in float32, as a peer holds them."""
        train = Subset(self.data.train.features, self.data.train.y, self.rows)
        validation = self.data.validation
        return Inputs(gathered(train), train.labels, gathered(validation), validation.labels)


def digits() -> Grid:
    """The embedded digits: small products, much between them."""
    rates, regs = tuple(np.geomspace(0.01, 0.5, 8).tolist()), (0.0, 1e-5, 1e-4, 1e-3)
    return Grid("digits 64-32-10, batch 32", "digits", 32, 32, 20, rates, regs, 10**9, 1)


def cifar10(source: str) -> Grid:
    """Ten thousand images of CIFAR-10: large products."""
    rates, regs = tuple(np.geomspace(1e-3, 0.05, 8).tolist()), tuple(np.geomspace(1e-5, 1e-1, 8).tolist())
    return Grid("CIFAR-10 3072-50-10, batch 200", source, 50, 200, 5, rates, regs, 10_000, 2)


def gathered(part: Subset) -> ndarray:
    """Return the inputs of a part of the data in float32."""
    return np.concatenate([X for X, _ in part.batches(1000, np.float32)])
