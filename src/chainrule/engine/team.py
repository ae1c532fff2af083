"""Threads that take the same steps side by side: which part of the work is whose, and waiting for each other.

Each thread runs the whole loop and computes its own part of every matrix. That way everything is done by all of them,
and not the matrix products alone, and what a thread has just computed is still in its own cache when it goes on with
it. Between two stages they wait for each other without asking the operating system: it takes tenths of a microsecond.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any, NamedTuple

import numpy as np
from llvmlite import binding, ir
from numba import types
from numba.extending import intrinsic
from numpy import ndarray

from chainrule.engine.compiling import compiled

if sys.platform == "win32":
    _give_way_of_system = ctypes.WinDLL("kernel32").SwitchToThread
else:
    _give_way_of_system = ctypes.CDLL(None).sched_yield

binding.add_symbol("chainrule_give_way", ctypes.cast(_give_way_of_system, ctypes.c_void_p).value)
_give_way: Any = types.ExternalFunction("chainrule_give_way", types.int32())

LINE = 8
"""Entries from one thread's place in ``arrivals`` to the next: a cache line, so that nobody writes to another's."""

PATIENCE = 20_000
"""How often a thread looks whether the others have arrived before it lets other programs have its core."""

GRAIN = 16
"""Parts begin at multiples of so many columns: a vector of float32, or a cache line."""


class Team(NamedTuple):
    """A thread among those that compute together.

    Attributes
    ----------
    me, size : int
        Which of how many.
    arrivals : ndarray of shape (size * LINE,), int64
        Shared by all: how often each has arrived at a place where they wait for each other.
    """

    me: int
    size: int
    arrivals: ndarray


def team_of(size: int) -> list[Team]:
    """Return a new team, one entry a thread."""
    arrivals = np.zeros(size * LINE, np.int64)
    return [Team(me, size, arrivals) for me in range(size)]


def disband(team: Team) -> None:
    """Keep nobody waiting for this thread any more."""
    team.arrivals[team.me * LINE] = np.iinfo(np.int64).max


def _store_release_for_numba(_, address, value):  # type: ignore[no-untyped-def]
    """Write an integer that whoever reads it by ``_load_acquire`` sees after all that was written before."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        pointer = builder.inttoptr(arguments[0], ir.IntType(64).as_pointer())
        builder.store_atomic(arguments[1], pointer, "release", 8)
        return context.get_dummy_value()

    return types.void(types.intp, types.int64), generate


def _load_acquire_for_numba(_, address):  # type: ignore[no-untyped-def]
    """Read what another thread may be writing."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        integer = ir.IntType(64)
        return builder.load_atomic(builder.inttoptr(arguments[0], integer.as_pointer()), "acquire", 8, typ=integer)

    return types.int64(types.intp), generate


_store_release: Any = intrinsic(_store_release_for_numba)
_load_acquire: Any = intrinsic(_load_acquire_for_numba)


@compiled()
def wait(team: Team) -> None:
    """Go on when every thread of the team has come here."""
    if team.size == 1:
        return
    base, step = team.arrivals.ctypes.data, LINE * team.arrivals.itemsize
    mine = base + team.me * step
    arrived = _load_acquire(mine) + 1
    _store_release(mine, arrived)
    for other in range(team.size):
        looks = 0
        while _load_acquire(base + other * step) < arrived:
            looks += 1
            if looks > PATIENCE:
                _give_way()


@compiled()
def part(team: Team, size: int, grain: int) -> tuple[int, int]:
    """Return where this thread's part of ``size`` begins and ends; all but the last begin at multiples of ``grain``."""
    length = -(-size // (team.size * grain)) * grain
    return min(team.me * length, size), min((team.me + 1) * length, size)


@compiled()
def part_of_layer(team: Team, N: int, units: int, by_examples: bool) -> tuple[int, int, int, int]:
    """Return this thread's part of a matrix (N, units): from which row to which, from which column to which.

    The longer side is divided, because products of long parts are faster; the examples where ``by_examples`` says so.
    """
    if by_examples or units <= N:
        top, bottom = part(team, N, 1)
        return top, bottom, 0, units
    left, right = part(team, units, GRAIN)
    return 0, N, left, right
