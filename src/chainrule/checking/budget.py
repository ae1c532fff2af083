"""How long a file may still be searched, so that its answer is there before its time is up."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

SHARE = 0.65
"""The part of a file's time that searches may take; the rest is for reading it, for proofs and for the answer."""


@dataclass
class Budget:
    """The time of a file on the clock, given out as time of the processor, of which there may be less.

    Attributes
    ----------
    seconds : float
        On the clock, from now on.
    """

    seconds: float = float("inf")
    _start: tuple[float, float] = field(default_factory=lambda: (time.monotonic(), time.process_time()))

    def left(self) -> float:
        """Return how many seconds of the processor are left, at the rate at which it was ours so far."""
        passed, used = time.monotonic() - self._start[0], time.process_time() - self._start[1]
        rate = min(1.0, used / passed) if passed > 0.1 else 1.0
        return max(0.0, (SHARE * self.seconds - passed) * rate)
