"""The threads that take the panels of a population through their steps."""

from __future__ import annotations

from collections import deque
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

    Where there are fewer panels than threads, their products are divided among those that would rest.

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
        results: dict[int, Result] = {}
        left = deque(enumerate(items))

        def take() -> None:
            while True:
                try:
                    place, item = left.popleft()
                except IndexError:  # all are taken
                    return
                results[place] = work(item)

        of_a_product = max(1, self.threads // max(len(items), 1))
        with self._blas.limit(limits=of_a_product), ThreadPoolExecutor(self.threads) as pool:
            futures = [pool.submit(take) for _ in range(min(self.threads, len(items)))]
            try:
                wait(futures)
            finally:
                wait(futures)
        for future in futures:
            future.result()
        return [results[place] for place in range(len(items))]
