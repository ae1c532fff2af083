"""Figures are drawn from any history, and show what they were given."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from chainrule.data.dataset import Dataset, Rows
from chainrule.errors import InputError
from chainrule.report.comparison import draw_comparison
from chainrule.report.confusion import draw_confusion
from chainrule.report.contact_sheet import draw_contact_sheet
from chainrule.report.curves import draw_curves
from chainrule.report.figure import save_figure
from chainrule.training.history import EpochRecord, StepRecord


def history(epochs: int, layers: int) -> list[StepRecord | EpochRecord]:
    names = [f"W{layer}" for layer in range(1, layers + 1)]
    records: list[StepRecord | EpochRecord] = []
    for epoch in range(1, epochs + 1):
        records += [StepRecord(2 * epoch - 1 + k, 2 / epoch, (0.0,) * layers) for k in (0, 1)]
        ratios = dict.fromkeys(names, 1e-3 / epoch)
        accuracy = 1 - 1 / (epoch + 1)
        dead = (0.1,) * (layers - 1)
        records.append(
            EpochRecord(
                epoch, 2 * epoch, 0.1, 2 / epoch, (0.0,) * layers, accuracy, accuracy, 1.0, ratios, ratios, dead
            )
        )
    return records


@pytest.mark.parametrize("epochs", [1, 7])
@pytest.mark.parametrize("layers", [1, 2, 4])
def test_curves(epochs: int, layers: int) -> None:
    figure = draw_curves(history(epochs, layers), test_accuracy=0.5)
    accuracy = figure.axes[1]
    labels = accuracy.get_legend_handles_labels()[1]
    best = 100 * (1 - 1 / (epochs + 1))
    assert labels == ["training", f"validation, best {best:.2f} % in epoch {epochs}", "test 50.00 %"]
    with Image.open(io.BytesIO(save_figure(figure))) as image:
        assert image.size == (1320, 840)


def test_comparison_names_each_run() -> None:
    figure = draw_comparison({"right": history(3, 2), "wrong": history(3, 2)}, {"right": 0.5, "wrong": 0.25})
    labels = figure.axes[1].get_legend_handles_labels()[1]
    assert labels == ["right: test 50.00 %", "wrong: test 25.00 %"]


@pytest.mark.parametrize("classes", [2, 30])
def test_confusion(classes: int) -> None:
    figure = draw_confusion([f"class {label}" for label in range(classes)], np.eye(classes, dtype=np.int64) * 7)
    assert len(figure.axes[0].texts) == (4 if classes == 2 else 0)
    assert save_figure(figure).startswith(b"\x89PNG")


@pytest.mark.parametrize("channels", [1, 3])
def test_a_contact_sheet_shows_images_of_every_class(channels: int) -> None:
    X = np.repeat(np.array([[10], [200]], np.uint8), 5, axis=0).repeat(4 * 3 * channels, axis=1)
    dataset = Dataset("d", "d", Rows(X, np.arange(10) // 5), None, ("dark", "light"), (4, 3, channels))
    with Image.open(io.BytesIO(draw_contact_sheet(dataset))) as sheet:
        levels = np.asarray(sheet.convert("L"))
    half = levels.shape[0] // 2
    assert (levels[:half] == 10).sum() == (levels[half:] == 200).sum() == 5 * 64 * 48


def test_a_table_has_no_contact_sheet(dataset: Dataset) -> None:
    with pytest.raises(InputError, match="--sheet: expected a data set of images"):
        draw_contact_sheet(dataset)
