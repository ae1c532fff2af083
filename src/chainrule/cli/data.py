"""``chainrule data``: what a data set is, before anything is trained on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chainrule.cli.options import read_option
from chainrule.cli.progress import ReadingBar
from chainrule.data.dataset import Dataset
from chainrule.data.open import open_data
from chainrule.data.splits import split_rows
from chainrule.files import write_whole

HELP = """Say what a data set is: counts, shapes, classes, and the split that train would make of it.

Examples:

* `chainrule data digits`

* `chainrule data cifar-10-binary.tar.gz --sheet sheet.png`

* `chainrule data flowers.csv --label species --json`
"""
SHOWN_CLASSES = 30


def command(
    source: Annotated[str, typer.Argument(help="The data, named as in train.", metavar="DATA")],
    label: Annotated[str | None, typer.Option(help="The label column of a table.")] = None,
    image_size: Annotated[str | None, typer.Option(help="Resize images to this width and height: 32x32.")] = None,
    sheet: Annotated[Path | None, typer.Option(help="Draw images of every class into this PNG.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
) -> None:
    """See HELP."""
    console = Console(quiet=as_json)
    size = read_option("image_size", image_size)
    dataset = open_data(source, label=label, image_size=size, progress=ReadingBar(console))
    if sheet is not None:
        from chainrule.report.contact_sheet import draw_contact_sheet

        write_whole(sheet, draw_contact_sheet(dataset))
    description = _describe(dataset)
    if as_json:
        print(json.dumps(description, indent=2))
    _tell(console, dataset, description)
    if sheet is not None:
        console.print(f"contact sheet: {sheet}", highlight=False, markup=False, soft_wrap=True)


command.__doc__ = HELP


def _describe(dataset: Dataset) -> dict[str, Any]:
    split = split_rows(dataset, None, None, seed=0)
    counts = {"train": np.bincount(dataset.train.y, minlength=dataset.n_classes).tolist()}
    if dataset.test is not None:
        counts["test"] = np.bincount(dataset.test.y, minlength=dataset.n_classes).tolist()
    return {
        "name": dataset.name,
        "source": dataset.source,
        "rows": len(dataset.train),
        "test_rows": None if dataset.test is None else len(dataset.test),
        "features": dataset.n_features,
        "image_shape": dataset.image_shape,
        "dtype": str(dataset.train.X.dtype),
        "range": [dataset.train.X.min().item(), dataset.train.X.max().item()],
        "classes": list(dataset.classes),
        "class_counts": counts,
        "default_split": {part: len(getattr(split, part)) for part in ("train", "validation", "test")},
        "notes": list(dataset.notes),
    }


def _tell(console: Console, dataset: Dataset, description: dict[str, Any]) -> None:
    shape = description["image_shape"]
    kind = f"images of {shape[1]}x{shape[0]}, {shape[2]} channel{'s' * (shape[2] > 1)}" if shape else "a table"
    test = f", {description['test_rows']:,} published for the test" if description["test_rows"] else ""
    low, high = description["range"]
    split = description["default_split"]
    facts = {
        "data": f"{dataset.name} ({dataset.source})",
        "rows": f"{description['rows']:,}{test}",
        "features": f"{description['features']:,}: {kind}, {description['dtype']}, {low:g} to {high:g}",
        "classes": f"{dataset.n_classes}",
        "split": f"{split['train']:,} training, {split['validation']:,} validation, {split['test']:,} test rows",
    }
    for name, fact in facts.items():
        console.print(f"[bold]{name:9}[/bold]{escape(fact)}", highlight=False, soft_wrap=True)
    for note in dataset.notes:
        console.print(f"note: {escape(note)}", highlight=False, soft_wrap=True)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("class")
    for part in description["class_counts"]:
        table.add_column(part, justify="right")
    for row in list(zip(dataset.classes, *description["class_counts"].values(), strict=True))[:SHOWN_CLASSES]:
        table.add_row(*(escape(str(cell)) for cell in row))
    console.print()
    console.print(table)
    if dataset.n_classes > SHOWN_CLASSES:
        console.print(f"... and {dataset.n_classes - SHOWN_CLASSES} more")
