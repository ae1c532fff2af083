"""A run in a notebook: how it stands, its curves, what its first layer looks for, what it was begun with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from chainrule.checking.showing.markup import element
from chainrule.display.fragment import facts, folded, fragment, picture, side_by_side, table, title
from chainrule.display.results import classes_table, parts_table
from chainrule.network.model import Model
from chainrule.report.filters import draw_filters, first_layer_weights, png
from chainrule.training.history import EpochRecord
from chainrule.training.settings_file import dump_settings

if TYPE_CHECKING:
    from chainrule.saved_run import SavedRun

CURVES_WIDTH, FILTERS_WIDTH = 900, 260


def run_html(run: SavedRun) -> str:
    """Return a run as HTML."""
    model, results, epochs = run.model, run.results, run.epochs
    details = [classes_table(results) if results else None, _filters(model)]
    return fragment(
        title(run.path.name, run.status),
        side_by_side(_facts(run, model), parts_table(results) if results else _last_epoch(epochs)),
        _curves(run) if epochs else None,
        folded("classes and first layer", side_by_side(*details)) if any(d is not None for d in details) else None,
        folded("settings", element("pre", dump_settings(run.settings))),
    )


def _facts(run: SavedRun, model: Model) -> Element:
    settings, data, architecture = run.settings, run.data, model.parameters.architecture
    training = settings.training
    said = {
        "data": f"{data['name']}: {data['rows']:,} rows, {len(data['classes'])} classes",
        "network": f"{'-'.join(map(str, architecture.sizes))}, {architecture.n_parameters:,} parameters,"
        f" {architecture.activation}",
        "inputs": f"{settings.data.preprocess}; weights {settings.network.initial_weights}",
        "steps": f"{training.rule}, learning rate {training.learning_rate:g}, {training.schedule}",
        "penalty": f"{training.reg:g}" if training.reg else "",
    }
    return facts(said)


def _last_epoch(epochs: Sequence[EpochRecord]) -> Element | None:
    """Return what the last epoch measured of a run that goes on."""
    if not epochs:
        return None
    last = epochs[-1]
    parts = {
        "train": (last.train_accuracy, last.data_loss),
        "validation": (last.validation_accuracy, last.validation_loss),
    }
    rows = [(name, f"{100 * accuracy:.2f} %", f"{loss:.4f}") for name, (accuracy, loss) in parts.items()]
    return table((f"epoch {last.epoch}", "accuracy", "data loss"), rows)


def _curves(run: SavedRun) -> Element:
    from chainrule.report.figure import save_figure

    return picture(save_figure(run.draw_curves()), "loss, accuracy, penalties and health", width=CURVES_WIDTH)


def _filters(model: Model) -> Element | None:
    if model.image_shape is None:
        return None
    sheet = draw_filters(first_layer_weights(model.parameters, model.preprocessing), model.image_shape)
    return picture(png(sheet), "weights of the first layer, a tile a unit", width=FILTERS_WIDTH, pixels=True)
