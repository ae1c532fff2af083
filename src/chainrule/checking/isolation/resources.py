"""Resource limits (``setrlimit``): what the kernel of every Unix counts for one process."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path

from chainrule.checking.isolation.limits import Limits
from chainrule.checking.isolation.promises import UnavailableError

if sys.platform != "win32":
    import resource

OPEN_FILES = 256


def limit_resources(limits: Limits) -> tuple[str, ...]:
    """Limit this process: memory, processor time, the size of a file, open files; no core files."""
    if sys.platform == "win32":
        raise UnavailableError("Windows has none")
    seconds = math.ceil(limits.seconds)
    _lower(resource.RLIMIT_CPU, seconds, seconds + 1)  # a signal, and a second later the end
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, limits.disk)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    return ("processor time", *_system_limits(limits))


def _system_limits(limits: Limits) -> tuple[str, ...]:
    """Set the limits that do not work everywhere: macOS counts no memory, and Linux counts threads as processes."""
    if sys.platform == "linux":
        _lower(resource.RLIMIT_MSGQUEUE, 0)
        _lower(resource.RLIMIT_AS, limits.memory + _address_space())
        return ("memory",)
    elif limits.processes == 1 and os.geteuid() != 0:
        _lower(resource.RLIMIT_NPROC, 0)
        return ("processes",)
    else:
        return ()


def _lower(kind: int, soft: int, hard: int | None = None) -> None:
    """Lower a limit; one that is lower already stays."""
    _, now = resource.getrlimit(kind)
    hard = soft if hard is None else hard
    if now != resource.RLIM_INFINITY:
        hard = min(hard, now)
    resource.setrlimit(kind, (min(soft, hard), hard))


def _address_space() -> int:
    """Return the bytes that the process has before the stranger's program runs."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")
