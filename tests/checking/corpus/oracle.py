"""Whether a program is right: the numbers that its oracle shows are those of the correct program.

It shares no code with ``chainrule.checking``.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CHILD = Path(__file__).with_name("oracle_child.py")
SECONDS = 10.0
RELATIVE = 1e-6
OF_LARGEST = 1e-12
"""A number that is this small beside the largest one is a zero but for rounding."""


@dataclass(frozen=True)
class Outcome:
    """The numbers of a program, or why there are none."""

    values: tuple[float, ...] = ()
    error: str = ""


def run(text: str, oracle: str, seconds: float = SECONDS) -> Outcome:
    """Run a program and then its oracle, in a process of its own.

    Parameters
    ----------
    text : str
        Runs with ``__name__ == "__main__"``, in an empty folder.
    oracle : str
        Runs in the namespace that the program leaves, and assigns ``result``.
    seconds : float
        How long both may take together.
    """
    request = json.dumps({"text": text, "oracle": oracle})
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # the same sums in the same order
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-I", str(CHILD)],
                input=request.encode(),
                capture_output=True,
                timeout=seconds,
                cwd=folder,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Outcome(error=f"still running after {seconds:g} seconds")
    try:
        told = json.loads(done.stdout)
    except ValueError:
        return Outcome(error=f"ended with {done.returncode} and said nothing")
    return Outcome(tuple(told["values"]), told["error"])


def same(one: Sequence[float], other: Sequence[float]) -> bool:
    """Say whether two results are the same numbers."""
    if len(one) != len(other):
        return False
    largest = max((abs(x) for x in (*one, *other) if math.isfinite(x)), default=0.0)
    return all(_close(x, y, OF_LARGEST * largest) for x, y in zip(one, other, strict=True))


def is_right(text: str, oracle: str, correct: Outcome) -> bool:
    """Say whether a program comes to the numbers of the correct one."""
    outcome = run(text, oracle)
    return not outcome.error and not correct.error and same(outcome.values, correct.values)


def _close(x: float, y: float, rounding: float) -> bool:
    if not (math.isfinite(x) and math.isfinite(y)):
        return x == y or (math.isnan(x) and math.isnan(y))
    return abs(x - y) <= max(RELATIVE * max(abs(x), abs(y)), rounding)
