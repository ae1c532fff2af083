"""Small data of every kind of target, and a way to fit without being told that it was short."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy import ndarray
from sklearn.exceptions import ConvergenceWarning

N, D = 103, 6
SHORT: dict[str, Any] = {
    "hidden_layer_sizes": (7, 5),
    "max_iter": 6,
    "random_state": 3,
    "batch_size": 16,
    "learning_rate_init": 0.01,
}
"""Parameters of fits that take milliseconds; the last mini-batch is smaller."""


class Problem(NamedTuple):
    """Rows, and targets of every kind for them."""

    X: ndarray
    three: ndarray
    two: ndarray
    multilabel: ndarray
    number: ndarray
    numbers: ndarray
    counts: ndarray
    weights: ndarray


def make_problem(seed: int = 0) -> Problem:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N, D))
    scores = X @ rng.normal(size=(D, 3)) + rng.normal(size=(N, 3))
    weights = rng.uniform(size=N)
    weights[::10] = 0
    return Problem(
        X,
        three=np.array(["ash", "birch", "cedar"])[scores.argmax(axis=1)],
        two=scores[:, 0] > 0,
        multilabel=(scores > 0.5).astype(np.int64),
        number=scores[:, 0],
        numbers=scores,
        counts=rng.poisson(np.exp(scores / 4)).astype(np.float64),
        weights=weights,
    )


@pytest.fixture(scope="session")
def problem() -> Problem:
    return make_problem()


def fit(estimator: Any, *arguments: Any, **named: Any) -> Any:
    """Fit without the warning that ``max_iter`` epochs were not enough."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return estimator.fit(*arguments, **named)
