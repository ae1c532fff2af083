"""The engine that runs: every step of a call in compiled code, on as many threads as BLAS may use."""

from __future__ import annotations

from itertools import accumulate, pairwise

import numpy as np
from numpy import ndarray

from chainrule.data.features import Features
from chainrule.engine.activations import CODES as ACTIVATIONS
from chainrule.engine.clock import SECTIONS, tick_seconds
from chainrule.engine.compiling import kept_versions
from chainrule.engine.door import check_forward, check_steps
from chainrule.engine.forward import Hidden, run_forward
from chainrule.engine.layer_update import block_rows
from chainrule.engine.losses import CODES as LOSSES
from chainrule.engine.losses import Objective
from chainrule.engine.steps import run_steps
from chainrule.engine.team import Team
from chainrule.engine.threads import Threads
from chainrule.engine.updates import CODES
from chainrule.network.parameters import Architecture, Parameters
from chainrule.training.engine import StepSettings, Weights
from chainrule.training.minibatches import Batches
from chainrule.training.rules import RULES


class CompiledEngine:
    """Mini-batch steps compiled by Numba, with the matrix products of SciPy's BLAS; see ``training.engine.Engine``.

    It computes on as many threads as BLAS is held to when it is called.

    Parameters
    ----------
    profile : bool
        Measure where the time goes; :attr:`profile` tells.
    threads : int, optional
        Compute on no more than so many.
    """

    name = "compiled"

    def __init__(self, profile: bool = False, threads: int | None = None) -> None:
        self._laps = np.zeros(len(SECTIONS) if profile else 0)
        self._threads = Threads(threads)
        self._values = np.empty(0)

    def run(
        self,
        weights: Weights,
        features: Features,
        y: ndarray,
        batches: Batches,
        learning_rates: ndarray,
        settings: StepSettings,
        sample_weight: ndarray | None = None,
    ) -> ndarray:
        """Take the steps in one call of compiled code.

        Raises
        ------
        InputError
            If shapes, dtypes, row numbers or labels do not fit together; nothing was changed.
        """
        check_steps(weights, features, y, batches, learning_rates, settings, sample_weight)
        architecture, dtype = weights.parameters.architecture, weights.parameters.dtype
        sizes, numbers = architecture.sizes, settings.rule_settings
        parts, threads = 1 + architecture.depth, self._threads.number()
        N = int(np.diff(batches.starts).max(initial=0))
        values = self._work_space(N * (sum(sizes) + sum(architecture.hidden_sizes)), dtype)
        gradients = np.empty((threads, _block_size(sizes)), dtype)
        sums, losses = np.zeros((2, threads, parts)), np.empty((len(batches), parts))
        constants, epsilons = _rule_numbers(settings, weights.step, len(batches), dtype)
        own_constants = np.tile(constants, (threads, 1))
        weight_decay = numbers.weight_decay if RULES[settings.rule].decays_weights else 0.0
        hidden = Hidden(ACTIVATIONS[architecture.activation], settings.dropout, settings.dropout_seed, 0)
        objective = _objective(architecture, y, batches, sample_weight, settings.label_smoothing, dtype)
        inputs, rows, regs = _inputs(features, dtype), _read_only(batches.rows), settings.regs(len(batches))

        def steps(team: Team) -> int:
            return run_steps(
                team, weights.parameters.buffer, weights.moments.reshape(-1), weights.step, np.array(sizes, np.int64),
                hidden, objective, *inputs, rows, batches.starts, learning_rates, regs, CODES[settings.rule],
                own_constants[team.me], epsilons, weight_decay, values, gradients[team.me], sums, losses,
                self._laps if team.me == 0 else self._laps[:0],
            )  # fmt: skip

        losses = losses[: self._threads.run(steps, threads)]
        weights.step += int(np.isfinite(losses).all(axis=1).sum())
        return losses

    def forward(self, parameters: Parameters, features: Features, rows: ndarray) -> list[ndarray]:
        """Run some rows forward in compiled code.

        Raises
        ------
        InputError
            If shapes, dtypes or row numbers do not fit together.
        """
        check_forward(parameters, features, rows)
        architecture, dtype, N = parameters.architecture, parameters.dtype, len(rows)
        sizes = architecture.sizes
        values = self._work_space(N * sum(sizes), dtype)
        inputs, wanted = _inputs(features, dtype), _read_only(rows)
        hidden = Hidden(ACTIVATIONS[architecture.activation], 0.0, 0, 0)

        def steps(team: Team) -> None:
            run_forward(
                team, _read_only(parameters.buffer), np.array(sizes, np.int64), hidden, *inputs, wanted, values,
                np.empty(0),
            )  # fmt: skip

        self._threads.run(steps, self._threads.number())
        ends = [N * size for size in accumulate(sizes)]
        return [values[start:end].reshape(N, -1).copy() for start, end in pairwise(ends)]

    @property
    def profile(self) -> dict[str, float]:
        """The seconds spent in each part of all steps so far; empty unless it was asked for."""
        return dict(zip(SECTIONS, (self._laps * tick_seconds()).tolist(), strict=False))

    def _work_space(self, size: int, dtype: np.dtype[np.floating]) -> ndarray:
        """Return an array to compute in: that of the last call, if it is large enough."""
        if self._values.size < size or self._values.dtype != dtype:
            self._values = np.empty(size, dtype)
        return self._values


def must_compile() -> bool:
    """Tell whether the first steps will have to wait for the compiler."""
    return not kept_versions(run_steps)


def _block_size(sizes: tuple[int, ...]) -> int:
    """Return how many entries of a gradient are formed at a time."""
    return max(max(outputs, min(inputs, int(block_rows(outputs))) * outputs) for inputs, outputs in pairwise(sizes))


def _rule_numbers(settings: StepSettings, taken: int, K: int, dtype: np.dtype[np.floating]) -> tuple[ndarray, ndarray]:
    """Return momentum, rho, beta1, beta2, epsilon (5,), and the epsilon of each step (K,) where they differ."""
    numbers = settings.rule_settings
    constants = np.array([numbers.momentum, numbers.rho, numbers.beta1, numbers.beta2, numbers.epsilon], dtype)
    if not settings.epsilon_hat:
        return constants, np.empty(0)
    steps = np.arange(taken + 1, taken + K + 1)
    return constants, numbers.epsilon / np.sqrt(1 - numbers.beta2**steps)  # as ``rule_settings_at`` has each


def _objective(
    architecture: Architecture, y: ndarray, batches: Batches, sample_weight: ndarray | None, smoothing: float,
    dtype: np.dtype[np.floating],
) -> Objective:  # fmt: skip
    """Return what is to become small, in the arrays that compiled code takes."""
    softmax, sizes = architecture.loss == "softmax", np.diff(batches.starts)
    weights = np.empty(0) if sample_weight is None else sample_weight
    used = batches.rows[: batches.starts[-1]]
    norms = np.add.reduceat(weights[used], batches.starts[:-1]) if len(weights) and len(sizes) else sizes
    labels, targets = (y, np.empty(0, dtype)) if softmax else (np.empty(0, np.int64), y.reshape(-1))
    return Objective(
        LOSSES[architecture.loss],
        _read_only(labels),
        _read_only(targets),
        _read_only(weights),
        _read_only(norms.astype(np.float64)),
        smoothing,
    )


def _inputs(features: Features, dtype: np.dtype[np.floating]) -> tuple[ndarray, ndarray, ndarray]:
    """Return the raw rows, and what makes inputs of them, as compiled code takes them."""
    D = features.X.shape[1]
    return _read_only(features.X), _vector(features.shift, 0, D, dtype), _vector(features.factor, 1, D, dtype)


def _read_only(array: ndarray) -> ndarray:
    """Return a plain read-only view, so that memory maps and arrays of both kinds share one compiled version."""
    view = array.view(np.ndarray)
    view.flags.writeable = False
    return view


def _vector(vector: ndarray | None, default: float, size: int, dtype: np.dtype[np.floating]) -> ndarray:
    """Return a vector in the parameters' dtype."""
    return np.full(size, default, dtype) if vector is None else np.ascontiguousarray(vector, dtype)
