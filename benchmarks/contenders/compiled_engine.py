"""chainrule's compiled engine, called as the training loop calls it."""

from __future__ import annotations

import numpy as np
from numpy import ndarray
from threadpoolctl import threadpool_limits

from benchmarks.problems import BETA1, BETA2, EPSILON, MOMENTUM, REG, Task
from chainrule.data.features import Features
from chainrule.engine.compiled import CompiledEngine
from chainrule.network.parameters import Architecture, Parameters
from chainrule.training.defaults import default_threads
from chainrule.training.engine import Engine, StepSettings, Weights
from chainrule.training.minibatches import Batches
from chainrule.training.rules import RULES, RuleSettings

SETTINGS = RuleSettings(momentum=MOMENTUM, beta1=BETA1, beta2=BETA2, epsilon=EPSILON)


class Contender:
    """All steps in one call, on as many threads as a run chooses for these sizes (two at most, like everyone)."""

    def __init__(self, task: Task) -> None:
        problem = task.problem
        self._limit = threadpool_limits(
            min(task.threads, default_threads(problem.sizes, problem.batch_size)), user_api="blas"
        )
        self._task, self._engine = task, CompiledEngine()
        self._weights = start_weights(task, np.float32)
        self._features = Features(task.X)

    def reset(self) -> None:
        """Put the initial weights back."""
        self._weights.parameters.buffer[...] = self._task.start
        self._weights.moments[...] = 0
        self._weights.step = 0

    def run(self, order: ndarray) -> ndarray:
        """Take the steps."""
        return run_engine(self._engine, self._weights, self._features, self._task, order)

    def state(self) -> ndarray:
        """Return the buffer of parameters."""
        return self._weights.parameters.buffer


def start_weights(task: Task, dtype: type) -> Weights:
    """Return the task's initial weights as an engine takes them."""
    sizes = task.problem.sizes
    parameters = Parameters(Architecture(sizes[0], sizes[1:-1], sizes[-1]), task.start.astype(dtype))
    return Weights(parameters, np.zeros((RULES[task.problem.rule].n_moments, task.start.size), dtype))


def run_engine(engine: Engine, weights: Weights, features: Features, task: Task, order: ndarray) -> ndarray:
    """Have one of chainrule's engines take the steps; return their total losses."""
    steps, N = order.shape
    batches = Batches(order.reshape(-1), np.arange(steps + 1) * N)
    rates = np.full(steps, task.problem.rate)
    settings = StepSettings(REG, task.problem.rule, SETTINGS)
    return engine.run(weights, features, task.y, batches, rates, settings).sum(axis=1)
