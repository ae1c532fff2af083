"""The steps of scikit-learn's training as the engine takes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from chainrule.data.features import Features
from chainrule.engine.compiled import CompiledEngine
from chainrule.network.parameters import Architecture
from chainrule.training.defaults import default_threads
from chainrule.training.engine import Engine, StepSettings, Weights
from chainrule.training.minibatches import Batches

if TYPE_CHECKING:
    from chainrule.estimator.rows import Rows


@dataclass(frozen=True)
class Steps:
    """K mini-batches, and what goes with each.

    Attributes
    ----------
    batches : Batches
    rates : ndarray of shape (K,)
        Learning rates.
    regs : ndarray of shape (K,)
        The penalty is this times the sum of the squares of all weights. scikit-learn's ``alpha`` is twice that times
        the summed weights of the mini-batch's rows, so a smaller last one has another.
    """

    batches: Batches
    rates: Float64[ndarray, " K"]
    regs: Float64[ndarray, " K"]

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, some: slice) -> Steps:
        """Return a range of the steps."""
        return Steps(self.batches[some], self.rates[some], self.regs[some])

    def split(self, length: int) -> Iterator[Steps]:
        """Yield them some at a time."""
        for first in range(0, len(self), length):
            yield self[first : first + length]


def engine_for(architecture: Architecture, batch_size: int) -> Engine:
    """Return an engine with no more threads than gain something."""
    return CompiledEngine(threads=default_threads(architecture.sizes, batch_size))


def take_steps(
    engine: Engine, weights: Weights, rows: Rows, steps: Steps, settings: StepSettings
) -> Float64[ndarray, "k 2"]:
    """Take the steps in one call of the engine, changing ``weights`` in place.

    Returns
    -------
    ndarray of shape (k, 2), float64
        Data loss and penalty of each step before its update. If a loss is no finite number it is the last, and the
        weights stay as they were before that step.
    """
    own = replace(settings, reg=steps.regs)
    losses = engine.run(weights, Features(rows.X), rows.targets, steps.batches, steps.rates, own, rows.weights)
    return np.column_stack([losses[:, 0], losses[:, 1:].sum(axis=1)])
