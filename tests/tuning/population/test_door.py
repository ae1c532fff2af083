"""What cannot be asked of a population, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.data.features import Features
from chainrule.errors import InputError
from chainrule.tuning.population.member import Member
from tests.shapes import any_shape
from tests.tuning.population.alone import make_problem, together

ONE = [Member((4,), 0.1)]


def make(members: Any = ONE, **changes: Any) -> chainrule.Population:
    return chainrule.Population(members, **{"input_size": 6, "output_size": 3, "batch_size": 9, **changes})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: make([]), "members: expected at least one network, got none"),
        (lambda: make(batch_size=0), "batch_size: expected at least 1 example, got 0"),
        (lambda: make(sampling="chance"), "sampling: expected permutation or replacement, got 'chance'"),
        (lambda: make(dtype="float16"), "dtype: expected float32 or float64, got 'float16'"),
        (lambda: make(threads=0), "threads: expected at least 1, or None, got 0"),
        (lambda: make(input_size=0), "number of inputs: expected at least 1, got 0"),
        (lambda: Member((0,), 0.1), r"hidden: expected at least 1 unit in each layer, got \(0,\)"),
        (lambda: Member((4,), float("nan")), "learning_rate: expected a positive number, got nan"),
        (lambda: Member((4,), 0.1, reg=-1), "reg: expected 0 or a positive number, got -1"),
        (lambda: Member((4,), 0.1, rule="sdg"), "rule: expected one of sgd, momentum, .*, got 'sdg'"),
        (lambda: Member((4,), 0.1, seed=-1), r"seed: expected a whole number from 0 to 2\*\*63 - 1, got -1"),
        (lambda: Member((4,), 0.1, dropout=1.0), "dropout: expected a number from 0 to below 1, got 1.0"),
        (lambda: Member((4,), 0.1, label_smoothing=-1), "label_smoothing: expected a number from 0 to below 1, got -1"),
        (lambda: Member((4,), 0.1, activation="swish"), "activation: expected one of identity, logistic, "),
        (lambda: Member((4,), 0.1, fold=-1), "fold: expected a number from 0, or None, got -1"),
        (lambda: Member((4,), 0.1, initial_weights="xavier"), "--initial-weights: expected normal:STD, he or glorot"),
        (lambda: Member((4,), 0.1, schedule="sometimes"), "--schedule: expected constant, "),
    ],
)
def test_a_population_that_cannot_be_made(make: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}"):
        make()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"X": np.zeros((40, 5), np.float32)}, r"X: expected shape \(N, 6\) of uint8, float32 or float64, C-cont"),
        ({"X": np.zeros((40, 6), np.float16)}, r"X: expected shape \(N, 6\)"),
        ({"y": np.zeros(39, np.int64)}, r"y: expected shape \(40,\) of int64, C-contiguous, got shape \(39,\)"),
        ({"y": np.zeros(40, np.int32)}, r"y: expected shape \(40,\) of int64"),
        ({"y": np.full(40, 3)}, "y: expected labels from 0 to 2, got 3 to 3"),
        ({"y": np.full(40, -1)}, "y: expected labels from 0 to 2, got -1 to -1"),
        ({"rows": np.array([0, 40])}, "rows: expected numbers from 0 to 39, got others"),
        ({"rows": np.arange(5)}, "batch_size: expected at most 5, the training rows, got 9"),
        ({"rows": np.empty(0, np.int64)}, "rows: expected at least one, got none"),
        ({"steps": -1}, "steps: expected 0 or more, got -1"),
        ({"steps": 11}, "steps: expected at most 10 in all, the total, got 11 with those taken"),
        ({"folds": np.zeros(3, np.int64)}, r"folds: expected shape \(40,\) of int64, C-contiguous, got shape \(3,\)"),
        ({"folds": np.full(40, 1)}, "folds: expected some rows of fold 1, not all of them, got 40 of 40"),
        ({"folds": np.full(40, 2)}, "folds: expected some rows of fold 1, not all of them, got 0 of 40"),
        ({"folds": None}, "folds: expected the fold of every row, for the networks of fold 1, got none"),
    ],
)
def test_steps_that_cannot_be_taken_change_nothing(changes: dict[str, Any], message: str) -> None:
    problem = make_problem()
    population = together(problem, [*ONE, Member((4,), 0.1, fold=1)], 9)
    before = population.model(0).buffer.tobytes()
    given = {"X": problem.features.X, "y": problem.y, "folds": problem.folds, "steps": 3, **changes}
    features, y = Features(given.pop("X")), given.pop("y")
    with any_shape(), pytest.raises(InputError, match=f"^{message}"):
        population.train(features, y, total_steps=10, **given)
    assert population.steps_taken == 0
    assert population.model(0).buffer.tobytes() == before


def test_none_is_no_choice() -> None:
    population = make()
    with pytest.raises(InputError, match=r"^numbers: expected at least one of the networks that are there \(0\), got"):
        population.keep([])
    with pytest.raises(InputError, match=r"^X: expected shape \(N, 6\)"):
        population.predict(np.zeros((4, 5), np.float32))
