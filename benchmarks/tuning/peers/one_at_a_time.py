"""The engine of ``chainrule train``, one network after the other."""

from __future__ import annotations

import numpy as np
from numpy import ndarray
from threadpoolctl import threadpool_limits

from benchmarks.tuning.grid import Grid, Setting
from chainrule.engine.compiled import CompiledEngine
from chainrule.network.evaluate import evaluate
from chainrule.network.initial import initial_parameters
from chainrule.network.parameters import Architecture
from chainrule.training.engine import StepSettings, Weights
from chainrule.training.minibatches import epoch_batches
from chainrule.training.rules import RuleSettings


class Peer:
    """Each network by one call of the engine an epoch, with as many threads as are fastest for it."""

    def __init__(self, grid: Grid, threads: int) -> None:
        self._grid, self._threads, self._engine = grid, min(threads, grid.threads_alone), CompiledEngine()

    def rehearse(self) -> None:
        """Load what is compiled."""
        with threadpool_limits(self._threads, user_api="blas"):
            self._train(self._grid.settings[0], 1)

    def search(self) -> ndarray:
        """Train each, and measure it."""
        with threadpool_limits(self._threads, user_api="blas"):
            return np.array([self._train(setting, self._grid.epochs) for setting in self._grid.settings])

    def _train(self, setting: Setting, epochs: int) -> float:
        grid, data = self._grid, self._grid.data
        architecture = Architecture(data.input_size, (grid.hidden,), data.dataset.n_classes)
        parameters = initial_parameters(architecture, "glorot", 0, np.float32)
        weights = Weights(parameters, np.zeros((0, parameters.buffer.size), np.float32))
        settings = StepSettings(setting.reg, "sgd", RuleSettings())
        for epoch in range(epochs):
            batches = epoch_batches(grid.rows, grid.batch_size, "permutation", 0, epoch)
            rates = np.full(len(batches), setting.learning_rate)
            self._engine.run(weights, data.train.features, data.train.y, batches, rates, settings)
        return evaluate(parameters, data.validation, self._engine.forward).accuracy
