"""The named files of an archive or of a folder, read into memory: nothing is extracted, so no path can lead astray."""

from __future__ import annotations

import lzma
import tarfile
import zlib
from collections.abc import Callable, Collection
from gzip import BadGzipFile
from pathlib import Path, PurePosixPath

from chainrule.errors import InputError
from chainrule.files import storage_errors

MEMBER_LIMIT = 256 * 2**20
"""Bytes of the largest file that is read; a published batch has 31 million."""

_CUT_OFF = (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, BadGzipFile)


def read_members(path: Path, is_wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """Return the content of the files whose base names are wanted.

    Parameters
    ----------
    path : Path
        A tar archive (compressed or not), or a folder that holds the files itself or in one folder of its own.
    is_wanted : callable
        Told the base name of a file.

    Raises
    ------
    InputError
        If the archive is cut off or none, or if a wanted file is far too large.
    StorageError
        If the disk fails, or reading is not permitted.
    """
    with storage_errors(str(path)):
        if path.is_dir():
            return _from_folder(path, is_wanted)
        try:
            return _from_tar(path, is_wanted)
        except _CUT_OFF as error:
            raise InputError(
                str(path),
                expected="a whole tar archive",
                got=f"a file that is cut off or no archive ({error or type(error).__name__})",
                advice="download it again",
            ) from error


def folder_with(path: Path, names: Collection[str]) -> Path | None:
    """Return ``path``, or the one folder in it, that holds any file of these names; None if neither does."""
    for folder in (path, *_only_folder_in(path)):
        if any((folder / name).is_file() for name in names):
            return folder
    return None


def _only_folder_in(path: Path) -> list[Path]:
    inner = [item for item in path.iterdir() if item.is_dir() and not item.name.startswith(".")]
    return inner if len(inner) == 1 else []


def _from_folder(path: Path, is_wanted: Callable[[str], bool]) -> dict[str, bytes]:
    for folder in (path, *_only_folder_in(path)):
        files = [item for item in folder.iterdir() if is_wanted(item.name) and item.is_file()]
        if files:
            for file in files:
                _refuse_huge(path, file.name, file.stat().st_size)
            return {file.name: file.read_bytes() for file in files}
    return {}


def _from_tar(path: Path, is_wanted: Callable[[str], bool]) -> dict[str, bytes]:
    found = {}
    with tarfile.open(path) as archive:
        for member in archive:
            name = PurePosixPath(member.name).name
            if is_wanted(name) and (file := archive.extractfile(member) if member.isfile() else None):
                _refuse_huge(path, name, member.size)
                found[name] = file.read()
        if archive.fileobj is not None:
            while archive.fileobj.read(1 << 20):  # to the very end, where the checksum of the compression stands
                pass
    return found


def _refuse_huge(path: Path, name: str, size: int) -> None:
    if size > MEMBER_LIMIT:
        raise InputError(str(path), expected=f"files of at most {MEMBER_LIMIT:,} bytes", got=f"{size:,}", where=name)
