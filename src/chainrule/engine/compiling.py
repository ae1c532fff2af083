"""How functions are compiled, and kept on disk so that they are compiled once."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import numba

from chainrule.data.cache import cache_folder

_config: Any = numba.config

KEPT = 10
"""How many versions of the engine and of what is built on it are kept compiled: several environments may take turns."""


def compiled(*, fastmath: set[str] | bool = False) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function for this machine when it is first called, and keep the result on disk.

    It is kept in chainrule's cache folder, or where ``NUMBA_CACHE_DIR`` says. Where that cannot be written to, every
    process compiles anew. Division by zero is inf or nan, as in NumPy: the check that Python makes for it would keep
    the compiler from using vector instructions.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": fastmath}
        folder = _folder(Path(function.__code__.co_filename).parent)
        if folder is None:
            return numba.njit(**options)(function)
        before, _config.CACHE_DIR = _config.CACHE_DIR, str(folder)
        try:
            return numba.njit(cache=True, **options)(function)
        finally:
            _config.CACHE_DIR = before

    return decorate


def kept_versions(function: Any) -> list[Path]:
    """Return the files in which compiled versions of a function are kept for later processes."""
    if not function.stats.cache_path:
        return []
    return sorted(Path(function.stats.cache_path).glob(f"*.{function.__name__}-*.nbc"))


@cache
def _folder(home: Path = Path(__file__).parent) -> Path | None:
    """Return a folder of its own for every state of the engine's sources, and of those beside the function's own.

    Numba looks only at the file of the function itself, and would go on using a compiled loop into which an old
    version of another file's function was built. None if the folder cannot be written to.
    """
    digest = hashlib.sha256()
    for source in sorted({*Path(__file__).parent.glob("*.py"), *home.glob("*.py")}):
        digest.update(source.read_bytes())
    base = Path(_config.CACHE_DIR) if _config.CACHE_DIR else cache_folder() / "engine"
    folder = base / digest.hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
    except OSError:
        return None
    if not os.access(folder, os.W_OK):
        return None
    if not _config.CACHE_DIR:  # what else lies in Numba's own folder is not ours to remove
        forget_all_but_newest(base, KEPT)
    return folder


def forget_all_but_newest(base: Path, kept: int) -> None:
    """Remove the folders in ``base`` that were not used for longest, so that old versions do not pile up."""
    with suppress(OSError):  # another process may be doing the same
        used = {folder: folder.stat().st_mtime for folder in base.iterdir()}
        for folder in sorted(used, key=lambda folder: used[folder])[:-kept]:
            shutil.rmtree(folder, ignore_errors=True)
