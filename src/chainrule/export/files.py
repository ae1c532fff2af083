"""An export as files: where they go, what they must not replace, and what a person is told of them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from chainrule.errors import InputError
from chainrule.export.torch_file import BEGINNING, loading_lines, state_dict
from chainrule.files import storage_errors, write_whole
from chainrule.network.model import Model


class Format(StrEnum):
    """What a model can be exported to."""

    ONNX = "onnx"
    TORCH = "torch"


SUFFIXES = {Format.ONNX: ".onnx", Format.TORCH: ".safetensors"}


def default_path(source: Path, to: Format) -> Path:
    """Return where the export of a model file goes unless told otherwise: beside it."""
    name = source.stem if to is Format.ONNX else f"{source.stem}_torch"
    return source.with_name(name + SUFFIXES[to])


def export(model: Model, source: Path, to: Format, out: Path | None = None, opset: int | None = None) -> list[Path]:
    """Write a model in another format.

    Parameters
    ----------
    model : Model
    source : Path
        The file that it was read from, which is never replaced.
    to : Format
    out : Path, optional
        By default beside ``source``.
    opset : int, optional
        Of ONNX; by default one that every runtime of the last years reads.

    Returns
    -------
    list of Path
        The files, the one with the numbers first.

    Raises
    ------
    InputError
        If the name does not fit the format, would replace a file that is no export, or the model cannot be written.
    """
    path = out or default_path(source, to)
    _refuse_path(path, source, to)
    if to is Format.ONNX:
        from chainrule.export.onnx_file import DEFAULT_OPSET, to_onnx

        proto = to_onnx(model, DEFAULT_OPSET if opset is None else opset)
        write_whole(path, proto.SerializeToString(deterministic=True))
        return [path]
    if opset is not None:
        raise InputError("--opset", expected="--to onnx beside it", got=f"--to {to}")
    return _export_to_torch(model, path)


def _export_to_torch(model: Model, path: Path) -> list[Path]:
    from safetensors.numpy import save

    lines = path.with_suffix(".py")
    if not lines.stem.isidentifier():
        raise InputError(
            "--out",
            expected="a name that Python can import, for the lines beside it",
            got=path.name,
            advice="letters, digits and underscores, like net.safetensors",
        )
    with storage_errors(str(lines)):
        if lines.exists() and not lines.read_text(errors="replace").startswith(BEGINNING):
            raise InputError(
                "--out", expected=f"no file of yours where {lines.name} goes", got=str(lines), advice="another name"
            )
    write_whole(path, save(state_dict(model), metadata={"format": "pt"}))
    write_whole(lines, loading_lines(model))
    return [path, lines]


def _refuse_path(path: Path, source: Path, to: Format) -> None:
    if path.suffix != SUFFIXES[to]:
        raise InputError("--out", expected=f"a name that ends in {SUFFIXES[to]}", got=str(path))
    with storage_errors(str(path)):
        if path.exists() and source.exists() and path.samefile(source):
            raise InputError("--out", expected="another file than the model itself", got=str(path))
