"""How much a search may do, counted in what it does: by the clock it would find other things on another machine.

Work is counted in the seconds that it takes on a common machine. A clock stands behind it, for a program of which one
run takes much longer than its lines let expect.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np

RUN, LINE = 1.5e-5, 2e-7
"""Seconds for one run of a program, and for each line of it that is run."""

COMPILED = 2.5e-4
"""For one function that is compiled anew."""

PROBED = 5e-5
"""For one probe that is written into a function."""

EVALUATED, EXECUTED = 4e-5, 1.5e-4
"""For one expression that is tried on known values, and for one statement."""

MADE = 8e-5
"""For one change that is made."""

GRACE = 3.0
"""How many times the seconds may pass on the clock."""


@dataclass
class _Work:
    """What this process has done so far."""

    seconds: float = 0.0


_work = _Work()


def spend(seconds: float) -> None:
    """Count work that was done."""
    _work.seconds += seconds


@dataclass(frozen=True)
class Limit:
    """An end of work.

    Attributes
    ----------
    work, clock : float
        In seconds: of all the work of this process, and of its time on the processor.
    """

    work: float
    clock: float

    @classmethod
    def of(cls, seconds: float, clock: float = math.inf) -> Limit:
        """Return the limit for so many seconds of work from now on, if they do not take longer by the clock."""
        return cls(_work.seconds + seconds, time.process_time() + min(clock, GRACE * seconds))

    def over(self) -> bool:
        """Return whether it is reached."""
        return _work.seconds > self.work or time.process_time() > self.clock

    def within(self, seconds: float) -> Limit:
        """Return the limit for so many seconds of work from now on, or this one if it comes first."""
        other = Limit.of(seconds)
        return Limit(min(self.work, other.work), min(self.clock, other.clock))


def spent() -> float:
    """Return the seconds of work that this process has done."""
    return _work.seconds


def lines_of(call: Callable[[], object]) -> int:
    """Return how many lines are run by a second call, or until it raises: at the first one things may be prepared."""
    lines = 0

    def count(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return count

    before = sys.gettrace()
    with np.errstate(all="ignore"), suppress(Exception):  # a stranger's program may raise anything
        call()
        sys.settrace(count)
        try:
            call()
        finally:
            sys.settrace(before)
    return lines
