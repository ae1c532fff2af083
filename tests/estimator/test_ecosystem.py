"""The estimators among scikit-learn's tools, in data frames, pickles and notebooks."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import joblib  # type: ignore[import-untyped]
import numpy as np
import pandas
import polars
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingClassifier
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from chainrule.sklearn import MLPClassifier, MLPRegressor

from .conftest import SHORT, D, Problem, fit

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
NAMES = [f"x{i}" for i in range(D)]


def frame(kind: str, X: np.ndarray) -> Any:
    return pandas.DataFrame(X, columns=NAMES) if kind == "pandas" else polars.DataFrame(X, schema=NAMES)


def test_search_over_a_pipeline(problem: Problem) -> None:
    pipeline = make_pipeline(StandardScaler(), MLPClassifier(**SHORT)).set_output(transform="pandas")
    grid = {"mlpclassifier__dropout": [0.0, 0.2], "mlpclassifier__schedule": [None, "cosine:1"]}
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(problem.X, problem.three)
    assert len(search.cv_results_["params"]) == 4
    assert set(search.best_estimator_[-1].feature_names_in_) == set(NAMES)


def test_several_fits_at_once(problem: Problem) -> None:
    """Threads of one process: what the engine works in must not be shared."""
    settings = {"estimator": MLPClassifier(**SHORT), "n_estimators": 6, "random_state": 0}
    with joblib.parallel_backend("threading"):
        beside, alone = (
            BaggingClassifier(**settings, n_jobs=jobs).fit(problem.X, problem.three).predict_proba(problem.X)
            for jobs in (3, 1)
        )
    np.testing.assert_allclose(beside, alone, rtol=1e-12)


def test_scores_and_calibration(problem: Problem) -> None:
    assert cross_val_score(MLPRegressor(**SHORT), problem.X, problem.number, cv=3).shape == (3,)
    calibrated = CalibratedClassifierCV(MLPClassifier(**SHORT), cv=2).fit(problem.X, problem.three)
    np.testing.assert_allclose(calibrated.predict_proba(problem.X).sum(axis=1), 1)


def test_permutation_importance(problem: Problem) -> None:
    X = np.hstack([problem.X, np.zeros((len(problem.X), 1))])
    estimator = MLPClassifier(**SHORT).fit(X, problem.three)
    importances = permutation_importance(estimator, X, problem.three, random_state=0).importances_mean
    assert importances[-1] == 0 < importances.max()


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_frames(problem: Problem, kind: str) -> None:
    X = frame(kind, problem.X)
    named = MLPClassifier(**SHORT, early_stopping=True, scoring="accuracy").fit(X, problem.three)
    plain = MLPClassifier(**SHORT, early_stopping=True).fit(problem.X, problem.three)
    assert list(named.feature_names_in_) == NAMES
    np.testing.assert_array_equal(named.predict_proba(X), plain.predict_proba(problem.X))
    with pytest.raises(ValueError, match="feature names should match those that were passed during fit"):
        named.predict(X[NAMES[::-1]])
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        named.predict(problem.X)


def test_validation_frames(problem: Problem) -> None:
    X = frame("pandas", problem.X)
    settings = {**SHORT, "early_stopping": True, "scoring": "roc_auc_ovr"}
    estimator = MLPClassifier(**settings).fit(X[:80], problem.three[:80], X_val=X[80:], y_val=problem.three[80:])
    assert len(estimator.validation_scores_ or []) == estimator.n_iter_
    with pytest.raises(ValueError, match="feature names should match"):
        MLPClassifier(**settings).fit(X[:80], problem.three[:80], X_val=X[80:][NAMES[::-1]], y_val=problem.three[80:])


@pytest.mark.parametrize("target", ["three", "multilabel"])
def test_pickles_go_on(problem: Problem, target: str, tmp_path: Path) -> None:
    y = getattr(problem, target)
    estimator = MLPClassifier(**SHORT).fit(problem.X, y)
    joblib.dump(estimator, tmp_path / "estimator.joblib")
    copies = [pickle.loads(pickle.dumps(estimator)), joblib.load(tmp_path / "estimator.joblib")]  # noqa: S301
    estimator.partial_fit(problem.X, y)
    for copy in copies:
        copy.partial_fit(problem.X, y)
        np.testing.assert_array_equal(copy.predict_proba(problem.X), estimator.predict_proba(problem.X))


def test_clones_are_unfitted(problem: Problem) -> None:
    estimator = MLPRegressor(**SHORT, warm_up=2).fit(problem.X, problem.numbers)
    copy = clone(estimator)
    assert copy.get_params() == estimator.get_params()
    assert not hasattr(copy, "coefs_")
    assert not hasattr(MLPClassifier(solver="lbfgs"), "partial_fit")


def test_a_fit_leaves_earlier_weights_alone(problem: Problem) -> None:
    estimator = fit(MLPClassifier(**SHORT), problem.X, problem.three)
    held, copied = estimator.coefs_[0], estimator.coefs_[0].copy()
    estimator.partial_fit(problem.X, problem.three)
    np.testing.assert_array_equal(held, copied)
    assert np.abs(estimator.coefs_[0] - held).max() > 0


def test_html(problem: Problem) -> None:
    page = MLPClassifier(hidden_layer_sizes=(31, 17)).fit(problem.X, problem.three)._repr_html_()
    assert "MLPClassifier" in page
    assert "(31, 17)" in page
