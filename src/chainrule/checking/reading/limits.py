"""A limit of time on a piece of a stranger's program."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TookTooLong(BaseException):
    """Raised inside of the program; no ``except Exception`` of its own takes it."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Interrupt the body of ``with`` after so many seconds (in the main thread of a Unix process)."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def interrupt(_: int, frame: FrameType | None) -> None:
        if not _deaf(frame):
            raise TookTooLong

    handler = signal.signal(signal.SIGALRM, interrupt)
    before = signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)  # again and again: the program may catch it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *before)
        signal.signal(signal.SIGALRM, handler)


def _deaf(frame: FrameType | None) -> bool:
    """Tell whether what is raised here would reach nobody: in a finaliser, or where the garbage is collected."""
    callbacks = {getattr(callback, "__code__", None) for callback in gc.callbacks}
    while frame is not None:
        if frame.f_code.co_name == "__del__" or frame.f_code in callbacks:
            return True
        frame = frame.f_back
    return False
