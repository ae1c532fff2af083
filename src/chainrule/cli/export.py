"""``chainrule export``: a run's model in a format that others read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from chainrule.cli.saved_model import model_file
from chainrule.export.files import Format, export
from chainrule.network.model import Model

HELP = """Write a run's model in a format that others read, with its preprocessing inside.

onnx: one graph from raw images (uint8, N x height x width x channels) or rows (float32) to `label` and
`probabilities`, for any N; the names of the classes stand in its metadata. It needs the package onnx: `pip install
'chainrule[onnx]'`.

torch: a state_dict as safetensors, and beside it a .py with the few lines that load it.

Exit code: 0 written, 2 something given cannot be used.

Examples:

* `chainrule export runs/digits-1 --to onnx`

* `chainrule export runs/digits-1 --to onnx --opset 11 --out digits.onnx`

* `chainrule export runs/digits-1 --to torch --out digits.safetensors --json`
"""


def command(
    run: Annotated[
        Path, typer.Argument(help="The folder of a run or a search, or a model.safetensors.", metavar="RUN")
    ],
    to: Annotated[Format, typer.Option(help="The format.")],
    out: Annotated[
        Path | None, typer.Option(help="The file to write.", show_default="beside the model, model.onnx")
    ] = None,
    opset: Annotated[int | None, typer.Option(help="The version of ONNX's operators.", show_default="13")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
) -> None:
    """See HELP."""
    source = model_file(run)
    model = Model.load(source)
    files = export(model, source, to, out, opset)
    if as_json:
        print(json.dumps(_to_json(model, to, files), indent=2))
        return
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for file in files:
        console.print(f"{file}  {file.stat().st_size:,} bytes")
    console.print(f"takes {_input_of(model)}; gives {_output_of(model)}")


command.__doc__ = HELP


def _input_of(model: Model) -> str:
    if model.image_shape is None:
        return f"rows of {model.n_features} features (N, {model.n_features})"
    return f"images (N, {', '.join(map(str, model.image_shape))}) of uint8"


def _output_of(model: Model) -> str:
    loss, number = model.parameters.architecture.loss, len(model.classes)
    if loss == "softmax":
        return f"the probabilities of {_counted(number, 'class', 'classes')}"
    if loss == "logistic":
        return f"the probabilities of {_counted(number, 'label', 'labels')}, each by itself"
    return _counted(number, "predicted number", "predicted numbers")


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def _to_json(model: Model, to: Format, files: list[Path]) -> dict[str, Any]:
    return {
        "to": str(to),
        "files": [str(file) for file in files],
        "input_shape": ["N", *(model.image_shape or (model.n_features,))],
        "classes": list(model.classes),
    }
