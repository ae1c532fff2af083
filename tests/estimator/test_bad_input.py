"""What people give by mistake, and what they are told: scikit-learn's own words, where it has some."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas
import polars
import pytest
import sklearn.neural_network as theirs
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning, NotFittedError

import chainrule.sklearn as ours
from chainrule.errors import InputError
from chainrule.sklearn import MLPClassifier, MLPRegressor

from .conftest import SHORT, Problem, fit

REFUSED = [
    ({"hidden_layer_sizes": (3, 0)}, "hidden_layer_sizes that are > 0"),
    ({"hidden_layer_sizes": -1}, "hidden_layer_sizes that are > 0"),
    ({"activation": "rel"}, "expected 'identity', 'logistic', 'tanh' or 'relu', got 'rel'"),
    ({"solver": "rmsprop"}, "expected 'lbfgs', 'sgd' or 'adam', got 'rmsprop'"),
    ({"alpha": -1}, "expected a number in [0, inf), got -1"),
    ({"batch_size": 0}, "expected 'auto', or a whole number of at least 1, got 0"),
    ({"learning_rate_init": 0.0}, "expected a number in (0, inf), got 0.0"),
    ({"max_iter": 1.5}, "expected a whole number of at least 1, got 1.5"),
    ({"momentum": 2}, "expected a number in [0, 1], got 2"),
    ({"beta_1": 1.0}, "expected a number in [0, 1), got 1.0"),
    ({"tol": float("nan")}, "got nan"),
    ({"shuffle": "yes"}, "expected True or False, got 'yes'"),
    ({"random_state": -1}, "a numpy RandomState, got -1"),
    ({"dropout": 1.0}, "expected a number in [0, 1), got 1.0"),
    ({"schedule": "sine"}, "constant, decay:FACTOR, step:EPOCHS:FACTOR, cosine"),
    ({"callbacks": [print, 1]}, "a function or a list of functions"),
    ({"restore_best": True}, "expected rows to measure on, got none"),
    ({"scoring": "accuracy"}, "try: early_stopping=True, or fit(X, y, X_val=..., y_val=...)"),
    ({"solver": "lbfgs", "dropout": 0.5}, "dropout of MLPClassifier: expected solver='sgd' or 'adam'"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED, ids=str)
def test_parameters(problem: Problem, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        MLPClassifier(**options).fit(problem.X, problem.three)


def test_every_parameter_has_a_constraint() -> None:
    from chainrule.estimator.constraints import CONSTRAINTS

    assert set(CONSTRAINTS) == set(MLPClassifier().get_params()) | set(MLPRegressor().get_params())


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("kind", ["MLPClassifier", "MLPRegressor"])
@pytest.mark.parametrize("method", ["fit", "partial_fit", "predict", "validate"])
def test_no_numbers(problem: Problem, bad: float, kind: str, method: str) -> None:
    y = problem.three if kind == "MLPClassifier" else problem.number
    X = problem.X.copy()
    X[3, 2] = bad
    mine, other = fit(getattr(ours, kind)(**SHORT), problem.X, y), getattr(theirs, kind)()
    calls = {
        "fit": lambda: mine.fit(X, y),
        "partial_fit": lambda: mine.partial_fit(X, y),
        "predict": lambda: mine.predict(X),
        "validate": lambda: mine.fit(problem.X, y, X_val=X, y_val=y),
        "theirs": lambda: other.fit(X, y),
    }
    told = []
    for name in (method, "theirs"):
        with pytest.raises(ValueError, match=r"contains (NaN|infinity)") as caught:
            calls[name]()
        told.append(str(caught.value).split("\n")[0])
    assert told[0] == told[1]


def test_targets_that_are_no_numbers(problem: Problem) -> None:
    with pytest.raises(ValueError, match="Input y contains NaN"):
        MLPRegressor().fit(problem.X, np.full(len(problem.X), np.nan))
    with pytest.raises(ValueError, match="Unknown label type"):
        MLPClassifier().fit(problem.X, problem.number)
    with pytest.raises(ValueError, match="Multioutput target data is not supported"):
        MLPClassifier().fit(problem.X, np.repeat(problem.three[:, None], 2, axis=1))
    with pytest.raises(ValueError, match="negative"):
        MLPRegressor(loss="poisson").fit(problem.X, -np.ones(len(problem.X)))


@pytest.mark.parametrize("frame", [pandas.DataFrame, polars.DataFrame])
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("method", ["fit", "partial_fit", "predict", "validate"])
def test_empty_frames(problem: Problem, frame: Any, kind: Any, method: str) -> None:
    columns = [f"x{i}" for i in range(problem.X.shape[1])]
    y = problem.three if kind is MLPClassifier else problem.number
    full = frame(dict(zip(columns, problem.X.T, strict=True)))
    empty, estimator = full.head(0), fit(kind(**SHORT), full, y)
    calls = {
        "fit": lambda: estimator.fit(empty, []),
        "partial_fit": lambda: estimator.partial_fit(empty, []),
        "predict": lambda: estimator.predict(empty),
        "validate": lambda: estimator.fit(full, y, X_val=empty, y_val=[]),
    }
    with pytest.raises(ValueError, match=rf"^Found array with 0 sample\(s\) .* is required by {kind.__name__}"):
        calls[method]()


def test_no_features() -> None:
    with pytest.raises(ValueError, match="0 feature"):
        MLPClassifier().fit(np.empty((2, 0)), [0, 1])


def test_a_single_class(problem: Problem) -> None:
    estimator = fit(MLPClassifier(**SHORT), problem.X, np.full(len(problem.X), "only"))
    assert set(estimator.predict(problem.X)) == {"only"}
    np.testing.assert_array_equal(estimator.predict_proba(problem.X), np.ones((len(problem.X), 1)))


def test_labels_of_any_type(problem: Problem) -> None:
    for labels in (np.array(["x", "yy", "z"]), np.array(["x", "yy", "z"], object), np.array([-5, 0, 2**40])):
        y = labels[np.arange(len(problem.X)) % 3]
        estimator = fit(MLPClassifier(**SHORT, early_stopping=True), problem.X, y)
        assert set(estimator.predict(problem.X)) <= set(labels.tolist())
        assert estimator.predict(problem.X).dtype == fit(theirs.MLPClassifier(), problem.X, y).predict(problem.X).dtype


def test_column_of_targets(problem: Problem) -> None:
    with pytest.warns(DataConversionWarning):
        fit(MLPClassifier(**SHORT), problem.X, problem.three[:, None])


def test_weights(problem: Problem) -> None:
    n = len(problem.X)
    for weights, message in (
        (np.ones(n - 1), "expected"),
        (np.ones((n, 1)), "1D array or scalar"),
        (np.zeros(n), "at least one non-zero"),
        (np.full(n, np.nan), "contains NaN"),
    ):
        with pytest.raises(ValueError, match=message):
            MLPClassifier(**SHORT).fit(problem.X, problem.three, weights)


def test_a_batch_that_counts_nothing_is_passed_over(problem: Problem) -> None:
    weights = np.zeros(len(problem.X))
    weights[:3] = 1
    assert np.isfinite(fit(MLPClassifier(**SHORT, shuffle=False), problem.X, problem.three, weights).loss_)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_weights_that_take_away_what_counts(problem: Problem, solver: str) -> None:
    estimator = MLPClassifier(**{**SHORT, "batch_size": 100}, shuffle=False, solver=solver)
    more, all_of_it = np.ones(100), np.ones(100)
    more[:60], all_of_it[:50] = -1, -1
    for weights, got in ((more, -20), (all_of_it, 0)):
        with pytest.raises(InputError, match=rf"sample_weight: expected a sum of at least 0 .* in some, got {got}$"):
            estimator.fit(problem.X[:100], problem.three[:100], weights)


def test_half_a_validation_set(problem: Problem) -> None:
    with pytest.raises(InputError, match=r"X_val and y_val of MLPClassifier\.fit: expected both or neither"):
        MLPClassifier().fit(problem.X, problem.three, X_val=problem.X)
    with pytest.raises(InputError, match="sample_weight_val"):
        MLPClassifier().fit(problem.X, problem.three, sample_weight_val=problem.weights)
    with pytest.raises(ValueError, match="`y` has classes not in"):
        MLPClassifier().fit(problem.X, problem.three, X_val=problem.X, y_val=np.full(len(problem.X), "oak"))
    with pytest.raises(ValueError, match="features"):
        MLPClassifier().fit(problem.X, problem.three, X_val=problem.X[:, :2], y_val=problem.three)


def test_too_few_rows_to_hold_out() -> None:
    with pytest.raises(ValueError, match="The validation set is too small: 1 of 2 rows"):
        MLPRegressor(early_stopping=True).fit(np.eye(2), [0.0, 1.0])


def test_order_of_calls(problem: Problem) -> None:
    with pytest.raises(NotFittedError):
        MLPClassifier().predict(problem.X)
    with pytest.raises(ValueError, match="classes must be passed on the first call to partial_fit"):
        MLPClassifier().partial_fit(problem.X, problem.three)
    estimator = MLPClassifier(**SHORT).partial_fit(problem.X, problem.two, classes=[False, True])
    with pytest.raises(ValueError, match="not the same as on last call to partial_fit"):
        estimator.partial_fit(problem.X, problem.two, classes=[False, True, 2])
    with pytest.raises(InputError, match="y: expected binary targets as before"):
        estimator.partial_fit(problem.X, np.stack([problem.two, problem.two], axis=1).astype(int))


def test_divergence_is_told(problem: Problem) -> None:
    estimator = MLPRegressor(**{**SHORT, "learning_rate_init": 1e6, "activation": "identity", "solver": "sgd"})
    with pytest.raises(ValueError, match=r"non-finite parameter weights.* learning_rate_init below 1e\+06 may help"):
        estimator.fit(problem.X, problem.number)


def test_too_few_epochs_are_told(problem: Problem) -> None:
    with pytest.warns(ConvergenceWarning, match=r"Maximum iterations \(6\) reached"):
        MLPClassifier(**SHORT).fit(problem.X, problem.three)
    with pytest.warns(ConvergenceWarning, match="lbfgs failed to converge after 2 iteration"):
        MLPClassifier(solver="lbfgs", max_iter=2).fit(problem.X, problem.three)
    with pytest.warns(UserWarning, match="It is going to be clipped"):
        fit(MLPClassifier(**{**SHORT, "batch_size": 1000}), problem.X, problem.three)
