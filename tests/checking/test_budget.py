"""The time of a file: never more than is left on the clock, and less where others use the processor."""

from __future__ import annotations

import time

import pytest

from chainrule.checking.budget import SHARE, Budget

CASES = {
    "just begun": ((0.0, 0.0), 10 * SHARE),
    "alone on the processor": ((2.0, 2.0), 10 * SHARE - 2.0),
    "soon over": ((5.0, 5.0), 10 * SHARE - 5.0),
    "half of the processor": ((5.0, 2.5), (10 * SHARE - 5.0) / 2),
    "over": ((9.0, 9.0), 0.0),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_left(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (passed, used), left = CASES[case]
    clocks = {"monotonic": 100.0, "process_time": 1.0}
    for name in clocks:
        monkeypatch.setattr(time, name, lambda name=name: clocks[name])
    own = Budget(10.0)
    clocks["monotonic"] += passed
    clocks["process_time"] += used
    assert own.left() == pytest.approx(left)


def test_without_a_limit_there_is_no_end() -> None:
    assert Budget().left() == float("inf")
