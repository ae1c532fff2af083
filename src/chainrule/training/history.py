"""What is remembered of a run: the loss of every step, the state of the network at every epoch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class StepRecord:
    """The loss of one mini-batch before the step that it asked for; steps count from 1."""

    step: int
    data_loss: float
    penalties: tuple[float, ...]


@dataclass(frozen=True)
class EpochRecord:
    """How the network stands at the end of an epoch (or of the run, if it ends inside one).

    Attributes
    ----------
    epoch, step : int
        The epoch's number from 1; the steps taken.
    learning_rate : float
        That of the last step.
    data_loss : float
        Mean of the data loss over the epoch's steps.
    penalties : tuple of float
        Mean of the penalty of W1, W2, ... over the epoch's steps.
    train_accuracy : float
        On a fixed sample of the training rows (all of them, if they are few).
    validation_accuracy, validation_loss : float
        On all validation rows; the loss is the data loss.
    gradient_norms : dict of str to float
        The Frobenius norm of each parameter's gradient at the epoch's last mini-batch, penalty included.
    update_ratios : dict of str to float
        ``|change| / |weights|`` of each weight matrix in the epoch's last step; about 1e-3 is healthy.
    dead_units : tuple of float
        For each hidden layer, the share of units that are off for every row of the training sample.
    """

    epoch: int
    step: int
    learning_rate: float
    data_loss: float
    penalties: tuple[float, ...]
    train_accuracy: float
    validation_accuracy: float
    validation_loss: float
    gradient_norms: dict[str, float]
    update_ratios: dict[str, float]
    dead_units: tuple[float, ...]


def to_json(record: StepRecord | EpochRecord) -> dict[str, Any]:
    """Return a record as plain values, told apart by ``kind``."""
    return {"kind": "step" if isinstance(record, StepRecord) else "epoch", **asdict(record)}


def from_json(values: dict[str, Any]) -> StepRecord | EpochRecord:
    """Return the record that :func:`to_json` was given."""
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    return (StepRecord if fields.pop("kind") == "step" else EpochRecord)(**fields)
