"""A data set in a notebook: what it is, how many rows of each class, some of them."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import numpy as np

from chainrule.data.dataset import Dataset
from chainrule.display.fragment import SHOWN_ROWS, facts, fragment, picture, side_by_side, table, title
from chainrule.report.contact_sheet import draw_contact_sheet

SHEET_WIDTH = 520


def dataset_html(dataset: Dataset) -> str:
    """Return a data set as HTML."""
    shape = dataset.image_shape
    kind = f"images of {shape[1]}×{shape[0]}, {shape[2]} channel{'s' * (shape[2] > 1)}" if shape else "a table"
    published = f", and {len(dataset.test):,} published for the test" if dataset.test else ""
    said = {
        "source": dataset.source,
        "rows": f"{len(dataset.train):,}{published}",
        "features": f"{dataset.n_features:,} of {dataset.train.X.dtype}",
        "classes": f"{dataset.n_classes:,}",
        "notes": "; ".join(dataset.notes),
    }
    rows = _columns(dataset) if shape is None else _sheet(dataset)
    return fragment(title(dataset.name, kind), facts(said), side_by_side(_counts(dataset), rows))


def _counts(dataset: Dataset) -> Element:
    parts = {"rows": dataset.train} if dataset.test is None else {"train": dataset.train, "test": dataset.test}
    counts = [np.bincount(rows.y, minlength=dataset.n_classes).tolist() for rows in parts.values()]
    rows = [(name, *(f"{count:,}" for count in row)) for name, *row in zip(dataset.classes, *counts, strict=True)]
    return table(("class", *parts), rows)


def _sheet(dataset: Dataset) -> Element:
    return picture(draw_contact_sheet(dataset), "some images of every class", width=SHEET_WIDTH)


def _columns(dataset: Dataset) -> Element:
    X = dataset.train.X[:, :SHOWN_ROWS]  # of a wide table, the first columns alone are looked at
    names = dataset.feature_names or tuple(f"column {number}" for number in range(1, dataset.n_features + 1))
    numbers = zip(X.min(axis=0), X.mean(axis=0, dtype=np.float64), X.max(axis=0), strict=True)
    rows = [(name, *(f"{number:.4g}" for number in row)) for name, row in zip(names, numbers, strict=False)]
    return table(("feature", "least", "mean", "largest"), rows, more=dataset.n_features - len(rows))
