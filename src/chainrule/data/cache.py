"""Decoded rows kept in the user's cache folder: the second reading of the same files maps them instead of decoding.

One folder an entry: ``<arrays>.npy`` and ``dataset.json``, which holds the rest of the record and the checksum of every
array. An entry lies below a folder for the source and how it was read, and is named for the state of the files, so that
the entry of a changed file replaces the old one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy import ndarray

from chainrule.data.allocate import Allocate, in_memory, on_disk
from chainrule.data.dataset import Dataset, Rows
from chainrule.errors import StorageError
from chainrule.files import produce_whole, storage_errors

FORMAT = 1
"""Counts up when what a reader makes of the same files changes, so that older entries are not read any more."""

ABANDONED_AFTER = 24 * 3600.0
"""Seconds after which a temporary folder belongs to a process that was killed."""

Read = Callable[[Allocate], Dataset]


def cache_folder() -> Path:
    """Return the folder of all caches: ``CHAINRULE_CACHE``, or the user's cache folder of this system."""
    if chosen := os.environ.get("CHAINRULE_CACHE"):
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_cache_dir("chainrule"))


def read_cached(path: Path, how: str, read: Read) -> Dataset:
    """Return ``read``'s data set, from the cache if these files were read in this way before.

    Parameters
    ----------
    path : Path
        The absolute path of the file or folder that ``read`` reads.
    how : str
        The reader and its parameters: whatever else the rows depend on.
    read : callable
        Decodes the data set into the arrays that it asks its argument for.

    Returns
    -------
    Dataset
        Its X are read-only memory maps. If the cache cannot be written, they are in memory and a note says so.
    """
    entry = _entry(path, how)
    if (found := _load(entry)) is not None:
        return found
    try:
        produce_whole(entry, partial(_fill, read=read))
    except (
        StorageError
    ) as error:  # another process was first, the cache cannot be written, or the source cannot be read
        reason = error.reason
    else:
        _discard_older(entry)
        reason = "it was removed at once"
    if (found := _load(entry)) is not None:
        return found
    dataset = read(in_memory)
    note = f"decoded rows could not be kept in {cache_folder()} ({reason}): the next reading decodes again"
    return replace(dataset, notes=(*dataset.notes, note))


def _entry(path: Path, how: str) -> Path:
    """Return the folder that holds these files, as they are now, read in this way."""
    with storage_errors(str(path)):
        state = _digest([str(FORMAT), *_state_of(path)])
    return cache_folder() / "data" / f"{path.name}-{_digest([str(path), how])}" / state


def _state_of(path: Path) -> Iterator[str]:
    """Yield the size and time of change of a file, or of all files below a folder with their relative paths."""
    status = path.stat()
    yield "folder" if path.is_dir() else f"{status.st_size} {status.st_mtime_ns}"
    for folder, subfolders, names in os.walk(path):
        subfolders.sort()
        yield os.path.relpath(folder, path)
        for name in sorted(names):
            status = os.stat(os.path.join(folder, name), follow_symlinks=True)  # noqa: PTH116, PTH118 - ten times faster
            yield f"{name} {status.st_size} {status.st_mtime_ns}"


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()[:20]


def _fill(folder: Path, read: Read) -> None:
    folder.mkdir()
    dataset = read(on_disk(folder))
    checksums = {}
    for name, array in _arrays(dataset).items():
        if not isinstance(array, np.memmap):
            np.save(folder / f"{name}.npy", array)
        checksums[name] = zlib.crc32(np.ascontiguousarray(array).data)
    record = {
        "name": dataset.name,
        "source": dataset.source,
        "classes": dataset.classes,
        "image_shape": dataset.image_shape,
        "notes": dataset.notes,
        "checksums": checksums,
    }
    (folder / "dataset.json").write_text(json.dumps(record), encoding="utf-8")


def _arrays(dataset: Dataset) -> dict[str, ndarray]:
    """Name the arrays as their files; the rows of a part go by the name under which readers allocate them."""
    arrays = {"train": dataset.train.X, "train_labels": dataset.train.y}
    if dataset.test is not None:
        arrays |= {"test": dataset.test.X, "test_labels": dataset.test.y}
    return arrays


def _load(entry: Path) -> Dataset | None:
    """Return the data set of an entry, or None if there is none; a damaged one is thrown away."""
    if not entry.is_dir():
        return None
    try:
        record = json.loads((entry / "dataset.json").read_text(encoding="utf-8"))
        arrays = {name: _mapped(entry / f"{name}.npy", checksum) for name, checksum in record["checksums"].items()}
        return Dataset(
            name=record["name"],
            source=record["source"],
            train=Rows(arrays["train"], arrays["train_labels"]),
            test=Rows(arrays["test"], arrays["test_labels"]) if "test" in arrays else None,
            classes=tuple(record["classes"]),
            image_shape=tuple(record["image_shape"]),
            notes=tuple(record["notes"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError):
        shutil.rmtree(entry, ignore_errors=True)
        return None


def _mapped(path: Path, checksum: int) -> ndarray:
    """Map an array, and read it once: files are not synced when written, so a loss of power may have left holes."""
    array = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    if zlib.crc32(array.data) != checksum:
        raise ValueError(f"{path.name} is damaged")
    return array


def _discard_older(entry: Path) -> None:
    """Remove the entries of earlier states of the same files, and what killed processes left."""
    with suppress(OSError):
        for other in entry.parent.iterdir():
            is_in_the_making = other.name.startswith(".") and time.time() - other.stat().st_mtime < ABANDONED_AFTER
            if other != entry and not is_in_the_making:
                shutil.rmtree(other, ignore_errors=True)
