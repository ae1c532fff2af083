"""Watch a tree of processes through ``/proc``: the limits that no single process can be given."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chainrule.checking.isolation.limits import Limits, MiB
from chainrule.checking.isolation.linux.syscalls import prctl
from chainrule.checking.isolation.outcome import Kind
from chainrule.checking.isolation.promises import UnavailableError

PR_SET_CHILD_SUBREAPER = 36
BLOCK = 4096
"""What even an empty file counts for."""


def adopt_orphans() -> tuple[str, ...]:
    """Keep every descendant of this process in its tree, also those whose parents end; make sure it can be seen.

    ``/proc`` may be that of another process namespace, whose numbers mean other processes: it must not be used then.
    """
    if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        raise UnavailableError("/proc does not show the children of a process")
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    return "memory together", "processor time", "processes", "threads", "disk", "children"


def descendants(parent: int) -> Iterator[int]:
    """Yield the processes below ``parent``, those above before those below."""
    waiting = [parent]
    while waiting:
        with suppress(OSError):  # it has ended
            for task in Path(f"/proc/{waiting.pop()}/task").iterdir():
                for child in map(int, (task / "children").read_text().split()):
                    yield child
                    waiting.append(child)


@dataclass
class Usage:
    """What a tree of processes takes; memory and seconds of processor time of all together."""

    processes: int = 0
    threads: int = 0
    memory: int = 0
    seconds: float = 0.0


class Watch:
    """The limits of all processes below this one together, and of the files in the working folder."""

    def __init__(self, limits: Limits, folder: Path) -> None:
        self._limits, self._folder = limits, folder
        self._page, self._tick = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
        self._shared = self._usage_of(os.getpid()).memory  # every process below begins as a copy of this one

    def exceeded(self) -> tuple[Kind, str] | None:
        """Return the limit that is exceeded, if one is."""
        usage, limits = self._usage(), self._limits
        if usage.memory > limits.memory:
            return Kind.MEMORY, limits.memory_met()
        if usage.processes > limits.processes:
            return Kind.PROCESSES, f"stopped when it had {usage.processes} processes; {limits.processes} allowed"
        if usage.threads > limits.threads:
            return Kind.PROCESSES, f"stopped when it had {usage.threads} threads; {limits.threads} allowed"
        if usage.seconds > limits.seconds:
            return Kind.TIMEOUT, limits.time_met("of processor time")
        if self._disk_is_full():
            return Kind.DISK, f"stopped when its files took more than {limits.disk / MiB:.0f} MiB"
        return None

    def processes(self) -> Iterator[int]:
        """Yield every process below this one."""
        return descendants(os.getpid())

    def _usage(self) -> Usage:
        """Add up all below; the first process of the tree is ours and not counted."""
        total = Usage(processes=-1, threads=-1)
        for process in self.processes():
            one = self._usage_of(process)
            total.processes += 1
            total.threads += one.threads
            total.memory += max(0, one.memory - self._shared)
            total.seconds += one.seconds
        return total

    def _usage_of(self, process: int) -> Usage:
        """Read one process, with the processor time of its children that have ended (``proc_pid_stat(5)``)."""
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            return Usage()
        seconds = sum(int(ticks) for ticks in fields[11:15]) / self._tick
        return Usage(1, int(fields[17]), int(fields[21]) * self._page, seconds)

    def _disk_is_full(self) -> bool:
        """Tell whether the files take too much; with a mount namespace they are not seen here, and limited there."""
        total = 0
        for parent, folders, files in os.walk(self._folder):
            for name in (*folders, *files):
                with suppress(OSError):
                    total += BLOCK + os.lstat(f"{parent}/{name}").st_blocks * 512
            if total > self._limits.disk:
                return True
        return False
