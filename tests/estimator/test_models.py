"""Estimators as models of chainrule, in files too, and models as estimators."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
import sklearn.neural_network as theirs

from chainrule.data.preprocess import Preprocessing
from chainrule.network.model import Model
from chainrule.network.parameters import Architecture, Parameters
from chainrule.sklearn import MLPClassifier, MLPRegressor, from_model, from_sklearn, to_model, to_sklearn

from .conftest import SHORT, Problem, fit


def outputs(estimator: Any, X: np.ndarray) -> np.ndarray:
    found = estimator.predict_proba(X) if hasattr(estimator, "predict_proba") else estimator.predict(X)
    return np.asarray(found).reshape(len(X), -1)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("target", ["three", "two", "multilabel", "number", "counts"])
def test_there_and_back(problem: Problem, target: str, activation: str, tmp_path: Path) -> None:
    settings = {**SHORT, "activation": activation}
    if target in ("number", "counts"):
        kind: Any = MLPRegressor("poisson" if target == "counts" else "squared_error", **settings)
    else:
        kind = MLPClassifier(**settings)
    fitted = fit(kind, problem.X, getattr(problem, target))
    to_model(fitted).save(tmp_path / "model.safetensors")
    model = Model.load(tmp_path / "model.safetensors")
    back = from_model(model)
    np.testing.assert_allclose(model.predict_proba(problem.X), outputs(fitted, problem.X), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(outputs(back, problem.X), outputs(fitted, problem.X), rtol=1e-10, atol=1e-12)
    assert back.partial_fit(problem.X, back.predict(problem.X)).n_iter_ == 1


def test_a_single_class(problem: Problem) -> None:
    fitted = fit(MLPClassifier(**SHORT), problem.X, np.full(len(problem.X), "only"))
    model = to_model(fitted)
    np.testing.assert_array_equal(model.predict_proba(problem.X), 1)
    assert set(from_model(model).predict(problem.X)) == {"only"}


def test_from_their_object_to_a_model_and_to_their_object(problem: Problem) -> None:
    X = pandas.DataFrame(problem.X, columns=list("abcdef"))
    original = fit(theirs.MLPClassifier(**SHORT), X, problem.three)
    model = to_model(from_sklearn(original))
    assert model.classes == ("ash", "birch", "cedar")
    assert model.feature_names == tuple("abcdef")
    back = to_sklearn(from_model(model))
    np.testing.assert_array_equal(back.predict_proba(X), original.predict_proba(X))
    np.testing.assert_array_equal(back.predict(X), original.predict(X))


@pytest.mark.parametrize("classes", [("oak", "ash"), ("oak", "ash", "elm")])
@pytest.mark.parametrize("projected", [False, True])
def test_preprocessing_becomes_part_of_the_first_layer(classes: tuple[str, ...], projected: bool) -> None:
    rng = np.random.default_rng(2)
    architecture = Architecture(3 if projected else 5, (4,), len(classes), "tanh")
    parameters = Parameters(architecture, rng.normal(size=architecture.n_parameters))
    preprocessing = Preprocessing(
        ("mean", "std"),
        rng.normal(size=5).astype(np.float32),
        rng.uniform(1, 2, 5).astype(np.float32),
        rng.normal(size=(5, 3)).astype(np.float32) if projected else None,
    )
    model, X = Model(parameters, preprocessing, classes), rng.normal(size=(20, 5))
    estimator = from_model(model)
    assert isinstance(estimator, MLPClassifier)
    order = np.argsort(classes)
    np.testing.assert_allclose(estimator.predict_proba(X), model.predict_proba(X)[:, order], rtol=1e-5)
    np.testing.assert_array_equal(estimator.predict(X), np.array(classes)[model.predict(X)])
