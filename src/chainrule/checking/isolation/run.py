"""Run one job, or many at once, in processes of their own."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from chainrule.checking.isolation.job import Job
from chainrule.checking.isolation.limits import Limits
from chainrule.checking.isolation.outcome import Outcome

Request = dict[str, Any]


class Call(Protocol):
    """A run on its way."""

    def wait(self) -> Outcome:
        """Return the outcome when there is one; once."""

    def stop(self) -> None:
        """End the run early."""


def start(job: Job) -> Call:
    """Start a run in the way that this system has."""
    if sys.platform == "linux":
        from chainrule.checking.isolation.linux.forked import ForkedCall

        return ForkedCall(job)
    else:
        from chainrule.checking.isolation.spawned import SpawnedCall

        return SpawnedCall(job)


def run_isolated(
    entry: str, request: Request, *, limits: Limits | None = None, visible: Sequence[Path | str] = ()
) -> Outcome:
    """Run a function of ours, which may go on to run a stranger's code, in a separate and limited process.

    Parameters
    ----------
    entry : str
        ``module:function``; the function takes the request and returns a dictionary, both as JSON carries them. Its
        module is imported once, by the process that all runs are forked from: what it imports costs nothing later.
    request : dict
        Paths in it should be absolute: the function runs in a working folder of its own.
    limits : Limits, optional
    visible : sequence of paths, optional
        Files and folders that the function and the stranger's code may read, besides Python and the system.

    Returns
    -------
    Outcome
        Whatever the code does. What a hostile program says of itself need not be true.

    Raises
    ------
    IsolationError
        When no process can be started, or ``entry``'s module cannot be imported.
    """
    call = start(Job(entry, request, limits or Limits(), _absolute(visible)))
    try:
        return call.wait()
    finally:
        call.stop()


def run_many(
    entry: str,
    requests: Iterable[tuple[Request, Sequence[Path | str]]],
    *,
    limits: Limits | None = None,
    workers: int,
) -> Iterator[tuple[int, Outcome]]:
    """Run a function on many requests, ``workers`` at once, and yield each outcome with its number as it comes.

    ``requests`` are pairs of a request and the paths visible to it; they are taken as they are needed. A run that
    hangs, crashes or eats memory costs itself only. Leaving the iterator ends the runs on their way.
    """
    jobs = (Job(entry, request, limits or Limits(), _absolute(visible)) for request, visible in requests)
    numbered = enumerate(jobs)
    running: dict[Future[Outcome], tuple[int, Call]] = {}
    with ThreadPoolExecutor(workers) as threads:
        try:
            while True:
                for number, job in islice(numbered, workers - len(running)):
                    call = start(job)
                    running[threads.submit(call.wait)] = number, call
                if not running:
                    return
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    number, _ = running.pop(future)
                    yield number, future.result()
        finally:
            for _, call in running.values():
                call.stop()


def _absolute(paths: Sequence[Path | str]) -> tuple[str, ...]:
    return tuple(str(Path(path).absolute()) for path in paths)
