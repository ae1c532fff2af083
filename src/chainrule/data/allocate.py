"""Where rows are put while they are decoded: in memory, or in a file of the cache that need not fit into memory."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Protocol

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray

from chainrule.errors import StorageError


class Allocate(Protocol):
    """Give an uninitialised uint8 array of ``shape`` for the part of a data set called ``part``."""

    def __call__(self, part: str, shape: tuple[int, int]) -> UInt8[ndarray, "N D"]:
        """Return the array. A second call for the same part replaces the first, which may no longer be used."""


def in_memory(part: str, shape: tuple[int, int]) -> UInt8[ndarray, "N D"]:
    """Allocate in memory."""
    try:
        return np.empty(shape, np.uint8)
    except MemoryError as error:
        raise StorageError(
            f"the {part} rows",
            f"{math.prod(shape) / 2**30:.1f} GiB of pixels do not fit into memory",
            "let CHAINRULE_CACHE name a folder with as much free space: rows kept there need no memory",
        ) from error


def on_disk(folder: Path) -> Allocate:
    """Allocate as memory-mapped ``<part>.npy`` files in ``folder``."""

    def allocate(part: str, shape: tuple[int, int]) -> UInt8[ndarray, "N D"]:
        path = folder / f"{part}.npy"
        array = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
        _reserve(path)
        return array

    return allocate


def _reserve(path: Path) -> None:
    """Claim the space of a sparse file now: on a full disk this raises, where writing to a map kills the process."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        elif size:
            file.seek(128)  # past the header that open_memmap wrote
            for start in range(128, size, 1 << 20):
                file.write(bytes(min(1 << 20, size - start)))
