"""Which processes of a search are alive: each writes the time into the storage now and then."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

from chainrule.tuning.ledger import Ledger

PAUSE = 30.0
"""Seconds between two beats; ``ledger.SILENT`` is ten times as long, so that clocks that differ a little do no harm."""


class Heartbeat:
    """Writes the time while the search goes on, from a thread of its own: training may take long between two rungs."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Self:
        self._ledger.beat(time.time())
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._end.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._end.wait(PAUSE):
            self._ledger.beat(time.time())
