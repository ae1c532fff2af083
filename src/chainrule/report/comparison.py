"""Several runs in one figure: loss and accuracy of each over the steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from chainrule.report.figure import BLUE, GREEN, ORANGE, RED, new_figure
from chainrule.training.history import EpochRecord, StepRecord

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = (BLUE, RED, GREEN, ORANGE)


def draw_comparison(
    histories: Mapping[str, Sequence[StepRecord | EpochRecord]], test_accuracies: Mapping[str, float] | None = None
) -> Figure:
    """Draw the epochs of up to four runs, each named by its key; test accuracies are written beside the names."""
    figure, (loss, accuracy) = new_figure(11, 4, 1, 2)
    for (name, history), colour in zip(histories.items(), COLOURS, strict=False):
        epochs = [record for record in history if isinstance(record, EpochRecord)]
        at = [record.step for record in epochs]
        label = f"{name}: test {100 * test_accuracies[name]:.2f} %" if test_accuracies else name
        loss.plot(at, [record.data_loss for record in epochs], color=colour, label=f"{name}, training")
        loss.plot(at, [record.validation_loss for record in epochs], color=colour, ls="--", label=f"{name}, validation")
        accuracy.plot(at, [100 * record.validation_accuracy for record in epochs], color=colour, label=label)
    loss.set(title="data loss", xlabel="step", ylim=(0, None))
    accuracy.set(title="validation accuracy, %", xlabel="step", ylim=(0, None))
    for ax in (loss, accuracy):
        ax.legend(frameon=False, fontsize="small")
    return figure
