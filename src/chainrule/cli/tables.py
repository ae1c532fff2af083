"""Tables that more than one command prints."""

from __future__ import annotations

from collections.abc import Sequence

from jaxtyping import Int64
from numpy import ndarray
from rich.markup import escape
from rich.table import Table

from chainrule.network.evaluate import Evaluation

WIDEST_CONFUSION = 12  # classes whose confusion matrix still fits a terminal of 80 columns


def class_table(classes: Sequence[str], evaluation: Evaluation) -> Table:
    """Return a table of rows, accuracy and the most frequent confusion of every class."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("class")
    table.add_column("rows", justify="right")
    table.add_column("accuracy", justify="right")
    table.add_column("most often taken for")
    for label, (accuracy, row) in enumerate(zip(evaluation.class_accuracies, evaluation.confusion, strict=True)):
        share = "-" if accuracy is None else f"{100 * accuracy:.1f} %"
        table.add_row(escape(classes[label]), str(row.sum()), share, escape(_worst_confusion(classes, row, label)))
    return table


def _worst_confusion(classes: Sequence[str], row: Int64[ndarray, " C"], label: int) -> str:
    wrong = row.copy()
    wrong[label] = 0
    other = int(wrong.argmax())
    return f"{classes[other]} ({wrong[other]})" if wrong[other] else ""


def confusion_table(classes: Sequence[str], confusion: Int64[ndarray, "C C"]) -> Table | None:
    """Return the confusion matrix, true classes down and predicted across; None if too wide for a terminal."""
    if len(classes) > WIDEST_CONFUSION:
        return None
    table = Table(box=None, header_style="bold", pad_edge=False, title="true class by predicted", title_justify="left")
    table.add_column("")
    for name in classes:
        table.add_column(escape(name[:4]), justify="right")
    for name, row in zip(classes, confusion.tolist(), strict=True):
        table.add_row(escape(name[:12]), *map(str, row))
    return table
