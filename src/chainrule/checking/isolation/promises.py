"""What isolation promises, which layers can keep each promise, and the account of what was kept in one run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

PROCESS_NAMESPACE = "process namespace"
MOUNT_NAMESPACE = "mount namespace"
NETWORK_NAMESPACE = "network namespace"
LANDLOCK = "Landlock"
FILTER = "system call filter"
RESOURCES = "resource limits"
WATCH = "watching /proc"

PROMISES: dict[str, tuple[str, tuple[str, ...]]] = {
    "memory": ("the limit of memory of one process", (RESOURCES,)),
    "memory together": ("the limit of memory of all processes together", (WATCH,)),
    "processor time": ("the limit of processor time", (RESOURCES,)),
    "processes": ("the limit on the number of processes", (FILTER, RESOURCES, WATCH)),
    "threads": ("the limit on the number of threads", (WATCH,)),
    "disk": ("the limit of disk space of all files together", (MOUNT_NAMESPACE, WATCH)),
    "children": ("that no process is left behind", (PROCESS_NAMESPACE, WATCH)),
    "signals": ("that other processes get no signals", (PROCESS_NAMESPACE, FILTER, LANDLOCK)),
    "network": ("that there is no network", (NETWORK_NAMESPACE, FILTER)),
    "local sockets": ("that no other program is reached through a socket", (FILTER,)),
    "writing": ("that no file outside the working folder is written", (MOUNT_NAMESPACE, LANDLOCK)),
    "attributes": ("that no file outside changes its mode, owner or times", (MOUNT_NAMESPACE, FILTER)),
    "reading": ("that only Python's files and those named can be read", (LANDLOCK,)),
}
"""Promise: how it is named to people, and the layers of which any one may keep it.

That the clock's limit holds is promised too, but every system can keep that.
"""


class UnavailableError(Exception):
    """A layer that this system does not offer; the message says why."""


class Ledger:
    """Which promises are kept in one run, and why layers failed. Layers never make a run fail."""

    def __init__(self) -> None:
        self.kept: set[str] = set()
        self.failed: dict[str, str] = {}

    def attempt(self, layer: str, establish: Callable[[], Iterable[str]]) -> bool:
        """Set up a layer, and tell whether it is there; ``establish`` returns the promises that it keeps."""
        try:
            self.kept |= set(establish())
        except OSError as error:
            self.failed[layer] = error.strerror or str(error)
        except (UnavailableError, ValueError) as error:
            self.failed[layer] = str(error)
        return layer not in self.failed

    def not_enforced(self) -> tuple[str, ...]:
        """Return a sentence for each promise that no layer keeps."""
        return tuple(self._sentence(promise) for promise in PROMISES if promise not in self.kept)

    def _sentence(self, promise: str) -> str:
        name, layers = PROMISES[promise]
        reasons = [f"{layer}: {self.failed.get(layer, 'does not cover this here')}" for layer in layers]
        return f"{name} ({'; '.join(reasons)})"

    def to_json(self) -> dict[str, Any]:
        """Return the account as plain values."""
        return {"kept": sorted(self.kept), "failed": self.failed}

    def add_json(self, plain: dict[str, Any]) -> None:
        """Add an account that another process has kept."""
        self.kept |= set(plain["kept"])
        self.failed |= plain["failed"]
