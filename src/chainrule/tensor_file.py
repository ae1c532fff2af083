"""Named arrays with a header of plain values in one safetensors file, whole or absent; no code is ever loaded."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped
from numpy import ndarray

from chainrule.errors import InputError
from chainrule.files import storage_errors, write_whole

HEADER = "chainrule"
_DTYPES = ("BOOL", "U8", "I8", "U16", "I16", "U32", "I32", "U64", "I64", "F16", "F32", "F64")


def write_tensors(
    path: Path, kind: str, version: int, tensors: dict[str, Shaped[ndarray, "..."]], header: dict[str, Any]
) -> None:
    """Write arrays and a header, marked as a file of ``kind`` in format ``version``.

    Raises
    ------
    StorageError
        If the file cannot be written; an older one of that name is untouched.
    """
    from safetensors.numpy import save

    contents = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    text = json.dumps({"kind": kind, "version": version, "checksum": _checksum(contents), **header})
    write_whole(path, save(contents, metadata={HEADER: text}))


def kind_of(path: Path) -> str:
    """Return the kind that a file was marked with, or "" if it is no file of ours."""
    from safetensors import SafetensorError, safe_open

    try:
        with storage_errors(str(path)), safe_open(path, framework="numpy") as file:
            return str(json.loads((file.metadata() or {}).get(HEADER, "{}")).get("kind", ""))
    except (SafetensorError, ValueError, AttributeError):
        return ""


def read_tensors(path: Path, kind: str, version: int) -> tuple[dict[str, Shaped[ndarray, "..."]], dict[str, Any]]:
    """Read what :func:`write_tensors` wrote.

    Raises
    ------
    InputError
        If the file is cut off or damaged, is no safetensors file, or is not of this kind or of a later version.
    StorageError
        If it cannot be read.
    """
    from safetensors import SafetensorError, safe_open

    with storage_errors(str(path)):
        path.open("rb").close()  # safetensors reports a missing file or permission in words of its own
    try:
        with safe_open(path, framework="numpy") as file:
            header = _header(path, file.metadata() or {}, kind, version)
            tensors = {name: _tensor(path, file, name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except SafetensorError as error:
        raise InputError(
            str(path),
            expected=f"a {kind} in safetensors format",
            got="a file of another format, or one that is cut off",
            where=str(error),
            advice="copy it again from where it was made",
        ) from None
    if header.get("checksum") != _checksum(tensors):
        raise InputError(
            str(path),
            expected="the numbers that were written to it",
            got="others: its checksum is wrong",
            advice="copy it again from where it was made",
        )
    return tensors, header


def _tensor(path: Path, file: Any, name: str) -> Shaped[ndarray, "..."]:
    """Return one array, if its numbers are of a type that NumPy has by itself (bfloat16 is not)."""
    kind = file.get_slice(name).get_dtype()
    if kind not in _DTYPES:
        raise InputError(str(path), expected="numbers of a type that NumPy has", got=kind, where=name)
    return file.get_tensor(name)


def _header(path: Path, metadata: dict[str, str], kind: str, version: int) -> dict[str, Any]:
    """Return what a file says of itself, once it is a file of ours, of this kind, and not of a later version."""
    try:
        header = dict(json.loads(metadata[HEADER]))
        found, found_version = header["kind"], int(header["version"])
    except (KeyError, ValueError, TypeError):
        raise InputError(
            str(path), expected=f"a {kind} that chainrule wrote", got="a safetensors file of somebody else's"
        ) from None
    if found != kind:
        raise InputError(str(path), expected=f"a {kind}", got=f"a {found}")
    if found_version > version:
        raise InputError(
            str(path),
            expected=f"format {version} or earlier",
            got=f"format {found_version}, of a later chainrule",
            advice="pip install --upgrade chainrule",
        )
    return header


def _checksum(tensors: dict[str, Shaped[ndarray, "..."]]) -> int:
    checksum = 0
    for name in sorted(tensors):
        checksum = zlib.crc32(tensors[name].data, zlib.crc32(name.encode(), checksum))
    return checksum
