"""The training loop: an iterator of epochs that runs an engine's steps and tells its callbacks what happened."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from chainrule.data.prepared import PreparedData
from chainrule.errors import DivergedError, InputError
from chainrule.network.evaluate import evaluate
from chainrule.network.initial import initial_parameters
from chainrule.network.parameters import Architecture, Parameters
from chainrule.randomness import Purpose, stream
from chainrule.training.divergence import diverged
from chainrule.training.engine import Engine, ReferenceEngine, StepSettings, Weights
from chainrule.training.history import EpochRecord, StepRecord
from chainrule.training.minibatches import Batches, epoch_batches, steps_per_epoch
from chainrule.training.rules import RULES, RuleSettings
from chainrule.training.schedules import parse_schedule
from chainrule.training.settings import DEFAULT_BATCH_SIZE, RunSettings

TRAIN_SAMPLE = 2000  # training rows on which accuracy and dead units are measured every epoch
CALL_SECONDS = 0.2  # about how long one call of the engine may take: how soon an interrupt is heard


@dataclass
class Best:
    """The weights of the best validation accuracy so far; of the lower validation loss, where two are equal.

    ``epoch`` is theirs; ``reached`` is the epoch in which that accuracy was first seen, from which patience counts.
    """

    parameters: Parameters
    accuracy: float = -1.0
    loss: float = np.inf
    epoch: int = 0
    reached: int = 0


@dataclass
class State:
    """Everything that training changes: what a checkpoint holds and a resumed run starts from.

    Attributes
    ----------
    weights : Weights
        Parameters, moments of the rule, steps taken.
    best : Best
    epoch_losses : ndarray of shape (1 + depth,), float64
        The sums of the loss parts over the steps of the present epoch.
    finished : str
        Why the run has ended, or nothing while it has not.
    """

    weights: Weights
    best: Best
    epoch_losses: Float64[ndarray, " _"]
    finished: str = ""


class Callback:
    """What may be told of a run while it goes on; every method does nothing unless it is written over."""

    def on_steps(self, training: Training, steps: Sequence[StepRecord]) -> None:
        """Some steps were taken."""

    def on_epoch(self, training: Training, epoch: EpochRecord) -> None:
        """An epoch has ended and was measured."""

    def on_end(self, training: Training) -> None:
        """No more steps will be taken: the run has finished, was stopped, or diverged."""


class Training:
    """One run in memory; iterating over it trains, and yields an :class:`EpochRecord` at the end of every epoch.

    Who breaks out of the loop and iterates again goes on where the run stands, to the same bits.

    Parameters
    ----------
    data : PreparedData
    settings : RunSettings
        Closed by :func:`chainrule.training.defaults.close_settings`.
    engine : Engine, optional
        What runs the steps; the reference engine unless told otherwise.
    callbacks : sequence of Callback
    state : State, optional
        Where to go on from; the run's beginning unless told otherwise.

    Raises
    ------
    InputError
        If a mini-batch would be larger than the training rows.
    DivergedError
        While iterating, at the first loss or weight that is no finite number. ``state.best`` keeps the last good
        weights.

    Attributes
    ----------
    state : State
    intact : bool
        Whether ``state`` is finite and stands where a run can go on from, so that it may be saved.
    """

    def __init__(
        self,
        data: PreparedData,
        settings: RunSettings,
        engine: Engine | None = None,
        callbacks: Sequence[Callback] = (),
        state: State | None = None,
    ) -> None:
        self.data, self.settings, self.callbacks = data, settings, callbacks
        self.engine = engine or ReferenceEngine()
        training, n = settings.training, len(data.train)
        self.batch_size = training.batch_size or n
        if self.batch_size > n:
            raise InputError(
                "--batch-size",
                expected=f"at most {n}, the training rows",
                got=str(self.batch_size),
                advice=f"--batch-size {min(n, DEFAULT_BATCH_SIZE)}",
            )
        self.steps_per_epoch = steps_per_epoch(n, self.batch_size)
        self.total_steps = training.total_steps(self.steps_per_epoch)
        self.state = state or self._start()
        self._schedule = parse_schedule(training.schedule)
        self._step_settings = StepSettings(
            training.reg,
            training.rule,
            training.rule_settings,
            label_smoothing=training.label_smoothing,
            dropout=training.dropout,
            dropout_seed=training.seed,
        )
        self._train_sample = data.train.sample(TRAIN_SAMPLE, stream(training.seed, Purpose.SAMPLE))
        self._stop_requested = False
        self._step_seconds = CALL_SECONDS
        self.intact = True

    @property
    def architecture(self) -> Architecture:
        """The sizes of the network."""
        network = self.settings.network
        return Architecture(self.data.input_size, network.hidden, self.data.dataset.n_classes, network.activation)

    def stop(self) -> None:
        """Ask the run to end after the steps it is taking; safe to call from a signal handler.

        Who iterates again goes on from there.
        """
        self._stop_requested = True

    def learning_rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0."""
        base = self.settings.training.learning_rate or 0.0
        return base * self._schedule.factor(step, self.steps_per_epoch, self.total_steps)

    @property
    def final_parameters(self) -> Parameters:
        """The weights the run stands for: the last, or the best so far if ``restore_best`` is on."""
        restore = self.settings.training.restore_best and self.state.best.epoch > 0
        return self.state.best.parameters if restore else self.state.weights.parameters

    def __iter__(self) -> Iterator[EpochRecord]:
        try:
            while not self.state.finished and not self._stop_requested:
                with np.errstate(all="ignore"):  # what is not finite is looked for, and told in words
                    record = self._run_epoch()
                if record is None:
                    break
                for callback in self.callbacks:
                    callback.on_epoch(self, record)
                self.intact = True
                yield record
        finally:
            self._stop_requested = False  # it has been heard
            for callback in self.callbacks:
                callback.on_end(self)

    def _start(self) -> State:
        network, training = self.settings.network, self.settings.training
        parameters = initial_parameters(
            self.architecture, network.initial_weights or "he", training.seed, network.dtype
        )
        moments = np.zeros((RULES[training.rule].n_moments, parameters.buffer.size), parameters.dtype)
        return State(Weights(parameters, moments), Best(parameters.copy()), np.zeros(1 + self.architecture.depth))

    def _run_epoch(self) -> EpochRecord | None:
        """Take the steps that are left of the present epoch; None if asked to stop before its end."""
        weights, training = self.state.weights, self.settings.training
        epoch, done = divmod(weights.step, self.steps_per_epoch)
        batches = epoch_batches(self.data.train.index, self.batch_size, training.sampling, training.seed, epoch)[
            : self.total_steps - epoch * self.steps_per_epoch
        ]
        while done < len(batches) - 1:
            if self._stop_requested:
                return None
            k = max(1, min(int(CALL_SECONDS / self._step_seconds), len(batches) - 1 - done))
            done += self._run_steps(batches[done : done + k])
        if self._stop_requested:
            return None
        return self._run_last_step(epoch, batches[done:])

    def _run_steps(self, batches: Batches) -> int:
        """Have the engine take some steps, and account for them."""
        state, first = self.state, self.state.weights.step
        rates = np.array([self.learning_rate(first + k) for k in range(len(batches))])
        train, began = self.data.train, time.perf_counter()
        self.intact = False
        losses = self.engine.run(state.weights, train.features, train.y, batches, rates, self._step_settings)
        self._step_seconds = max((time.perf_counter() - began) / len(batches), 1e-9)
        finite = np.isfinite(losses).all(axis=1)
        self.intact = bool(finite.all())
        for parts in losses[finite]:  # one at a time: the sum's last bits must not depend on how steps are grouped
            state.epoch_losses += parts
        records = [
            StepRecord(first + k, parts[0], tuple(parts[1:]))
            for k, parts in enumerate(losses[finite].tolist(), start=1)
        ]
        for callback in self.callbacks:
            callback.on_steps(self, records)
        if not self.intact:
            raise self._diverged(state.weights.step + 1, losses[-1])
        return len(batches)

    def _run_last_step(self, epoch: int, batch: Batches) -> EpochRecord:
        """Take the epoch's last step, and measure the network before and after it."""
        state = self.state
        parameters = state.weights.parameters
        before = parameters.copy()
        self._run_steps(batch)
        self.intact = False  # until the epoch is measured and told of: a run must not go on without its record
        validation = evaluate(parameters, self.data.validation, self.engine.forward)
        if not (np.isfinite(parameters.buffer).all() and np.isfinite(validation.data_loss)):
            raise self._diverged(state.weights.step, None)
        sample = evaluate(parameters, self._train_sample, self.engine.forward)
        gradients = self._gradients(before, batch)
        steps = state.weights.step - epoch * self.steps_per_epoch
        record = EpochRecord(
            epoch=epoch + 1,
            step=state.weights.step,
            learning_rate=self.learning_rate(state.weights.step - 1),
            data_loss=float(state.epoch_losses[0] / steps),
            penalties=tuple((state.epoch_losses[1:] / steps).tolist()),
            train_accuracy=sample.accuracy,
            validation_accuracy=validation.accuracy,
            validation_loss=validation.data_loss,
            gradient_norms={name: float(np.linalg.norm(gradients[name])) for name in gradients},
            update_ratios={
                name: float(np.linalg.norm(parameters[name] - before[name]) / np.linalg.norm(before[name]))
                for name in parameters
                if name.startswith("W")
            },
            dead_units=sample.dead_units,
        )
        self._account_for(record)
        return record

    def _gradients(self, parameters: Parameters, batch: Batches) -> Parameters:
        """Return the gradient on one mini-batch: the velocity that a step of momentum leaves which began at rest."""
        velocity = Parameters(parameters.architecture, np.zeros_like(parameters.buffer))
        last = self.state.weights.step - 1  # so that dropout leaves out the same units
        at_rest = Weights(parameters.copy(), velocity.buffer[None], last)
        settings = replace(self._step_settings, rule="momentum", rule_settings=RuleSettings(momentum=0.0))
        train = self.data.train
        self.engine.run(at_rest, train.features, train.y, batch, np.zeros(1), settings)
        return velocity

    def _account_for(self, record: EpochRecord) -> None:
        """Keep the best weights, and decide whether the run has finished."""
        state, patience = self.state, self.settings.training.patience
        accuracy, loss = record.validation_accuracy, record.validation_loss
        if (accuracy, -loss) > (state.best.accuracy, -state.best.loss):
            reached = record.epoch if accuracy > state.best.accuracy else state.best.reached
            state.best = Best(state.weights.parameters.copy(), accuracy, loss, record.epoch, reached)
        state.epoch_losses = np.zeros_like(state.epoch_losses)
        if record.step >= self.total_steps:
            state.finished = f"all {self.total_steps} steps taken"
        elif patience is not None and record.epoch - state.best.reached >= patience:
            state.finished = f"no better validation accuracy in {patience} epochs"

    def _diverged(self, step: int, parts: Float64[ndarray, " _"] | None) -> DivergedError:
        restored = self.settings.training.restore_best and self.state.best.epoch
        kept = f"those of epoch {self.state.best.epoch}" if restored else "those of the last checkpoint"
        epoch = (step - 1) // self.steps_per_epoch + 1
        return diverged(self.settings, step, epoch, self.learning_rate(step - 1), parts, kept)
