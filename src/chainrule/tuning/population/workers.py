"""The threads that take the panels of a population through their steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from typing import TypeVar

from threadpoolctl import ThreadpoolController

Item = TypeVar("Item")
Result = TypeVar("Result")


@cache
def _blas() -> ThreadpoolController:
    """Return the handle of the BLAS that is loaded; looking for it takes milliseconds."""
    return ThreadpoolController().select(user_api="blas")


class Workers:
    """Threads that each take whole panels, with BLAS held to one thread meanwhile.

    Parameters
    ----------
    threads : int, optional
        How many; by default as many as BLAS is held to.
    """

    def __init__(self, threads: int | None = None) -> None:
        self._blas = _blas()
        held_to = max((library.num_threads for library in self._blas.lib_controllers), default=1)
        self.threads = threads or held_to

    def run(self, work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Return what ``work`` gives for every item, or raise what one of them raised.

        Once begun all are done, also where Ctrl-C interrupts the waiting: a population is never left with some of its
        networks ahead of the others.
        """
        if not items:
            return []
        with self._blas.limit(limits=1), ThreadPoolExecutor(min(self.threads, len(items))) as pool:
            futures = [pool.submit(work, item) for item in items]
            try:
                wait(futures)
            finally:
                wait(futures)
        return [future.result() for future in futures]
