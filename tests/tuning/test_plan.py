"""How a search is asked for: times, ranges, defaults."""

from __future__ import annotations

from typing import Any

import pytest

from chainrule.errors import InputError
from chainrule.tuning.plan import make_plan, read_seconds, told_seconds


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("10m", 600), ("1h30m", 5400), ("0.5h", 1800)])
def test_times_are_read(text: str, seconds: float) -> None:
    assert read_seconds(text) == seconds


@pytest.mark.parametrize("text", ["0", "0m", "", "ten", "-5m", "5 apples", "m"])
def test_a_budget_of_nothing_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--budget: expected a time above 0"):
        make_plan({}, {"budget": text})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"trials": 0}, "--trials: expected a whole number from 1"),
        ({"population": 0}, "--population"),
        ({"reduction": 1}, "--reduction"),
        ({"seeds": 0}, "--seeds"),
        ({"folds": 1}, "--folds: expected 0, or a whole number from 2"),
        ({"folds": 3, "seeds": 2}, "--seeds: expected 1 with --folds"),
        ({"ensemble": -1}, "--ensemble"),
        ({"sampler": "magic"}, "--sampler: expected one of tpe, random, gp, grid"),
        ({"stopping": "magic"}, "--stopping: expected one of halving"),
        ({"trails": 3}, "setting search.trails: expected one of trials"),
    ],
)
def test_what_makes_no_plan_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as refusal:
        make_plan(given, {})
    assert message in str(refusal.value)


def test_sixty_four_trials_unless_something_else_ends_the_search() -> None:
    assert make_plan({}, {}).trials == 64
    assert make_plan({}, {"budget": "1m"}).trials is None
    assert make_plan({"sampler": "grid"}, {}).trials is None
    assert make_plan({"trials": 5}, {"trials": 7}).trials == 7


def test_times_are_told() -> None:
    assert [told_seconds(s) for s in (8.2, 250, 7500)] == ["8 s", "4 min 10 s", "2 h 5 min"]
