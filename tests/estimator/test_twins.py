"""scikit-learn's own classes are the slow twins: the same ``random_state`` gives the same weights, up to rounding."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import sklearn.neural_network as theirs
from threadpoolctl import threadpool_limits

import chainrule.sklearn as ours

from .conftest import SHORT, Problem, fit

WEIGHTED = "sample_weight" in inspect.signature(theirs.MLPClassifier.fit).parameters  # since scikit-learn 1.7
TARGETS = {"three": "MLPClassifier", "two": "MLPClassifier", "multilabel": "MLPClassifier", "numbers": "MLPRegressor"}


def assert_same(ours: Any, theirs: Any, tolerance: float = 1e-11) -> None:
    """Compare every public fitted attribute."""
    for a, b in zip(ours.coefs_ + ours.intercepts_, theirs.coefs_ + theirs.intercepts_, strict=True):
        np.testing.assert_allclose(a, b, atol=tolerance, rtol=0)
        assert a.dtype == b.dtype
    for name, value in vars(theirs).items():
        if name.endswith("_") and name not in ("coefs_", "intercepts_") and not name.startswith("_"):
            mine = getattr(ours, name)
            if isinstance(value, float | list):
                np.testing.assert_allclose(mine, value, rtol=1e-9, err_msg=name)
            else:
                np.testing.assert_array_equal(mine, value, err_msg=name)


def fit_both(name: str, settings: dict[str, Any], *arguments: Any, **named: Any) -> tuple[Any, Any]:
    return tuple(fit(getattr(package, name)(**settings), *arguments, **named) for package in (ours, theirs))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_mini_batches(problem: Problem, activation: str, solver: str, target: str, weighted: bool) -> None:
    if weighted and not WEIGHTED:
        pytest.skip("this scikit-learn's takes no weights")
    settings = {**SHORT, "activation": activation, "solver": solver, "alpha": 0.1}
    weights = {"sample_weight": problem.weights} if weighted else {}
    assert_same(*fit_both(TARGETS[target], settings, problem.X, getattr(problem, target), **weights))


@pytest.mark.parametrize("target", ["three", "two", "multilabel", "number"])
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_lbfgs(problem: Problem, activation: str, target: str) -> None:
    """Two iterations: in later ones a last bit may decide which of two steps the line search takes."""
    settings = {**SHORT, "activation": activation, "solver": "lbfgs", "alpha": 0.1, "max_iter": 2}
    name = TARGETS.get(target, "MLPRegressor")
    assert_same(*fit_both(name, settings, problem.X, getattr(problem, target)), tolerance=1e-10)


@pytest.mark.parametrize("target", ["three", "numbers"])
def test_lbfgs_comes_as_far(problem: Problem, target: str) -> None:
    """Several numbers to predict too, where scikit-learn's loss is not the one of its gradient."""
    settings = {**SHORT, "activation": "tanh", "solver": "lbfgs", "alpha": 0.1, "max_iter": 600}
    with threadpool_limits(1, user_api="blas"):  # SciPy's small vectors on several threads wait for busy cores
        mine, other = fit_both(TARGETS[target], settings, problem.X, getattr(problem, target))
    assert mine.loss_ <= 1.05 * other.loss_


@pytest.mark.parametrize(
    "options",
    [
        {"solver": "sgd", "learning_rate": "invscaling"},
        {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.1, "n_iter_no_change": 1, "max_iter": 60},
        {"solver": "sgd", "momentum": 0},
        {"solver": "sgd", "nesterovs_momentum": False},
        {"shuffle": False},
        {"tol": 0.01, "max_iter": 100, "n_iter_no_change": 2},
        {"early_stopping": True, "validation_fraction": 0.3, "max_iter": 40, "n_iter_no_change": 3},
        {"batch_size": "auto"},
        {"hidden_layer_sizes": 4, "beta_1": 0.5, "beta_2": 0.9, "epsilon": 0.01},
        {"hidden_layer_sizes": ()},
    ],
    ids=str,
)
@pytest.mark.parametrize("target", ["three", "two", "number"])
def test_options(problem: Problem, options: dict[str, Any], target: str) -> None:
    name = TARGETS.get(target, "MLPRegressor")
    assert_same(*fit_both(name, {**SHORT, **options}, problem.X, getattr(problem, target)))


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_warm_start_and_partial_fit(problem: Problem, solver: str) -> None:
    both = []
    for package in (ours, theirs):
        estimator = package.MLPClassifier(**SHORT, solver=solver, learning_rate="invscaling", warm_start=True)
        fit(fit(estimator, problem.X, problem.three), problem.X, problem.three)
        for part in (slice(0, 40), slice(40, 90)):
            estimator.partial_fit(problem.X[part], problem.three[part])
        both.append(estimator)
    assert_same(*both)


def test_partial_fit_from_nothing(problem: Problem) -> None:
    both = []
    for package in (ours, theirs):
        estimator = package.MLPClassifier(**SHORT)
        for part in (slice(0, 20), slice(20, 90)):
            estimator.partial_fit(problem.X[part], problem.three[part], classes=["cedar", "birch", "ash"])
        both.append(estimator)
    assert_same(*both)


def test_poisson(problem: Problem) -> None:
    if "loss" not in theirs.MLPRegressor().get_params():
        pytest.skip("this scikit-learn's has no Poisson loss")
    settings = {**SHORT, "loss": "poisson", "alpha": 0.1}
    assert_same(*fit_both("MLPRegressor", settings, problem.X, problem.counts))


@pytest.mark.parametrize("container", [scipy.sparse.csr_matrix, scipy.sparse.csr_array, scipy.sparse.csc_matrix])
def test_sparse_rows_are_dense_ones(problem: Problem, container: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chainrule.estimator.rows.DENSE_BYTES", 40 * 8 * problem.X.shape[1])  # 2 mini-batches at a time
    X = np.where(np.abs(problem.X) > 0.7, problem.X, 0)
    dense, sparse = (fit(ours.MLPClassifier(**SHORT), rows, problem.three) for rows in (X, container(X)))
    for a, b in zip(dense.coefs_, sparse.coefs_, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)
    np.testing.assert_allclose(dense.predict_proba(X), sparse.predict_proba(container(X)), atol=1e-12)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_float32_stays(problem: Problem, solver: str) -> None:
    X = problem.X.astype(np.float32)
    settings = {**SHORT, "solver": solver, "early_stopping": solver != "lbfgs"}
    single = fit(ours.MLPRegressor(**settings), X, problem.number)
    double = fit(ours.MLPRegressor(**settings), problem.X, problem.number)
    assert {W.dtype for W in single.coefs_ + single.intercepts_} == {np.dtype(np.float32)}
    assert single.predict(X).dtype == np.float32
    assert single.predict(problem.X).dtype == np.float64
    np.testing.assert_allclose(single.predict(X), double.predict(problem.X), atol=1e-3)


def test_the_comparison_sees_a_difference(problem: Problem) -> None:
    mine, other = fit_both("MLPClassifier", SHORT, problem.X, problem.three)
    mine.intercepts_[0][0] += 1e-9
    with pytest.raises(AssertionError):
        assert_same(mine, other)
