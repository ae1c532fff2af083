"""The way into the compiled loop: arrays laid out for it, work space, threads."""

from __future__ import annotations

import threading
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy import ndarray
from threadpoolctl import ThreadpoolController

from chainrule.engine.layer_update import block_rows
from chainrule.engine.team import Team
from chainrule.engine.threads import Threads
from chainrule.engine.updates import CODES as RULE_CODES
from chainrule.estimator.compiled.activations import CODES as ACTIVATION_CODES
from chainrule.estimator.compiled.loop import run_steps
from chainrule.estimator.compiled.losses import CODES as OUTPUT_CODES
from chainrule.estimator.objective import Objective, Steps
from chainrule.estimator.optimizer import Optimizer
from chainrule.estimator.rows import Rows
from chainrule.network.parameters import Parameters
from chainrule.training.defaults import default_threads

_mine = threading.local()  # several fits may run in threads of one process: each has its own work space


def take_steps(parameters: Parameters, optimizer: Optimizer, rows: Rows, steps: Steps, objective: Objective) -> ndarray:
    """Take the steps in one call of compiled code, changing parameters and the optimizer in place.

    Returns
    -------
    ndarray of shape (k, 2), float64
        Data loss and penalty of each step before its update. If a loss is no finite number it is the last, and the
        parameters stay as they were before that step.
    """
    sizes, dtype, depth = parameters.architecture.sizes, parameters.dtype, parameters.architecture.depth
    N = int(np.diff(steps.batches.starts).max())
    threads = min(_threads().number(), default_threads(sizes, N))
    values = _work_space(N * (sum(sizes) + sum(sizes[1:-1])), dtype)
    gradients = np.empty((threads, _block_size(sizes)), dtype)
    sums, losses = np.zeros((2, threads, 1 + depth)), np.empty((len(steps), 2))
    numbers = optimizer.settings
    constants = np.array([numbers.momentum, numbers.rho, numbers.beta1, numbers.beta2, numbers.epsilon], dtype)
    softmax = objective.output == "softmax"
    arrays = [
        rows.X,
        rows.targets if softmax else np.empty(0, np.int64),
        np.empty(0, dtype) if softmax else rows.targets.reshape(-1),
        np.ones(len(rows)) if rows.weights is None else np.asarray(rows.weights, np.float64),
        steps.batches.rows,
    ]

    def work(team: Team) -> int:
        return run_steps(
            team, parameters.buffer, optimizer.moments.reshape(-1), optimizer.step, np.array(sizes, np.int64),
            *map(_read_only, arrays), steps.batches.starts, steps.norms, steps.rates, steps.regs,
            RULE_CODES[optimizer.rule], constants, ACTIVATION_CODES[objective.activation],
            OUTPUT_CODES[objective.output], float(objective.label_smoothing), float(objective.dropout), objective.seed,
            values, gradients[team.me], sums, losses,
        )  # fmt: skip

    with _blas().limit(limits=threads):
        losses = losses[: _threads().run(work, threads)]
    optimizer.step += int(np.isfinite(losses).all(axis=1).sum())
    return losses


@cache
def _blas() -> Any:
    """Return what holds BLAS to a number of threads; looking for it takes long."""
    return ThreadpoolController().select(user_api="blas")


def _threads() -> Threads:
    if not hasattr(_mine, "threads"):
        _mine.threads = Threads()
    threads: Threads = _mine.threads
    return threads


def _work_space(size: int, dtype: np.dtype[np.floating]) -> ndarray:
    """Return an array to compute in: that of the last call, if it is large enough."""
    values: ndarray | None = getattr(_mine, "values", None)
    if values is None or values.size < size or values.dtype != dtype:
        values = _mine.values = np.empty(size, dtype)
    return values


def _block_size(sizes: tuple[int, ...]) -> int:
    """Return how many entries of a gradient are formed at a time."""
    return max(max(outputs, min(inputs, int(block_rows(outputs))) * outputs) for inputs, outputs in pairwise(sizes))


def _read_only(array: ndarray) -> ndarray:
    """Return a plain read-only view, so that memory maps and arrays of both kinds share one compiled version."""
    view = np.ascontiguousarray(array).view(np.ndarray)
    view.flags.writeable = False
    return view
