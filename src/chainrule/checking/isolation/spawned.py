"""The way of systems other than Linux: a fresh process for each run, with the few limits that they have.

Forking a process that has imported NumPy is not safe on macOS, and Windows does not fork.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from chainrule.checking.isolation.environment import scrubbed
from chainrule.checking.isolation.folder import remove
from chainrule.checking.isolation.job import Job
from chainrule.checking.isolation.outcome import Kind, Outcome
from chainrule.checking.isolation.promises import PROMISES, RESOURCES, Ledger
from chainrule.checking.isolation.verdict import TOO_LARGE, outcome_of

CHUNK = 1 << 16
LINGER = 1.0
"""Seconds for what a killed process had written to arrive."""


class SpawnedCall:
    """A run on its way in a process started for it."""

    def __init__(self, job: Job) -> None:
        self._job, self._started = job, time.monotonic()
        self._folder = Path(tempfile.mkdtemp(prefix="chainrule-"))
        self._received, self._too_large = bytearray(), False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "chainrule.checking.isolation.spawned_child"],
            env=scrubbed(self._folder),
            cwd=self._folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._exchange, daemon=True)
        self._reader.start()

    def wait(self) -> Outcome:
        """Return the outcome when there is one."""
        try:
            end = self._follow()
        finally:
            self.stop()
            self._process.wait()
            self._reader.join(LINGER)
            remove(self._folder)
        ledger = Ledger()
        ledger.failed = dict.fromkeys((layer for _, layers in PROMISES.values() for layer in layers), "only on Linux")
        ledger.failed.pop(RESOURCES)
        outcome = outcome_of(bytes(self._received), self._process.returncode, self._job.limits, ledger)
        if end is not None:
            outcome = end
        seconds = time.monotonic() - self._started
        return dataclasses.replace(outcome, not_enforced=ledger.not_enforced(), seconds=seconds)

    def _follow(self) -> Outcome | None:
        """Wait for the process to end; return the limit that it met, if one."""
        limits = self._job.limits
        try:
            self._process.wait(limits.seconds)
        except subprocess.TimeoutExpired:
            return Outcome(Kind.TIMEOUT, detail=limits.time_met())
        self._reader.join(LINGER)
        return Outcome(Kind.ERROR, detail=TOO_LARGE) if self._too_large else None

    def _exchange(self) -> None:
        """Hand the job over and read what comes back, so much and no more."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        with suppress(OSError), stdin:
            stdin.write(json.dumps(self._job.to_json()).encode())
        with stdout:
            while chunk := os.read(stdout.fileno(), CHUNK):
                self._received += chunk
                if len(self._received) > self._job.limits.result:
                    self._too_large = True
                    self.stop()
                    return

    def stop(self) -> None:
        """Kill the process, and all those of its group where there are groups."""
        if sys.platform == "win32":
            self._process.kill()
        else:
            with suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
