"""The threads that compute together: how many, started for a call and gone after it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from threadpoolctl import ThreadpoolController

from chainrule.engine.team import Team, disband, team_of

Result = TypeVar("Result")


class Threads:
    """Runs a function on every thread of a team, each of which multiplies on its own.

    The number is that which BLAS is held to, by ``threadpool_limits`` or the environment, so there is one place that
    says it; where threadpoolctl does not know the BLAS (Apple's Accelerate) it is one. While the team works BLAS itself
    is held to one: threads of its own beside ours would be too many.
    """

    def __init__(self) -> None:
        self._blas = ThreadpoolController().select(user_api="blas")

    def number(self) -> int:
        """Return how many threads may compute."""
        return max((library.num_threads for library in self._blas.lib_controllers), default=1)

    def run(self, work: Callable[[Team], Result], size: int) -> Result:
        """Call ``work`` on ``size`` threads at once, of which this one is the first; return what it gives here."""
        me, *others = team_of(size)
        if not others:
            return work(me)
        failures: list[BaseException] = []
        helpers = [threading.Thread(target=_help, args=(work, other, failures), daemon=True) for other in others]
        with self._blas.limit(limits=1):
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
