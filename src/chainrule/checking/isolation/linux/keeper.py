"""The process beside each guest: it lays out the sandbox, watches, ends everything, and tells how it went."""

from __future__ import annotations

import dataclasses
import json
import os
import select
import signal
import socket
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from chainrule.checking.isolation.folder import remove
from chainrule.checking.isolation.guest import Function, leave
from chainrule.checking.isolation.job import Job
from chainrule.checking.isolation.linux.namespaces import own_processes
from chainrule.checking.isolation.linux.sandbox import run_first
from chainrule.checking.isolation.linux.watch import Watch, adopt_orphans
from chainrule.checking.isolation.outcome import Kind, Outcome
from chainrule.checking.isolation.promises import PROCESS_NAMESPACE, WATCH, Ledger
from chainrule.checking.isolation.verdict import TOO_LARGE, outcome_of

BETWEEN_LOOKS = 0.025
"""Seconds between two looks at the tree of processes."""
PATIENCE = 5.0
"""Seconds for the killed to be gone."""
CHUNK = 1 << 16


class ClientGoneError(Exception):
    """Whoever asked has closed its end: interrupted, or dead."""


def keep(client: socket.socket, module: ModuleType) -> None:
    """Read a job from ``client``, run it, and send the outcome; a client that leaves ends the run."""
    with client.makefile("rb") as stream:
        request = stream.readline()
    if not request:
        return
    job = Job.from_json(json.loads(request))
    folder = Path(tempfile.mkdtemp(dir=".")).resolve()
    try:
        outcome = Keeper(job, folder, client).run(getattr(module, job.function))
    except ClientGoneError:
        return
    except Exception as error:
        outcome = Outcome(Kind.CRASH, detail=f"the process that watches failed: {type(error).__name__}: {error}")
    finally:
        remove(folder)
    with client, suppress(OSError):
        client.sendall(json.dumps(outcome.to_json()).encode())


class Keeper:
    """One run: its guest, the pipes from it, and what has come through them."""

    def __init__(self, job: Job, folder: Path, client: socket.socket) -> None:
        self._job, self._folder, self._client = job, folder, client
        self._ledger = Ledger()
        self._received = bytearray()
        self._exit_code: int | None = None
        self._watch: Watch | None = None
        self._looked = time.monotonic()

    def run(self, function: Function) -> Outcome:
        """Run the function in the sandbox and return what came of it."""
        started = time.monotonic()
        os.setsid()
        if self._ledger.attempt(WATCH, adopt_orphans):
            self._watch = Watch(self._job.limits, self._folder)
        self._ledger.attempt(PROCESS_NAMESPACE, own_processes)
        self._start(function)
        try:
            end = self._follow(started + self._job.limits.seconds)
        finally:
            self._end_all()
        outcome = outcome_of(bytes(self._received), self._exit_code, self._job.limits, self._ledger)
        if end is not None:
            outcome = Outcome(end[0], detail=end[1])
        not_enforced, seconds = self._ledger.not_enforced(), time.monotonic() - started
        return dataclasses.replace(outcome, not_enforced=not_enforced, seconds=seconds)

    def _start(self, function: Function) -> None:
        self._channel, channel = os.pipe()
        self._status_pipe, status = os.pipe()
        self._first = os.fork()
        if self._first == 0:
            try:
                run_first(self._job, function, self._folder, channel, status)
            finally:
                leave(0)
        os.close(channel)
        os.close(status)
        self._open = [self._channel, self._status_pipe]

    def _follow(self, deadline: float) -> tuple[Kind, str] | None:
        """Read until the guest has ended, or return the limit that it met."""
        client = self._client.fileno()
        while (now := time.monotonic()) < deadline:
            if exceeded := self._look(now):
                return exceeded
            ready, _, _ = select.select([client, *self._open], [], [], min(deadline - now, BETWEEN_LOOKS))
            if client in ready:
                raise ClientGoneError
            if self._channel in ready and not self._read_some():
                return Kind.ERROR, TOO_LARGE
            if self._status_pipe in ready:
                self._read_status()
                return None if self._read_rest() else (Kind.ERROR, TOO_LARGE)
        return Kind.TIMEOUT, self._job.limits.time_met()

    def _look(self, now: float) -> tuple[Kind, str] | None:
        """Look at the tree now and then, however much the guest writes; return the limit that it exceeds."""
        if self._watch is None or now - self._looked < BETWEEN_LOOKS:
            return None
        self._looked = now
        return self._watch.exceeded()

    def _read_status(self) -> None:
        told = os.read(self._status_pipe, 4)
        if told:  # else the first process was killed
            self._exit_code = os.waitstatus_to_exitcode(int.from_bytes(told, "little"))

    def _read_some(self) -> bool:
        """Read what there is; tell whether it is still within the limit."""
        chunk = os.read(self._channel, CHUNK)
        self._received += chunk
        if not chunk:  # closed by the guest, which may go on
            self._open = [self._status_pipe]
        return len(self._received) <= self._job.limits.result

    def _read_rest(self) -> bool:
        os.set_blocking(self._channel, False)
        with suppress(BlockingIOError):
            while chunk := os.read(self._channel, CHUNK):
                self._received += chunk
                if len(self._received) > self._job.limits.result:
                    return False
        return True

    def _end_all(self) -> None:
        """Kill everything below this process and see it gone; more may be born meanwhile."""
        os.kill(self._first, signal.SIGKILL)
        patience = time.monotonic() + PATIENCE
        while time.monotonic() < patience:
            for process in self._watch.processes() if self._watch else ():
                with suppress(OSError):
                    os.kill(process, signal.SIGKILL)
            try:
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            except ChildProcessError:
                return
            time.sleep(0.001)
