"""The epochs of ``solver="sgd"`` and ``"adam"``: mini-batches, the loss, validation, and when to stop."""

from __future__ import annotations

import warnings
from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Int64
from numpy import ndarray
from sklearn.exceptions import ConvergenceWarning

from chainrule.estimator.callbacks import Callback, Epoch, listeners, print_epoch, progress_bar
from chainrule.estimator.optimizer import Optimizer
from chainrule.estimator.rows import Rows, epoch_batches
from chainrule.estimator.steps import Steps, engine_for, take_steps
from chainrule.estimator.stopping import BestWeights, describe_stall, has_stalled, refuse_weights
from chainrule.estimator.validation import Validation
from chainrule.network.parameters import Parameters
from chainrule.training.engine import Weights

if TYPE_CHECKING:
    from chainrule.estimator.base import BaseMLP


CALL_PRODUCTS = 3 * 10**9
"""Multiplications (of the forward pass) in one call of compiled code: tenths of a second, until Ctrl-C is heard."""


class Descent:
    """Training of a model by mini-batches; its fitted attributes are up to date after every epoch.

    Parameters
    ----------
    model : BaseMLP
        Its ``coefs_`` and ``intercepts_`` are views of ``parameters``.
    parameters : Parameters
        Changed in place.
    optimizer : Optimizer
    rows : Rows
    index : ndarray
        Which of the rows to train on.
    validation : Validation or None
    rng : RandomState
        Draws the order of the rows.
    """

    def __init__(
        self,
        model: BaseMLP,
        parameters: Parameters,
        optimizer: Optimizer,
        rows: Rows,
        index: Int64[ndarray, " n"],
        validation: Validation | None,
        rng: np.random.RandomState,
    ) -> None:
        self.model, self.parameters, self.optimizer = model, parameters, optimizer
        self.rows, self.order, self.validation, self.rng = rows, index, validation, rng
        self.batch_size = _batch_size(model, len(index))
        self.engine = engine_for(parameters.architecture, self.batch_size)
        self.best: BestWeights | None = None
        if validation is not None and (model.early_stopping or model.restore_best):
            value = model.best_validation_score_ if model.early_stopping else -np.inf
            assert value is not None
            self.best = BestWeights(value, 0, parameters.buffer.copy())

    def run(self) -> None:
        """Train until nothing more is gained, a callback has had enough, or ``max_iter`` epochs have passed."""
        model = self.model
        model.n_iter_ = 0
        with ExitStack() as stack:
            told: list[Callback] = [print_epoch] if model.verbose else []
            told += [stack.enter_context(progress_bar(model.max_iter))] if model.progress else []
            told += listeners(model)
            try:
                self._run_epochs(told)
            except KeyboardInterrupt:
                warnings.warn("Training interrupted by user.", stacklevel=4)
        if self.best is not None and np.isfinite(self.best.value):
            self.parameters.buffer[...] = self.best.buffer
            model.best_iteration_ = self.best.epoch
        else:
            self._refuse_divergence()

    def run_once(self) -> None:
        """Train for one epoch."""
        self.model.n_iter_ = 0
        epoch = self.run_epoch()
        if self.model.verbose:
            print_epoch(self.model, epoch)
        for callback in listeners(self.model):
            callback(self.model, epoch)
        has_stalled(self.model, epoch)
        self.optimizer.end_epoch(self.model)
        self._refuse_divergence()

    def _refuse_divergence(self) -> None:
        """Raise an error if the last epoch's loss is no number."""
        if self.model.n_iter_ > 0 and not np.isfinite(self.model.loss_):
            refuse_weights(self.model)

    def _run_epochs(self, told: list[Callback]) -> None:
        model = self.model
        for _ in range(model.max_iter):
            epoch = self.run_epoch()
            stalled = has_stalled(model, epoch)
            enough = [callback(model, epoch) for callback in told]
            self.optimizer.end_epoch(model)
            if not np.isfinite(epoch.loss) or any(answer is True for answer in enough):
                return
            if stalled and self._answer_stall():
                return
        warnings.warn(
            f"Stochastic Optimizer: Maximum iterations ({model.max_iter}) reached and the optimization hasn't "
            "converged yet.",
            ConvergenceWarning,
            stacklevel=5,
        )

    def _answer_stall(self) -> bool:
        """Do what ``learning_rate`` asks for when progress has ended; return whether to stop."""
        model = self.model
        answer = self.optimizer.plateau(model)
        if model.verbose:
            print(describe_stall(model), answer)
        if answer.endswith("Stopping."):
            return True
        model._no_improvement_count = 0
        return False

    def run_epoch(self) -> Epoch:
        """Take every mini-batch once, and measure."""
        model = self.model
        if model.shuffle:
            self.order = self.order[self.rng.permutation(len(self.order))]  # as sklearn.utils.shuffle draws
        loss, rate = self._take_steps()
        model.n_iter_ += 1
        model.t_ += len(self.order)
        model.loss_ = loss
        model.loss_curve_.append(loss)
        if self.validation is None:
            return Epoch(model.n_iter_, loss, rate)
        epoch = Epoch(model.n_iter_, loss, rate, *self.validation.measure(model))
        _append(model, epoch)
        if self.best is not None:
            self.best.consider(model, epoch, self.parameters.buffer)
        return epoch

    def _take_steps(self) -> tuple[float, float]:
        """Return the epoch's loss and its last learning rate."""
        model, optimizer = self.model, self.optimizer
        batches = self.rows.weighty(epoch_batches(self.order, self.batch_size))
        rates = optimizer.rates(model, len(batches), len(batches))
        steps, losses = Steps(batches, rates, model.alpha / (2 * self.rows.weight_sums(batches))), []
        weights, settings = Weights(self.parameters, optimizer.moments, optimizer.step), model._step_settings(optimizer)
        at_a_time = max(1, CALL_PRODUCTS // (self.batch_size * len(self.parameters.buffer)))
        dense = (pair for some in steps.split(at_a_time) for pair in self.rows.dense(some))
        for rows, some in dense:
            losses.append(take_steps(self.engine, weights, rows, some, settings))
            optimizer.step = weights.step
            if not np.isfinite(losses[-1]).all():
                return float(losses[-1][-1].sum()), float(rates[-1])
        totals = np.concatenate(losses) @ [model._loss_scale, 1.0]
        counts = np.diff(batches.starts)
        return float(totals @ counts / counts.sum()), float(rates[-1])


def _append(model: BaseMLP, epoch: Epoch) -> None:
    """Add what was measured on the validation rows to the curves."""
    model.validation_scores_ = model.validation_scores_ or []
    model.validation_scores_.append(epoch.validation_score)
    model.validation_loss_curve_ = model.validation_loss_curve_ or []
    model.validation_loss_curve_.append(epoch.validation_loss)


def _batch_size(model: BaseMLP, n: int) -> int:
    """Return how many rows a mini-batch has."""
    if model.batch_size == "auto":
        return min(200, n)
    if model.batch_size > n:
        warnings.warn(
            f"batch_size={model.batch_size} is larger than the sample size {n}. It is going to be clipped",
            stacklevel=5,
        )
    return int(min(model.batch_size, n))
