"""The threads that compute together: how many, started for a call and gone after it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

from threadpoolctl import ThreadpoolController

from chainrule.engine.team import Team, disband, team_of

Result = TypeVar("Result")


@cache
def _blas() -> Any:
    """Return what tells and sets BLAS's threads; looking for it among all that is loaded takes milliseconds."""
    return ThreadpoolController().select(user_api="blas")


_holding = threading.Lock()


@contextmanager
def blas_on_one() -> Iterator[None]:
    """Hold BLAS to one thread, unless another team of this process does: only the first knows what BLAS had before."""
    if not _holding.acquire(blocking=False):
        yield
        return
    try:
        with _blas().limit(limits=1):
            yield
    finally:
        _holding.release()


class Threads:
    """Runs a function on every thread of a team, each of which multiplies on its own.

    The number is that which BLAS is held to, by ``threadpool_limits`` or the environment, so there is one place that
    says it; where threadpoolctl does not know the BLAS (Apple's Accelerate) it is one. While the team works BLAS itself
    is held to one: threads of its own beside ours would be too many.

    Parameters
    ----------
    most : int, optional
        Take no more than so many, for work that is too small to be shared by all.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = most

    def number(self) -> int:
        """Return how many threads may compute."""
        allowed = max((library.num_threads for library in _blas().lib_controllers), default=1)
        return allowed if self._most is None else min(allowed, self._most)

    def run(self, work: Callable[[Team], Result], size: int) -> Result:
        """Call ``work`` on ``size`` threads at once, of which this one is the first; return what it gives here."""
        me, *others = team_of(size)
        failures: list[BaseException] = []
        helpers = [threading.Thread(target=_help, args=(work, other, failures), daemon=True) for other in others]
        with blas_on_one():
            try:
                for helper in helpers:
                    helper.start()
                result = work(me)
            except BaseException:
                disband(me)
                raise
            finally:
                for helper in helpers:
                    if helper.ident is not None:
                        helper.join()
        if failures:
            raise failures[0]
        return result


def _help(work: Callable[[Team], object], team: Team, failures: list[BaseException]) -> None:
    """Do a thread's part; if it fails, keep the others from waiting for it for ever."""
    try:
        work(team)
    except BaseException as error:
        failures.append(error)
        disband(team)
