"""``chainrule evaluate``: how well a run's model does on its own test split, or on other data."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.console import Console

from chainrule.cli.progress import ReadingBar
from chainrule.cli.saved_model import open_model, own_data
from chainrule.cli.tables import class_table, confusion_table
from chainrule.data.dataset import Dataset
from chainrule.data.features import Subset
from chainrule.data.open import open_data
from chainrule.data.recognise import Kind, kind_of
from chainrule.errors import InputError
from chainrule.network.evaluate import Evaluation, evaluate
from chainrule.network.model import Model

if TYPE_CHECKING:
    from chainrule.tuning.ensemble import Ensemble

HELP = """Judge a run, or a model file: accuracy, accuracy of every class, confusion matrix.

Without --data it reads the split of the run's own data, test unless told otherwise. With --data it judges all test
rows of another data set of the same classes (all rows, where that has no test set). The folder of a search stands
for its best network; its ensemble.safetensors is judged on the data of the search.

Examples:

* `chainrule evaluate runs/digits-1`

* `chainrule evaluate runs/digits-1 --split validation`

* `chainrule evaluate runs/digits-tune-1/ensemble.safetensors`

* `chainrule evaluate runs/photos-1 --data more-photos.zip --figure confusion.png --json`
"""


class Split(StrEnum):
    """The parts of a run's data."""

    TEST = "test"
    VALIDATION = "validation"
    TRAIN = "train"


def command(
    run: Annotated[
        Path,
        typer.Argument(
            help="The folder of a run or a search, a model.safetensors or an ensemble.safetensors.", metavar="RUN"
        ),
    ],
    data: Annotated[str | None, typer.Option(help="Other data to judge on, named as in train.")] = None,
    label: Annotated[str | None, typer.Option(help="The label column, if --data is a table.")] = None,
    split: Annotated[Split | None, typer.Option(help="Which rows of the run's own data (default test).")] = None,
    figure: Annotated[Path | None, typer.Option(help="Draw the confusion matrix into this PNG.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
) -> None:
    """See HELP."""
    console = Console(quiet=as_json)
    model = open_model(run)
    if data is None:
        if label is not None:
            raise InputError("--label", expected="--data beside it: the run knows its own label column", got=label)
        name = str(split or Split.TEST)
        subset = getattr(own_data(run, ReadingBar(console)), name)
        judged = f"{name} split"
    else:
        if split is not None:
            raise InputError("--split", expected="the run's own data", got=f"--data {data}")
        subset, judged = _all_rows(model, data, label, ReadingBar(console)), data
    evaluation = evaluate(model.parameters, subset) if isinstance(model, Model) else model.evaluate(subset)
    if figure is not None:
        from chainrule.files import write_whole
        from chainrule.report.confusion import draw_confusion
        from chainrule.report.figure import save_figure

        write_whole(figure, save_figure(draw_confusion(model.classes, evaluation.confusion)))
    if as_json:
        print(json.dumps(_to_json(run, judged, model, evaluation), indent=2))
    _tell(console, model, evaluation, f"{judged} of {run}: {len(subset):,} rows")


command.__doc__ = HELP


def _all_rows(model: Model | Ensemble, source: str, label: str | None, progress: ReadingBar) -> Subset:
    """Read other data as rows for the model, its labels by name."""
    shape, path = model.image_shape, Path(source).expanduser()
    resizable = shape is not None and path.exists() and kind_of(path) is Kind.IMAGES
    size = (shape[1], shape[0]) if shape is not None and resizable else None
    dataset = open_data(source, label=label, image_size=size, progress=progress)
    _refuse_other_inputs(model, dataset)
    unknown = [name for name in dataset.classes if name not in model.classes]
    if unknown:
        raise InputError(
            f"--data {source}",
            expected=f"classes of the model: {', '.join(model.classes)}",
            got=f"{', '.join(unknown[:5])}{' ...' if len(unknown) > 5 else ''}",
        )
    rows = dataset.test or dataset.train
    labels = np.array([model.classes.index(name) for name in dataset.classes], np.int64)[rows.y]
    return Subset(model.preprocessing.features(rows.X), labels, np.arange(len(rows)))


def _refuse_other_inputs(model: Model | Ensemble, dataset: Dataset) -> None:
    """Refuse data whose rows are not what the model was trained on.

    Raises
    ------
    InputError
        If the shape of the images, the columns or the number of features is another.
    """
    checks = (
        ("images of (height, width, channels)", model.image_shape, dataset.image_shape),
        ("columns", model.feature_names, model.feature_names and dataset.feature_names),  # it may know no names
        ("features", model.n_features, dataset.n_features),
    )
    for what, expected, got in checks:
        if expected != got and (expected, got) != (None, None):
            raise InputError(dataset.source, expected=f"{what} {expected}, as the model was trained on", got=str(got))


def _to_json(run: Path, judged: str, model: Model | Ensemble, evaluation: Evaluation) -> dict[str, object]:
    return {
        "run": str(run),
        "data": judged,
        "rows": int(evaluation.confusion.sum()),
        "accuracy": evaluation.accuracy,
        "data_loss": evaluation.data_loss,
        "class_accuracies": dict(zip(model.classes, evaluation.class_accuracies, strict=True)),
        "classes": list(model.classes),
        "confusion": evaluation.confusion.tolist(),
    }


def _tell(console: Console, model: Model | Ensemble, evaluation: Evaluation, title: str) -> None:
    console.print(title, highlight=False, markup=False, soft_wrap=True)
    console.print(f"[bold]accuracy {100 * evaluation.accuracy:.2f} %[/bold]", highlight=False)
    console.print(f"data loss {evaluation.data_loss:.4f}\n", highlight=False)
    console.print(class_table(model.classes, evaluation))
    confusions = confusion_table(model.classes, evaluation.confusion)
    if confusions is not None:
        console.print()
        console.print(confusions)
    else:
        console.print("\nthe confusion matrix is too wide for a terminal: --figure FILE draws it, --json prints it")
