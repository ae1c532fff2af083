"""A clock that compiled code can read, for the profile of the loop."""

from __future__ import annotations

import ctypes
import sys
import time
from typing import Any

import numpy as np
from llvmlite import binding
from numba import types
from numpy import ndarray

from chainrule.engine.compiling import compiled

if sys.platform == "win32":
    _library, _symbol = ctypes.WinDLL("kernel32"), "QueryPerformanceCounter"
else:
    _library, _symbol = ctypes.CDLL(None), "clock_gettime"

binding.add_symbol("chainrule_clock", ctypes.cast(getattr(_library, _symbol), ctypes.c_void_p).value)
_WINDOWS = sys.platform == "win32"
_counter: Any = types.ExternalFunction("chainrule_clock", types.int32(types.intp))
_gettime: Any = types.ExternalFunction("chainrule_clock", types.int32(types.int32, types.intp))
_MONOTONIC = int(getattr(time, "CLOCK_MONOTONIC", 0))

SECTIONS = ("gather", "products", "between", "penalty", "update")
"""Parts of a step: rows gathered, matrix products, what stands between them (and waiting for others), the sum of the
squares of the weights, the update rule."""

GATHER, PRODUCTS, BETWEEN, PENALTY, UPDATE = range(len(SECTIONS))


@compiled()
def read_clock(laps: ndarray) -> float:
    """Return the present time in ticks of :func:`tick_seconds`, or 0 if ``laps`` is empty: nobody wants to know."""
    if len(laps) == 0:
        return 0.0
    now = np.empty(2, np.int64)
    if _WINDOWS:
        _counter(now.ctypes.data)
        return float(now[0])
    _gettime(_MONOTONIC, now.ctypes.data)
    return now[0] * 1e9 + now[1]


@compiled()
def lap(laps: ndarray, section: int, since: float) -> float:
    """Add the time since ``since`` to ``laps[section]``, and return the present time."""
    now = read_clock(laps)
    if len(laps) > 0:
        laps[section] += now - since
    return now


def tick_seconds() -> float:
    """Return the length of a tick in seconds."""
    if not _WINDOWS:
        return 1e-9
    frequency = ctypes.c_int64()
    _library.QueryPerformanceFrequency(ctypes.byref(frequency))
    return 1 / frequency.value
