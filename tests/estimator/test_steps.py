"""The steps that the engine is asked for: the same fit in NumPy, and lbfgs's gradient against finite differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.estimator import lbfgs
from chainrule.estimator.rows import Rows
from chainrule.estimator.steps import engine_for
from chainrule.network.parameters import Architecture, Parameters
from chainrule.sklearn import MLPClassifier, MLPRegressor
from chainrule.training.engine import ReferenceEngine

from .conftest import SHORT, Problem, fit

FITS: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "dropout": (MLPClassifier, "three", {"dropout": 0.3, "hidden_layer_sizes": (20, 17)}),
    "smoothed classes": (MLPClassifier, "three", {"label_smoothing": 0.2, "class_weight": "balanced", "alpha": 0.1}),
    "smoothed labels": (MLPClassifier, "multilabel", {"label_smoothing": 0.2, "dropout": 0.1, "activation": "tanh"}),
    "schedule": (MLPClassifier, "two", {"schedule": "cosine", "warm_up": 1.5, "solver": "sgd", "label_smoothing": 0.1}),
    "counts": (MLPRegressor, "counts", {"loss": "poisson", "dropout": 0.2, "activation": "logistic", "alpha": 0.1}),
}
"""What scikit-learn has no twin for."""


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", FITS)
def test_the_reference_engine_fits_the_same(
    problem: Problem, name: str, weighted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, target, options = FITS[name]
    arguments = problem.X, getattr(problem, target), problem.weights if weighted else None
    compiled = fit(kind(**{**SHORT, **options}), *arguments)
    monkeypatch.setattr("chainrule.estimator.descent.engine_for", lambda *_: ReferenceEngine())
    reference = fit(kind(**{**SHORT, **options}), *arguments)
    pairs = zip(compiled.coefs_ + compiled.intercepts_, reference.coefs_ + reference.intercepts_, strict=True)
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs, atol=1e-11)
    np.testing.assert_allclose(compiled.loss_curve_, reference.loss_curve_, rtol=1e-11)


@pytest.mark.parametrize("loss", ["softmax", "logistic", "squared", "poisson"])
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_gradient_of_all_rows(activation: str, loss: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By finite differences in float64; in parts, of which the last is smaller and one counts nothing."""
    monkeypatch.setattr(lbfgs, "CHUNK", 10)
    rng, n = np.random.default_rng(len(loss)), 33
    architecture = Architecture(5, (7, 4), 3, activation, loss)
    start = rng.normal(scale=0.3, size=architecture.n_parameters)
    targets = rng.integers(0, 3, n) if loss == "softmax" else rng.uniform(size=(n, 3))
    weights = rng.uniform(0.1, 2, n)
    weights[10:20] = 0
    rows, engine = Rows(rng.normal(size=(n, 5)), targets, weights), engine_for(architecture, 10)

    def loss_and_gradient(w: np.ndarray) -> tuple[float, np.ndarray]:
        parts, gradient = lbfgs.full_gradient(engine, Parameters(architecture, w), rows, reg=0.02)
        return float(parts.sum()), gradient

    _, gradient = loss_and_gradient(start.copy())
    step = 1e-6
    for i in range(len(gradient)):
        above, below = (loss_and_gradient(start + sign * step * (np.arange(len(start)) == i))[0] for sign in (1, -1))
        assert (above - below) / (2 * step) == pytest.approx(gradient[i], abs=2e-8)


def test_rows_in_parts_are_rows_at_once(problem: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {**SHORT, "solver": "lbfgs", "label_smoothing": 0.1, "alpha": 0.1}
    whole = fit(MLPClassifier(**settings), problem.X, problem.three, problem.weights)
    monkeypatch.setattr(lbfgs, "CHUNK", 10)
    parts = fit(MLPClassifier(**settings), problem.X, problem.three, problem.weights)
    assert parts.loss_ == pytest.approx(whole.loss_)
    np.testing.assert_allclose(parts.coefs_[0], whole.coefs_[0], atol=1e-9)
