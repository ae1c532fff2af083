"""Work that is counted: the same for the same program on every machine, with the clock behind it."""

from __future__ import annotations

import time

import pytest

from chainrule.checking.effort import GRACE, Limit, lines_of, spend


def _loop() -> None:
    for _ in range(100):
        time.monotonic()


def _stops() -> None:
    _loop()
    raise ValueError("in the middle")


def test_lines_are_counted_alike_each_time() -> None:
    assert lines_of(_loop) == lines_of(_loop)
    assert 200 <= lines_of(_loop) <= 210


def test_a_call_that_raises_at_once_costs_nothing_and_raises_nothing() -> None:
    assert lines_of(_stops) == 0


def test_a_limit_is_reached_by_work() -> None:
    limit = Limit.of(1.0)
    assert not limit.over()
    spend(0.9)
    assert not limit.over()
    spend(0.2)
    assert limit.over()


@pytest.mark.parametrize(("seconds", "clock", "end"), [(1.0, float("inf"), GRACE), (1.0, 0.5, 0.5)])
def test_a_limit_is_reached_by_the_clock(
    seconds: float, clock: float, end: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(time, "process_time", lambda: now)
    limit = Limit.of(seconds, clock)
    now += 0.9 * end
    assert not limit.over()
    now += 0.2 * end
    assert limit.over()


def test_a_limit_within_another_ends_no_later() -> None:
    limit = Limit.of(1.0)
    assert limit.within(5.0).work == limit.work
    assert limit.within(0.5).work < limit.work
