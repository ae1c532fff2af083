"""The figure of a run: its losses, accuracies, penalties and the health of its layers over the epochs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Int64
from numpy import ndarray

from chainrule.report.figure import BLUE, GREEN, GREY, ORANGE, RED, new_figure
from chainrule.training.history import EpochRecord, StepRecord

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_curves(history: Sequence[StepRecord | EpochRecord], test_accuracy: float | None = None) -> Figure:
    """Draw a history in four panels.

    Parameters
    ----------
    history : sequence of records
        With at least one epoch.
    test_accuracy : float, optional
        Of the finished network, drawn as a line of its own.
    """
    steps = [record for record in history if isinstance(record, StepRecord)]
    epochs = [record for record in history if isinstance(record, EpochRecord)]
    at = np.array([record.step for record in epochs])
    figure, (loss, accuracy, penalty, health) = new_figure(11, 7, 2, 2)
    _draw_loss(loss, steps, epochs, at)
    _draw_accuracy(accuracy, epochs, at, test_accuracy)
    _draw_penalties(penalty, steps)
    _draw_health(health, epochs, at)
    return figure


def _draw_loss(ax: Axes, steps: list[StepRecord], epochs: list[EpochRecord], at: Int64[ndarray, " E"]) -> None:
    every = [record.data_loss for record in steps]
    ax.plot([record.step for record in steps], every, color=BLUE, alpha=0.2, linewidth=0.7, label="each mini-batch")
    marker = "o" if len(epochs) == 1 else None
    ax.plot(at, [record.data_loss for record in epochs], color=BLUE, marker=marker, label="mean of the epoch")
    ax.plot(at, [record.validation_loss for record in epochs], color=ORANGE, marker=marker, label="validation")
    ax.set(title="data loss", xlabel="step", ylim=(0, 1.05 * max(np.quantile(every, 0.99), every[0])))
    ax.legend(frameon=False)


def _draw_accuracy(ax: Axes, epochs: list[EpochRecord], at: Int64[ndarray, " E"], test_accuracy: float | None) -> None:
    marker = "o" if len(epochs) == 1 else None
    ax.plot(at, [100 * record.train_accuracy for record in epochs], color=BLUE, marker=marker, label="training")
    validation = [100 * record.validation_accuracy for record in epochs]
    best = int(np.argmax(validation))
    label = f"validation, best {validation[best]:.2f} % in epoch {epochs[best].epoch}"
    ax.plot(at, validation, color=ORANGE, marker=marker, label=label)
    ax.plot(at[best], validation[best], "o", color=ORANGE, markersize=5)
    if test_accuracy is not None:
        label = f"test {100 * test_accuracy:.2f} %"
        ax.axhline(100 * test_accuracy, color=GREEN, linestyle="--", linewidth=1, label=label)
    ax.set(title="accuracy, %", xlabel="step")
    ax.legend(frameon=False, loc="lower right")


def _draw_penalties(ax: Axes, steps: list[StepRecord]) -> None:
    at = [record.step for record in steps]
    for layer, values in enumerate(zip(*(record.penalties for record in steps), strict=True), start=1):
        ax.plot(at, values, linewidth=1, label=f"of W{layer}")
    ax.set(title="penalty", xlabel="step")
    ax.legend(frameon=False)


def _draw_health(ax: Axes, epochs: list[EpochRecord], at: Int64[ndarray, " E"]) -> None:
    for name in epochs[0].update_ratios:
        ax.semilogy(at, [record.update_ratios[name] or np.nan for record in epochs], label=f"update / weights, {name}")
    ax.semilogy(at, [record.learning_rate or np.nan for record in epochs], color=GREY, ls=":", label="learning rate")
    ax.set(title="health of the layers", xlabel="step")
    if epochs[0].dead_units:
        dead = ax.twinx()
        dead.spines["top"].set_visible(False)
        dead.plot(at, [100 * max(record.dead_units) for record in epochs], color=RED, linewidth=1, label="dead units")
        dead.set(ylim=(0, 100), ylabel="dead units, % (worst layer)")
        dead.yaxis.label.set_color(RED)
    ax.legend(frameon=False, fontsize="small")
