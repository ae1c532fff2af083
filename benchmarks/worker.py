"""One contender on one problem, in a process of its own, doing what it is told one line of JSON at a time.

    python -m benchmarks.worker '{"maker": "module:Class", "sizes": [...], "batch_size": N, "rule": R, ...}'

It answers every line with one line. Between two of them it waits for input and uses no processor.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import traceback
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from benchmarks.contenders import Contender
from benchmarks.problems import Problem, Task, make_order, make_task

CHECKED_STEPS = 50
"""The steps after which everyone must have arrived at the same weights."""

REST_SECONDS, RESTS, AT_REST = 0.05, 20, 0.02
"""Threads that wait spinning for more work are waited for; at rest is who uses less than this share of a core."""


def main() -> None:
    """Make the contender, then serve until the input ends."""
    answers = _own_channel()
    order = json.loads(sys.argv[1])
    problem = Problem(tuple(order["sizes"]), order["batch_size"], order["rule"])
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))[: order["threads"]]
        os.sched_setaffinity(0, cores)  # who asks how many cores there are is told so many, too
    try:
        task = make_task(problem, order["rows"], order["threads"])
        module, _, name = order["maker"].partition(":")
        contender: Contender = getattr(import_module(module), name)(task)
        _answer(answers, {"ready": True})
        for line in sys.stdin:
            _answer(answers, _serve(contender, task, json.loads(line)))
    except ModuleNotFoundError as error:
        _answer(answers, {"missing": error.name})
    except Exception as error:
        traceback.print_exc()
        _answer(answers, {"failed": f"{type(error).__name__}: {error}".splitlines()[0][:200]})


def _serve(contender: Contender, task: Task, request: dict[str, Any]) -> dict[str, Any]:
    order = make_order(task.problem, len(task.X), request.get("steps", 0) or 1)
    if request["do"] == "describe":
        return describe()
    contender.reset()
    began = time.perf_counter()
    losses = contender.run(order)
    seconds = time.perf_counter() - began
    if request["do"] == "check":
        np.save(request["file"], contender.state())
    return {
        "seconds": seconds,
        "losses": np.asarray(losses[:CHECKED_STEPS], np.float64).tolist(),
        "at_rest": _come_to_rest(),
        "peak_bytes": peak_bytes(),
    }


def _come_to_rest() -> bool:
    """Wait until the threads of this process have stopped spinning; tell whether they did."""
    for _ in range(RESTS):
        before = time.process_time()
        time.sleep(REST_SECONDS)
        if time.process_time() - before < AT_REST * REST_SECONDS:
            return True
    return False


def peak_bytes() -> int:
    """Return the most memory that this process has held at once.

    Linux counts it from the start of this program in ``VmHWM``; its ``ru_maxrss`` would begin with what the process
    held that started this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def describe() -> dict[str, Any]:
    """Say which libraries this process has loaded: their versions, and every BLAS and OpenMP with its threads."""
    names = {"numpy": "numpy", "scipy": "scipy", "sklearn": "scikit-learn", "torch": "torch", "jax": "jax"}
    loaded = {name: metadata.version(name) for module, name in names.items() if module in sys.modules}
    from threadpoolctl import threadpool_info

    keys = ("internal_api", "version", "architecture", "num_threads")
    pools = [
        {"library": Path(pool["filepath"]).name, **{key: pool.get(key) for key in keys}} for pool in threadpool_info()
    ]
    return {"versions": loaded, "pools": pools}


def _own_channel() -> TextIO:
    """Keep the real output for answers; whatever a library prints goes to the errors."""
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return channel


def _answer(channel: TextIO, answer: dict[str, Any]) -> None:
    channel.write(json.dumps(answer) + "\n")
    channel.flush()


if __name__ == "__main__":
    main()
