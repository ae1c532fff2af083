"""The loop: what it yields, when it stops, what it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.data.prepared import prepare
from chainrule.errors import DivergedError, InputError
from chainrule.network.evaluate import evaluate
from chainrule.training import loop
from chainrule.training.defaults import close_settings
from chainrule.training.history import EpochRecord, StepRecord
from chainrule.training.loop import Callback, Training
from chainrule.training.settings_file import build_settings


class Notes(Callback):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.steps: list[StepRecord] = []
        self.epochs: list[EpochRecord] = []
        self.ended = 0

    def on_steps(self, training: Training, steps: Sequence[StepRecord]) -> None:
        self.steps.extend(steps)

    def on_epoch(self, training: Training, epoch: EpochRecord) -> None:
        self.epochs.append(epoch)

    def on_end(self, training: Training) -> None:
        self.ended += 1


def training_of(dataset: Dataset, *callbacks: Callback, **options: Any) -> Training:
    settings = close_settings(build_settings({"network": {"hidden": [8]}, "training": {"epochs": 4}}, options), dataset)
    data = prepare(dataset, settings.data.preprocess or "none")
    return Training(data, settings, callbacks=callbacks)


def test_a_run_learns_and_tells_everything(dataset: Dataset) -> None:
    notes = Notes()
    training = training_of(dataset, notes, epochs=30, batch_size=10, reg=1e-3)
    yielded = list(training)
    assert yielded == notes.epochs
    assert notes.ended == 1
    assert [record.epoch for record in yielded] == list(range(1, 31))
    assert [record.step for record in notes.steps] == list(range(1, training.total_steps + 1))
    assert yielded[-1].validation_accuracy > 0.8
    assert evaluate(training.final_parameters, training.data.test).accuracy > 0.8
    first_epoch = notes.steps[: training.steps_per_epoch]
    assert yielded[0].data_loss == pytest.approx(np.mean([record.data_loss for record in first_epoch]))
    assert set(yielded[0].gradient_norms) == {"W1", "b1", "W2", "b2"}
    assert 0 < yielded[0].update_ratios["W1"] < 1


def test_the_first_loss_is_that_of_guessing(dataset: Dataset) -> None:
    notes = Notes()
    list(training_of(dataset, notes, initial_weights="normal:1e-9", steps=1))
    assert notes.steps[0].data_loss == pytest.approx(np.log(3), abs=1e-6)


@pytest.mark.parametrize(("length", "steps", "epochs"), [({"epochs": 3}, 27, 3), ({"steps": 14}, 14, 2)])
def test_length_in_epochs_or_steps(dataset: Dataset, length: dict[str, int], steps: int, epochs: int) -> None:
    training = training_of(dataset, batch_size=10, **length)  # 86 training rows: 9 steps an epoch
    records = list(training)
    assert (records[-1].step, len(records)) == (steps, epochs)
    assert training.state.finished == f"all {steps} steps taken"
    assert list(training) == []


def test_grouping_of_steps_into_calls_does_not_change_a_bit(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    results = []
    for seconds in (1e-12, 10.0):
        monkeypatch.setattr(loop, "CALL_SECONDS", seconds)
        training = training_of(dataset, batch_size=7, rule="adam", reg=0.01)
        results.append((list(training), training.state.weights.parameters.buffer.tobytes()))
    assert results[0] == results[1]


def test_the_norms_are_those_of_the_gradient_that_the_last_step_used(dataset: Dataset) -> None:
    """The units that dropout leaves out are the same in both."""
    training = training_of(dataset, batch_size=86, epochs=1, dropout=0.5, learning_rate=0.01)  # all rows in one step
    before = training.state.weights.parameters.copy()
    [record] = list(training)
    step = (before["W1"] - training.state.weights.parameters["W1"]) / 0.01
    assert record.gradient_norms["W1"] == pytest.approx(np.linalg.norm(step), rel=1e-3)


@pytest.mark.parametrize(
    "change", [{}, {"seed": 1}, {"sampling": "replacement"}, {"dropout": 0.3}, {"label_smoothing": 0.1}]
)
def test_same_seed_same_bits(dataset: Dataset, change: dict[str, Any]) -> None:
    def bits(**options: Any) -> bytes:
        training = training_of(dataset, batch_size=10, **options)
        list(training)
        return training.state.weights.parameters.buffer.tobytes()

    assert bits(**change) == bits(**change)
    assert (bits(**change) == bits()) == (change == {})


def test_early_stopping_keeps_and_restores_the_best(dataset: Dataset) -> None:
    training = training_of(dataset, epochs=500, patience=3, batch_size=10)
    records = list(training)
    accuracies = [record.validation_accuracy for record in records]
    reached = int(np.argmax(accuracies))
    best = max(range(len(records)), key=lambda i: (accuracies[i], -records[i].validation_loss))
    assert training.state.best.epoch == best + 1
    assert len(records) == reached + 1 + 3
    assert training.state.finished == "no better validation accuracy in 3 epochs"
    assert evaluate(training.final_parameters, training.data.validation).accuracy == max(accuracies)
    last = training_of(dataset, epochs=500, patience=3, batch_size=10, restore_best=False)
    list(last)
    assert last.final_parameters is last.state.weights.parameters


def test_stopping_and_iterating_again_gives_the_same_bits(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "CALL_SECONDS", 1e-12)  # one step a call

    class StopAt(Callback):
        def on_steps(self, training: Training, steps: Sequence[StepRecord]) -> None:
            if steps[-1].step == 13:
                training.stop()

    whole = training_of(dataset, batch_size=10, rule="nesterov")
    expected = list(whole)
    stopped = training_of(dataset, StopAt(), batch_size=10, rule="nesterov")
    records = list(stopped)
    assert stopped.state.weights.step == 13
    assert not stopped.state.finished
    resumed = Training(stopped.data, stopped.settings, state=stopped.state)
    assert records + list(resumed) == expected
    same = training_of(dataset, StopAt(), batch_size=10, rule="nesterov")
    assert [*same, *same] == expected
    assert resumed.state.weights.parameters.buffer.tobytes() == whole.state.weights.parameters.buffer.tobytes()


def test_divergence_is_reported_and_the_last_good_weights_stay(dataset: Dataset) -> None:
    training = training_of(dataset, batch_size=10, learning_rate=1e30, epochs=5)
    with pytest.raises(DivergedError, match=r"stopped at step \d+ \(epoch 1\): the .* became (inf|nan)") as error:
        list(training)
    assert "likely cause: the learning rate 1e+30 is too large" in str(error.value)
    assert not training.intact
    assert np.isfinite(training.state.best.parameters.buffer).all()


def test_a_run_cut_off_while_an_epoch_is_measured_is_not_saved_there(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    training = training_of(dataset, batch_size=10)
    monkeypatch.setattr(loop, "evaluate", interrupt)
    with pytest.raises(KeyboardInterrupt):
        list(training)
    assert training.state.weights.step == training.steps_per_epoch
    assert not training.intact


@pytest.mark.parametrize(
    ("options", "cause", "advice"),
    [
        ({"initial_weights": "normal:1e30"}, "the initial weights (normal:1e30) are too large", "--initial-weights he"),
        ({"reg": 1e20}, "the penalty (1e+20) times the learning rate (0.1) is so large", "a smaller --reg, or"),
        ({"learning_rate": 1e30}, "the learning rate 1e+30 is too large", "--learning-rate 0.1"),
    ],
)
def test_divergence_names_its_cause(dataset: Dataset, options: dict[str, Any], cause: str, advice: str) -> None:
    with pytest.raises(DivergedError) as error:
        list(training_of(dataset, batch_size=10, **options))
    assert f"likely cause: {cause}" in str(error.value)
    assert f"try: {advice}" in str(error.value)


def test_a_batch_larger_than_the_data_is_refused(dataset: Dataset) -> None:
    with pytest.raises(InputError, match="--batch-size: expected at most 86, the training rows, got 87"):
        training_of(dataset, batch_size=87)


def test_dead_units_are_counted(dataset: Dataset) -> None:
    training = training_of(dataset, epochs=1, learning_rate=1e-9)
    training.state.weights.parameters["b1"][:2] = -1e6
    (record,) = training
    assert record.dead_units == (0.25,)
