"""Fitted networks of scikit-learn as ours, and ours as scikit-learn's; objects only, never files."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import sklearn.neural_network
from jaxtyping import Shaped
from numpy import ndarray
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted

from chainrule.errors import InputError
from chainrule.estimator.classifier import MLPClassifier
from chainrule.estimator.labels import Labels
from chainrule.estimator.regressor import MLPRegressor

_LEARNED = (
    "n_features_in_", "feature_names_in_", "n_outputs_", "n_layers_", "out_activation_", "classes_", "n_iter_", "t_",
    "loss_", "loss_curve_", "best_loss_", "validation_scores_", "best_validation_score_",
)  # fmt: skip
"""Fitted attributes that both have, besides the weights."""


def from_sklearn(fitted: Any) -> MLPClassifier | MLPRegressor:
    """Return a fitted network of scikit-learn as one of ours, with weights of its own.

    Its predictions are the same. What the optimizer remembers is not taken over: ``partial_fit`` begins at rest.

    Parameters
    ----------
    fitted : sklearn.neural_network.MLPClassifier or MLPRegressor

    Raises
    ------
    InputError
        If it is something else.
    NotFittedError
    """
    if isinstance(fitted, sklearn.neural_network.MLPClassifier):
        ours: MLPClassifier | MLPRegressor = MLPClassifier(**fitted.get_params(deep=False))
    elif isinstance(fitted, sklearn.neural_network.MLPRegressor):
        ours = MLPRegressor(**fitted.get_params(deep=False))
    else:
        raise InputError(
            "from_sklearn",
            expected="a fitted MLPClassifier or MLPRegressor of sklearn.neural_network",
            got=f"{type(fitted).__module__}.{type(fitted).__name__}",
        )
    check_is_fitted(fitted)
    _hand_over(fitted, ours)
    ours._no_improvement_count = 0
    if isinstance(ours, MLPClassifier):
        kind = "multilabel" if ours.n_outputs_ > 1 else "binary"
        ours._labels = Labels(ours.classes_, "multiclass" if ours.out_activation_ == "softmax" else kind)
    return ours


def to_sklearn(fitted: MLPClassifier | MLPRegressor) -> Any:
    """Return a fitted network of ours as scikit-learn's, with weights of its own.

    Parameters that scikit-learn does not know are left out: they matter for training only.

    Raises
    ------
    InputError
        If it is something else.
    NotFittedError
    """
    if not isinstance(fitted, MLPClassifier | MLPRegressor):
        raise InputError("to_sklearn", expected="a fitted network of chainrule.sklearn", got=type(fitted).__name__)
    check_is_fitted(fitted)
    name = "MLPClassifier" if is_classifier(fitted) else "MLPRegressor"
    theirs = getattr(sklearn.neural_network, name)()
    ours = fitted.get_params(deep=False)
    parameters = {key: ours[key] for key in theirs.get_params(deep=False) if key in ours}
    _fit_to_anything(
        theirs.set_params(hidden_layer_sizes=fitted.hidden_layer_sizes, activation=fitted.activation), fitted
    )
    _hand_over(fitted, theirs.set_params(**parameters))
    return theirs


def _fit_to_anything(theirs: Any, fitted: MLPClassifier | MLPRegressor) -> None:
    """Have scikit-learn set its private attributes itself, by one step on rows of zeros with the right targets."""
    y = _some_targets(fitted)
    X = np.zeros((len(y), fitted.n_features_in_), fitted.coefs_[0].dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs.set_params(max_iter=1).fit(X, y)


def _some_targets(fitted: MLPClassifier | MLPRegressor) -> Shaped[ndarray, " N"] | Shaped[ndarray, "N outputs"]:
    """Return targets in which every class is found."""
    if isinstance(fitted, MLPRegressor):
        return np.zeros((2, fitted.n_outputs_)) if fitted.n_outputs_ > 1 else np.zeros(2)
    if fitted._labels.kind == "multilabel":
        return np.repeat([[0], [1]], fitted.n_outputs_, axis=1)
    return fitted.classes_


def _hand_over(giver: Any, taker: Any) -> None:
    """Copy the weights and what else was learned."""
    taker.coefs_ = [W.copy() for W in giver.coefs_]
    taker.intercepts_ = [b.copy() for b in giver.intercepts_]
    for name in _LEARNED:
        if hasattr(giver, name):
            value = getattr(giver, name)
            setattr(taker, name, value.copy() if isinstance(value, list | ndarray) else value)
        elif name in vars(taker):
            delattr(taker, name)
