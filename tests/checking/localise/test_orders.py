"""The passes of a statement belong to those of an expression in the same order, the reverse, or call by call."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.checking.truth.families import Pass, in_order, orders


def passes(*at: tuple[int, int]) -> list[Pass]:
    return [Pass(time, frame, np.full(2, float(time))) for time, frame in at]


@pytest.mark.parametrize(
    ("times", "frames", "family", "expected"),
    [
        ([10, 11, 12], [1, 1, 1], passes((1, 1), (2, 1), (3, 1)), [2, 1, 0]),
        ([10, 11, 12], [1, 1, 1], passes((1, 1), (2, 1), (3, 1)), [0, 1, 2]),
        ([10, 11], [1, 1], passes((1, 1), (2, 1), (3, 1)), [1, 0]),
        ([3, 4, 13, 14], [1, 1, 1, 1], passes((1, 1), (2, 1), (11, 1), (12, 1)), [1, 0, 3, 2]),
        ([10, 11, 12, 13], [7, 7, 8, 8], passes((1, 5), (2, 5), (3, 6), (4, 6)), [2, 3, 0, 1]),
        ([10, 11, 12], [1, 1, 1], passes((1, 1), (2, 1)), [None, 1, 0]),
    ],
)
def test_the_order_is_among_those_that_are_tried(
    times: list[int], frames: list[int], family: list[Pass], expected: list[int | None]
) -> None:
    assert expected in list(orders(times, frames, family))


def test_no_order_is_tried_twice() -> None:
    found = [tuple(one) for one in orders([10, 11, 12], [1, 1, 1], passes((1, 1), (2, 1), (3, 1)))]
    assert len(found) == len(set(found))


def test_what_belongs_to_nothing_is_zero_and_other_shapes_do_not_fit() -> None:
    family = passes((1, 1), (2, 1))
    first, second = in_order([None, 1], family, [(2,), (1, 2)]) or []
    assert (first.tolist(), second.tolist()) == ([0.0, 0.0], [[2.0, 2.0]])
    assert in_order([0, 1], family, [(2,), (3,)]) is None
