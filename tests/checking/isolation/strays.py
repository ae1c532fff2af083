"""Find processes that should have gone."""

from __future__ import annotations

import time
from pathlib import Path


def processes_named(name: str) -> list[int]:
    """Return the processes that have given themselves this name (at most 15 characters), and live."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and (folder / "comm").read_text().strip() == name:
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def wait_until_gone(name: str, seconds: float = 10.0) -> bool:
    """Wait for processes of this name to be gone; tell whether they are."""
    deadline = time.monotonic() + seconds
    while processes_named(name):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
