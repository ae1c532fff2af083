"""Proposals: the same for the same seed, none twice, and better than chance."""

from __future__ import annotations

import sys
from typing import Any

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState, create_trial

from chainrule.errors import InputError
from chainrule.tuning.propose import propose
from chainrule.tuning.space import Space, read_space

SPACE = read_space({}, {"learning_rate": "log:1e-4:1", "batch_size": "8,16,32", "rule": "sgd,adam"})
SMALL = read_space({}, {"batch_size": "8,16,32", "rule": "sgd,adam"})


@pytest.fixture(autouse=True)
def _quiet() -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)


def known_trials(space: Space, proposals: list[Any], values: list[float | None]) -> list[FrozenTrial]:
    return [
        create_trial(
            state=TrialState.FAIL if value is None else TrialState.COMPLETE,
            value=value,
            params=dict(each.params),
            distributions=dict(each.distributions),
        )
        for each, value in zip(proposals, values, strict=True)
    ]


@pytest.mark.parametrize("sampler", ["random", "tpe", "gp"])
def test_same_seed_same_proposals(sampler: str) -> None:
    if sampler == "gp":
        pytest.importorskip("torch", reason="Optuna's GP sampler computes with PyTorch, an extra")
    first = propose(SPACE, sampler, [], 12, (0, 0, 0))
    known = known_trials(SPACE, first, [None, *(0.05 * k for k in range(1, 12))])
    again = [propose(SPACE, sampler, known, 4, seed) for seed in ((0, 0, 1), (0, 0, 1), (1, 0, 1))]
    params = [[each.params for each in proposals] for proposals in again]
    assert params[0] == params[1] != params[2]


@pytest.mark.parametrize("sampler", ["random", "tpe", "grid"])
def test_no_point_twice_and_none_left_out(sampler: str) -> None:
    first = propose(SMALL, sampler, [], 4, (0, 0, 0))
    rest = propose(SMALL, sampler, known_trials(SMALL, first, [0.1] * 4), 99, (0, 0, 1))
    points = {tuple(sorted(each.params.items())) for each in [*first, *rest]}
    assert len(first) + len(rest) == len(points) == SMALL.size == 6


def test_tpe_learns_also_from_what_diverged() -> None:
    first = propose(SPACE, "random", [], 60, (0, 0, 0))
    rates = [float(each.params["learning_rate"]) for each in first]
    known = known_trials(SPACE, first, [None if rate > 0.01 else 0.5 + 10 * rate for rate in rates])
    found = [float(each.params["learning_rate"]) for each in propose(SPACE, "tpe", known, 10, (0, 0, 1))]
    assert sum(1e-3 < rate < 0.03 for rate in found) >= 7  # a quarter of the space


def test_a_grid_needs_points() -> None:
    with pytest.raises(InputError, match="--learning-rate: expected values, or a range with a number of points"):
        propose(SPACE, "grid", [], 1, (0, 0, 0))


def test_gp_without_torch_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(InputError, match="pip install torch, or --sampler tpe"):
        propose(SPACE, "gp", [], 1, (0, 0, 0))
