"""Writing files so that each is whole or absent: a temporary neighbour, fsync, rename."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chainrule.errors import StorageError

_ADVICE = {
    errno.ENOSPC: "free some space, or name another folder",
    errno.EDQUOT: "free some space, or name another folder",
    errno.EFBIG: "raise the file-size limit, or name another folder",
    errno.EROFS: "name a folder that can be written to",
    errno.EACCES: "see who may read and write there, or name another place",
    errno.EPERM: "see who may read and write there, or name another place",
    errno.ENOTDIR: "name a folder",
    errno.EEXIST: "name another folder",
}


def storage_error(what: str, error: OSError) -> StorageError:
    """Say in a person's words what the operating system objected to about ``what``."""
    return StorageError(what, error.strerror or str(error), _ADVICE.get(error.errno or 0, ""))


@contextmanager
def storage_errors(what: str) -> Iterator[None]:
    """Turn an ``OSError`` of the block into a :class:`StorageError` that names ``what``."""
    try:
        yield
    except StorageError:
        raise
    except OSError as error:
        raise storage_error(what, error) from error


def sync_folder(folder: Path) -> None:
    """Make a rename inside ``folder`` survive a loss of power, where the system can."""
    with suppress(OSError):  # Windows cannot open a folder; some file systems cannot sync one
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_whole(path: Path, content: bytes | str) -> None:
    """Replace ``path`` by ``content`` in one instant: a reader sees the old file or the new one, never a part.

    Raises
    ------
    StorageError
        If the disk is full or the folder cannot be written to; the old file, if any, is untouched.
    """
    data = content.encode() if isinstance(content, str) else content

    def write(temporary: Path) -> None:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    produce_whole(path, write)


def produce_whole(path: Path, produce: Callable[[Path], None]) -> None:
    """Let ``produce`` write a temporary neighbour of ``path`` (a file or a folder), then rename it to ``path``.

    ``path`` must not exist if ``produce`` makes a folder.
    """
    with storage_errors(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        holder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        try:
            temporary = holder / path.name
            produce(temporary)
            temporary.replace(path)
            sync_folder(path.parent)
        finally:
            shutil.rmtree(holder, ignore_errors=True)
