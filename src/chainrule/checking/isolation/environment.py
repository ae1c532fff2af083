"""The environment of the processes that strangers' code runs in: no secrets, the same on every run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

INHERITED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TZ")
THREADS = ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR", "NUMBA", "VECLIB_MAXIMUM")


def scrubbed(home: Path) -> dict[str, str]:
    """Return the environment: what finding libraries needs, one thread each, a fixed hash seed."""
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    threads = {f"{library}_NUM_THREADS": "1" for library in THREADS}
    return {
        **kept,
        **threads,
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "MALLOC_ARENA_MAX": "2",
        "MPLBACKEND": "Agg",
        "PYTHONHASHSEED": "0",
        "PYTHONSAFEPATH": "1",
        "PYTHONPATH": os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path if entry),
    }
