"""The limit of time reaches the program wherever it is, and nobody else."""

from __future__ import annotations

import gc
import time

import pytest

from chainrule.checking.reading.limits import TookTooLong, time_limit


def busy(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        sum(range(100))


def collect_and_go_on() -> None:
    gc.collect()
    busy(5.0)


def test_a_program_that_takes_too_long_is_interrupted() -> None:
    with pytest.raises(TookTooLong), time_limit(0.05):
        busy(5.0)


def test_a_quick_one_is_not() -> None:
    with time_limit(0.05):
        total = sum(range(10))
    busy(0.1)

    assert total == 45


def test_nothing_is_raised_where_nobody_would_hear_it() -> None:
    heard = []

    def collecting(*_: object) -> None:
        busy(0.1)
        heard.append(True)

    gc.callbacks.append(collecting)
    try:
        with pytest.raises(TookTooLong), time_limit(0.05):
            collect_and_go_on()
    finally:
        gc.callbacks.remove(collecting)

    assert heard == [True, True]
