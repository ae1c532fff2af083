"""``chainrule predict``: the class of images, or of the rows of a table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from numpy import ndarray
from rich.console import Console
from rich.markup import escape

from chainrule.cli.saved_model import open_model
from chainrule.data.image_pixels import Plan, image_suffixes, open_image, pillow_warnings, pixels
from chainrule.errors import ChainruleError, InputError
from chainrule.files import storage_errors
from chainrule.network.model import Model

if TYPE_CHECKING:
    from chainrule.tuning.ensemble import Ensemble

HELP = """Name the class of images or rows, and say how probable it is.

Images are files, or folders that are searched for them; a model of a table takes .csv and .parquet files with the
columns that it was trained on, a model of rows without names one with so many columns and no other. A file that cannot
be read is reported and does not stop the rest; the exit code is then 1, or 2 if none can be read.

Examples:

* `chainrule predict runs/photos-1 cat.jpg dog.png`

* `chainrule predict runs/photos-1 holiday/ --top 3`

* `chainrule predict runs/flowers-1 new.csv --json`
"""
CHUNK = 256  # images that are decoded before the network is asked


@dataclass(frozen=True)
class Prediction:
    """The class of one image or row, and the most probable classes with their probabilities."""

    name: str
    top: list[tuple[str, float]]


def command(
    run: Annotated[
        Path,
        typer.Argument(
            help="The folder of a run or a search, a model.safetensors or an ensemble.safetensors.", metavar="RUN"
        ),
    ],
    inputs: Annotated[list[Path], typer.Argument(help="Images, folders of images, or tables.", metavar="FILE...")],
    top: Annotated[int, typer.Option(min=1, help="How many classes to name for each.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
) -> None:
    """See HELP."""
    model = open_model(run)
    _refuse_what_names_no_class(run, model)
    unreadable: list[ChainruleError] = []
    if model.image_shape is None:
        predictions = _predict_tables(model, inputs, top, unreadable)
    else:
        predictions = _predict_images(model, _image_files(inputs, unreadable), top, unreadable)
    some = list(islice(predictions, 1))  # they are told as they come; the exit code says whether there were any
    predictions = chain(some, predictions)
    if as_json:
        print(json.dumps(_to_json(predictions, unreadable), indent=2))
    else:
        _print_table(predictions)
    errors = Console(stderr=True)
    for error in unreadable:
        errors.print(f"chainrule: {error}", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(0 if not unreadable else 1 if some else 2)


command.__doc__ = HELP


def _refuse_what_names_no_class(path: Path, model: Model | Ensemble) -> None:
    """Refuse an estimator's model of numbers, or of labels that do not exclude each other."""
    loss = model.parameters.architecture.loss if isinstance(model, Model) else "softmax"
    if loss != "softmax":
        raise InputError(
            str(path),
            expected="a model that gives each row one class",
            got=f"one with the loss {loss}",
            advice=f"in Python, chainrule.Model.load({str(path)!r}).predict(X)",
        )


def _image_files(inputs: Sequence[Path], unreadable: list[ChainruleError]) -> Iterator[Path]:
    """Yield the files that are named, and the images in folders that are, sorted."""
    for path in inputs:
        if path.is_dir():
            found = sorted(file for file in path.rglob("*") if file.suffix.lower() in image_suffixes())
            if not found:
                unreadable.append(InputError(str(path), expected="a folder with images in it", got="none"))
            yield from found
        else:
            yield path


def _predict_images(
    model: Model | Ensemble, files: Iterator[Path], top: int, unreadable: list[ChainruleError]
) -> Iterator[Prediction]:
    """Yield a prediction for each readable image, in order, a chunk at a time."""
    height, width, channels = model.image_shape or (0, 0, 0)
    plan = Plan((width, height), is_grayscale=channels == 1)
    names: list[str] = []
    rows: list[ndarray] = []
    for file in files:
        try:
            with storage_errors(str(file)), pillow_warnings():
                rows.append(pixels(open_image(file.read_bytes(), str(file)), plan, str(file)))
            names.append(str(file))
        except ChainruleError as error:
            unreadable.append(error)
        if len(rows) == CHUNK:
            yield from _name_classes(model, names, np.stack(rows), top)
            names, rows = [], []
    if rows:
        yield from _name_classes(model, names, np.stack(rows), top)


def _predict_tables(
    model: Model | Ensemble, inputs: Sequence[Path], top: int, unreadable: list[ChainruleError]
) -> Iterator[Prediction]:
    """Yield a prediction for each row of each readable table."""
    from chainrule.data.tables import read_features

    for path in inputs:
        try:
            X = read_features(path, model.feature_names or model.n_features)
        except ChainruleError as error:
            unreadable.append(error)
        else:
            yield from _name_classes(model, [f"{path}:{row}" for row in range(1, len(X) + 1)], X, top)


def _name_classes(model: Model | Ensemble, names: Sequence[str], X: ndarray, top: int) -> Iterator[Prediction]:
    for name, probs in zip(names, model.predict_proba(X), strict=True):
        best = np.argsort(-probs, kind="stable")[:top]
        yield Prediction(name, [(model.classes[label], float(probs[label])) for label in best])


def _to_json(predictions: Iterator[Prediction], unreadable: list[ChainruleError]) -> dict[str, object]:
    rows = [
        {
            "input": prediction.name,
            "class": prediction.top[0][0],
            "probability": prediction.top[0][1],
            "top": [{"class": name, "probability": probability} for name, probability in prediction.top],
        }
        for prediction in predictions
    ]
    return {"predictions": rows, "unreadable": [str(error) for error in unreadable]}


def _print_table(predictions: Iterator[Prediction]) -> None:
    """Print a line for each as it comes, so that thousands need no patience."""
    console = Console(soft_wrap=True, highlight=False)
    for prediction in predictions:
        classes = "  ".join(f"{escape(name)} {100 * probability:.1f} %" for name, probability in prediction.top)
        console.print(f"{escape(prediction.name)}  [bold]{classes}[/bold]")
