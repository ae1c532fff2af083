"""The files of a folder or of a zip, alike: relative paths, and a way to read each."""

from __future__ import annotations

import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chainrule.errors import InputError
from chainrule.files import storage_errors

FILE_LIMIT = 256 * 2**20
"""Bytes of the largest file in a zip that is read: a zip can claim terabytes."""

_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError, RuntimeError)


@dataclass(frozen=True)
class FileTree:
    """A folder or a zip: the relative paths, with slashes, of its visible files and folders, and how to read a file."""

    files: tuple[str, ...]
    folders: tuple[str, ...]
    read: Callable[[str], bytes]


@contextmanager
def open_tree(path: Path) -> Iterator[FileTree]:
    """List a folder or a zip, and keep it open for reading.

    Raises
    ------
    InputError
        If the zip is cut off, or none.
    """
    if path.is_dir():
        files, folders = _walk(path)
        yield FileTree(files, folders, lambda name: _read_file(path / name))
        return
    try:
        with storage_errors(str(path)):
            archive = zipfile.ZipFile(path)
    except _DAMAGED as error:
        raise InputError(
            str(path), expected="a whole zip", got=f"one that is cut off or none ({error})", advice="download it again"
        ) from error
    with archive:
        visible = [info.filename for info in archive.infolist() if _is_visible(info.filename)]
        files = tuple(sorted(name for name in visible if not name.endswith("/")))
        parents = {name[:cut] for name in visible for cut in range(len(name)) if name[cut] == "/"}
        yield FileTree(files, tuple(sorted(parents)), lambda name: _read_member(archive, path, name))


def _walk(path: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    files: list[str] = []
    folders: list[str] = []
    with storage_errors(str(path)):
        for parent, subfolders, names in os.walk(path, onerror=_raise, followlinks=False):
            subfolders[:] = sorted(name for name in subfolders if _is_visible(name))
            prefix = Path(parent).relative_to(path).as_posix() + "/"
            prefix = "" if prefix == "./" else prefix
            folders += [prefix + name for name in subfolders]
            files += [prefix + name for name in names if _is_visible(name)]
    return tuple(sorted(files)), tuple(sorted(folders))


def _raise(error: OSError) -> None:
    raise error


def _is_visible(path: str) -> bool:
    return not any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))


def _read_file(path: Path) -> bytes:
    with storage_errors(str(path)):
        return path.read_bytes()


def _read_member(archive: zipfile.ZipFile, path: Path, name: str) -> bytes:
    size = archive.getinfo(name).file_size
    if size > FILE_LIMIT:
        raise InputError(str(path), expected=f"files of at most {FILE_LIMIT:,} bytes", got=f"{size:,}", where=name)
    try:
        with storage_errors(str(path)):
            return archive.read(name)
    except _DAMAGED as error:
        raise InputError(
            str(path), expected="a whole zip that needs no password", got=str(error), where=name
        ) from error
