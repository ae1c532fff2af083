"""Fitted objects of scikit-learn become ours and back, with the same probabilities to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sklearn.neural_network as theirs
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

import chainrule.sklearn as ours
from chainrule.sklearn import from_sklearn, to_sklearn

from .conftest import SHORT, Problem, fit

NAMES = {"number": "MLPRegressor", "numbers": "MLPRegressor"}


def predictions(estimator: Any, X: np.ndarray) -> list[Any]:
    return [estimator.predict(X)] + ([estimator.predict_proba(X)] if hasattr(estimator, "predict_proba") else [])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("target", ["three", "two", "multilabel", "number", "numbers"])
@pytest.mark.parametrize(
    "options",
    [{"activation": "tanh"}, {"activation": "logistic", "solver": "lbfgs"}, {"early_stopping": True}],
    ids=str,
)
def test_there_and_back(problem: Problem, target: str, options: dict[str, Any], dtype: Any) -> None:
    X, y = problem.X.astype(dtype), getattr(problem, target)
    original = fit(getattr(theirs, NAMES.get(target, "MLPClassifier"))(**SHORT, **options), X, y)
    converted = from_sklearn(original)
    back = to_sklearn(converted)
    assert type(back) is type(original)
    assert back.get_params() == original.get_params()
    for other in (converted, back):
        for a, b in zip(predictions(other, X), predictions(original, X), strict=True):
            np.testing.assert_array_equal(a, b)
    public = {name for name in vars(original) if name.endswith("_") and not name.startswith("_")}
    assert {name for name in vars(back) if name.endswith("_") and not name.startswith("_")} == public
    assert converted.loss_ == back.loss_ == original.loss_


def test_a_converted_network_goes_on(problem: Problem) -> None:
    original = fit(theirs.MLPClassifier(**SHORT), problem.X, problem.three)
    converted = from_sklearn(original)
    held = original.coefs_[0].copy()
    for estimator in (converted, to_sklearn(converted)):
        before = estimator.coefs_[0].copy()
        estimator.partial_fit(problem.X, problem.three)
        assert np.abs(estimator.coefs_[0] - before).max() > 0
    np.testing.assert_array_equal(original.coefs_[0], held)


def test_names_of_features_are_kept(problem: Problem) -> None:
    pandas = pytest.importorskip("pandas")
    X = pandas.DataFrame(problem.X, columns=list("abcdef"))
    original = fit(theirs.MLPRegressor(**SHORT), X, problem.number)
    assert list(to_sklearn(from_sklearn(original)).feature_names_in_) == list("abcdef")


def test_ours_to_theirs_with_one_class(problem: Problem) -> None:
    mine = fit(ours.MLPClassifier(**SHORT), problem.X, np.full(len(problem.X), "only"))
    assert set(to_sklearn(mine).predict(problem.X)) == {"only"}


def test_what_cannot_be_converted() -> None:
    with pytest.raises(ValueError, match=r"from_sklearn: expected a fitted MLPClassifier .* got sklearn.linear_model"):
        from_sklearn(LogisticRegression())
    with pytest.raises(
        ValueError, match=r"to_sklearn: expected a fitted network of chainrule\.sklearn, got MLPClassifier"
    ):
        to_sklearn(theirs.MLPClassifier())
    with pytest.raises(NotFittedError):
        from_sklearn(theirs.MLPClassifier())
    with pytest.raises(NotFittedError):
        to_sklearn(ours.MLPRegressor())
