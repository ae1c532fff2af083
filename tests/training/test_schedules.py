"""Learning rates over a run, and what is said of a schedule that is none."""

from __future__ import annotations

import pytest

from chainrule.errors import InputError
from chainrule.training.schedules import parse_schedule

HALF_WAY = 0.5


@pytest.mark.parametrize(
    ("text", "factors"),
    [  # at steps 0, 9, 10, 19, 20, 39 of 40, ten steps an epoch
        ("constant", (1, 1, 1, 1, 1, 1)),
        ("decay:0.5", (1, 1, 0.5, 0.5, 0.25, 0.125)),
        ("step:2:0.1", (1, 1, 1, 1, 0.1, 0.1)),
        ("cosine", (1, 0.8802029828, 0.8535533906, 0.5392295478, HALF_WAY, 0.0015413331)),
        ("cosine:1", (0.1, 1, 1, 0.7938926261, 0.75, 0.0027390523)),
        ("warm-up:1,cosine", (0.1, 1, 1, 0.7938926261, 0.75, 0.0027390523)),
        ("warm-up:2,constant", (0.05, 0.5, 0.55, 1, 1, 1)),
        ("warm-up:0.5,decay:0.5", (0.2, 1, 1, 0.5, 0.5, 0.125)),
        ("warm-up:1,step:2:0.1", (0.1, 1, 1, 1, 1, 0.1)),
    ],
)
def test_factors(text: str, factors: tuple[float, ...]) -> None:
    schedule = parse_schedule(text)
    found = [schedule.factor(step, 10, 40) for step in (0, 9, 10, 19, 20, 39)]
    assert found == pytest.approx(factors, abs=1e-9)


@pytest.mark.parametrize(
    "text", ["", "linear", "decay", "decay:0", "decay:1.5", "decay:x", "step:5", "step:0:0.5", "step:1.5:0.5",
             "cosine:-1", "cosine:nan", "constant:1", "decay:0.9:2", "warm-up:1", "warm-up:0,cosine",
             "warm-up:x,cosine", "warm-up,cosine", "warm-up:1:2,cosine", "warm-up:1,cosine:1", "warm-up:1,",
             "cosine,warm-up:1", "warm-up:1,warm-up:1,cosine", "warm-up:inf,cosine"]
)  # fmt: skip
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--schedule: expected constant, decay:FACTOR"):
        parse_schedule(text)
