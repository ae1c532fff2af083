"""Optuna over the engine of ``chainrule train``, on all threads."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.tuning.equal_time import optuna_loop
from benchmarks.tuning.equal_time.contest import Contest, Point, Told
from chainrule.engine.compiled import CompiledEngine
from chainrule.network.evaluate import evaluate
from chainrule.network.initial import initial_parameters
from chainrule.network.parameters import Architecture
from chainrule.training.engine import StepSettings, Weights
from chainrule.training.minibatches import epoch_batches
from chainrule.training.rules import RuleSettings


class Peer:
    """See :class:`benchmarks.tuning.equal_time.contest.Peer`."""

    def __init__(self, contest: Contest, threads: int) -> None:
        self._contest, self._threads, self._engine = contest, threads, CompiledEngine()
        _ = contest.data

    def rehearse(self) -> None:
        """Load what is compiled."""
        next(self._train(Point(0.01, 1e-6, self._contest.hidden[0], self._contest.batch_sizes[-1])))

    def search(self, seed: int, told: Told) -> None:
        """Search as Optuna does."""
        with threadpool_limits(self._threads, user_api="blas"):
            optuna_loop.search(self._contest, self._train, seed, told)

    def _train(self, point: Point) -> Iterator[float]:
        data = self._contest.data
        architecture = Architecture(data.input_size, (point.hidden,), data.dataset.n_classes)
        parameters = initial_parameters(architecture, "glorot", 0, np.float32)
        weights = Weights(parameters, np.zeros((0, parameters.buffer.size), np.float32))
        settings = StepSettings(point.reg, "sgd", RuleSettings())
        for epoch in range(self._contest.epochs):
            batches = epoch_batches(data.train.index, point.batch_size, "permutation", 0, epoch)
            rates = np.full(len(batches), point.learning_rate)
            losses = self._engine.run(weights, data.train.features, data.train.y, batches, rates, settings)
            if not np.isfinite(losses).all():  # it diverged
                yield 0.0
                return
            yield evaluate(parameters, data.validation, self._engine.forward).accuracy
