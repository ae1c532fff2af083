"""The harness's end of the line to a worker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import Any, Self

from benchmarks.problems import Problem

ROOT = Path(__file__).parent.parent
PATIENCE = 300.0
"""Seconds within which a worker must answer; some compile for half a minute before they do."""


class WorkerGoneError(Exception):
    """A worker could not be made, or ended; the message says why."""


class MissingError(WorkerGoneError):
    """What a contender needs is not installed."""


class Worker:
    """One contender on one problem in a process of its own.

    Parameters
    ----------
    maker, problem, rows, threads
        Who computes what, on how many rows and threads.
    patience : float
        Seconds after which a worker that does not answer is given up.

    Raises
    ------
    MissingError, WorkerGoneError
        If there is no such contender here.
    """

    def __init__(self, maker: str, problem: Problem, rows: int, threads: int, patience: float = PATIENCE) -> None:
        self._patience = patience
        order = {
            "maker": maker,
            "sizes": problem.sizes,
            "batch_size": problem.batch_size,
            "rule": problem.rule,
            "rows": rows,
            "threads": threads,
        }
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 closed in close()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", json.dumps(order)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            cwd=ROOT,
            env=environment(threads),
        )
        try:
            self._listen()
        except WorkerGoneError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, do: str, **details: Any) -> dict[str, Any]:
        """Send a request, and wait for its answer."""
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps({"do": do, **details}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # the worker has said why before it ended
        return self._listen()

    def close(self) -> None:
        """End the process and wait for its end."""
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def _listen(self) -> dict[str, Any]:
        assert self._process.stdout
        alarm = Timer(self._patience, self._process.kill)
        alarm.start()
        line = self._process.stdout.readline()
        on_time = alarm.is_alive()
        alarm.cancel()
        if not line and not on_time:
            raise WorkerGoneError(f"it did not answer within {self._patience:g} seconds")
        if not line:
            self._process.wait()
            self._errors.seek(0)
            last = (self._errors.read().strip().splitlines() or ["it printed nothing"])[-1]
            raise WorkerGoneError(f"its process ended with code {self._process.returncode}: {last[:200]}")
        answer: dict[str, Any] = json.loads(line)
        if "missing" in answer:
            raise MissingError(f"{answer['missing']} is not installed")
        if "failed" in answer:
            raise WorkerGoneError(answer["failed"])
        return answer


def environment(threads: int) -> dict[str, str]:
    """Return what every worker's environment says: that of this process, with so many threads for everyone."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
    return {**os.environ, **dict.fromkeys(names, str(threads)), "JAX_PLATFORMS": "cpu", "PYTHONUNBUFFERED": "1"}
