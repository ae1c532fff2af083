"""Fitted estimators as models of chainrule, which are saved and exported without a pickle; and models as estimators."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from sklearn.utils.validation import check_is_fitted

from chainrule.data.preprocess import Preprocessing
from chainrule.estimator.classifier import MLPClassifier
from chainrule.estimator.labels import Labels
from chainrule.estimator.outputs import LOSSES
from chainrule.estimator.regressor import MLPRegressor
from chainrule.network.model import Model
from chainrule.network.parameters import Architecture, Parameters

OUTPUTS = {loss: output for output, loss in LOSSES.items()}


def to_model(fitted: MLPClassifier | MLPRegressor) -> Model:
    """Return a fitted estimator as a model that takes the same rows and gives the same probabilities or numbers.

    Two classes become a softmax over two scores, of which the first is zero: the same probabilities.

    Raises
    ------
    NotFittedError
    """
    check_is_fitted(fitted)
    coefs, intercepts, loss = list(fitted.coefs_), list(fitted.intercepts_), LOSSES[fitted.out_activation_]
    if isinstance(fitted, MLPClassifier):
        names = [str(label) for label in fitted.classes_.tolist()]
        if fitted._labels.kind == "binary":
            loss = "softmax"
        if loss == "softmax" and len(names) == 2:
            coefs[-1], intercepts[-1] = _beside_zero(coefs[-1]), _beside_zero(intercepts[-1])
    else:
        names = [str(output) for output in range(fitted.n_outputs_)]
    sizes = [fitted.n_features_in_, *(len(b) for b in intercepts)]
    architecture = Architecture(sizes[0], tuple(sizes[1:-1]), sizes[-1], fitted.activation, loss)
    pairs = zip(coefs, intercepts, strict=True)
    buffer = np.concatenate([part.ravel() for pair in pairs for part in pair])
    features = getattr(fitted, "feature_names_in_", None)
    return Model(
        Parameters(architecture, buffer),
        Preprocessing(),
        tuple(names),
        feature_names=None if features is None else tuple(features.tolist()),
    )


def from_model(model: Model) -> MLPClassifier | MLPRegressor:
    """Return a model as a fitted estimator; its labels are the names of the classes, of multilabel ones the numbers.

    The preprocessing becomes part of the first layer, so probabilities are the same up to rounding.
    """
    architecture = model.parameters.architecture
    sizes, activation, output = architecture.hidden_sizes, architecture.activation, OUTPUTS[architecture.loss]
    coefs, intercepts = [W.copy() for W in model.parameters.weights], [b.copy() for b in model.parameters.biases]
    coefs[0], intercepts[0] = _with_preprocessing(model.preprocessing, coefs[0], intercepts[0])
    if output in ("identity", "exp"):
        loss = "poisson" if output == "exp" else "squared_error"
        estimator: MLPClassifier | MLPRegressor = MLPRegressor(loss, sizes, activation)
    else:
        estimator = MLPClassifier(sizes, activation)
        if output == "softmax":
            classes, order = np.unique(model.classes, return_index=True)  # an estimator's labels are sorted
            coefs[-1], intercepts[-1] = coefs[-1][:, order], intercepts[-1][order]
            estimator._labels = Labels(classes, "multiclass" if len(classes) > 2 else "binary")
        else:
            estimator._labels = Labels(np.arange(len(model.classes)), "multilabel")  # as scikit-learn counts them
        if estimator._labels.kind == "binary":
            output = "logistic"
            if len(model.classes) == 2:
                coefs[-1], intercepts[-1] = _difference(coefs[-1]), _difference(intercepts[-1])
        estimator.classes_ = estimator._labels.classes
    estimator.coefs_, estimator.intercepts_, estimator.out_activation_ = coefs, intercepts, output
    estimator.n_features_in_, estimator.n_outputs_ = model.n_features, len(intercepts[-1])
    estimator.n_layers_, estimator.n_iter_, estimator.t_ = len(coefs) + 1, 0, 0
    if model.feature_names is not None:
        estimator.feature_names_in_ = np.array(model.feature_names, dtype=object)
    return estimator


def _beside_zero(part: Float[ndarray, "*inputs 1"]) -> Float[ndarray, "*inputs 2"]:
    """Return the column (inputs, 1) or bias (1,) of the second class beside zeros for the first."""
    return np.concatenate([np.zeros_like(part), part], axis=-1)


def _difference(part: Float[ndarray, "*inputs 2"]) -> Float[ndarray, "*inputs 1"]:
    """Return the one column (inputs, 1) or bias (1,) whose logistic function is the softmax of two."""
    return part[..., 1:] - part[..., :1]


def _with_preprocessing(
    preprocessing: Preprocessing, W: Float[ndarray, "inputs H"], b: Float[ndarray, " H"]
) -> tuple[Float[ndarray, "D H"], Float[ndarray, " H"]]:
    """Return weights and bias that do to raw rows what W and b do to preprocessed ones.

    ``((x - shift) * factor) @ P @ W + b`` is ``x @ W' + b'`` with ``W' = factor[:, None] * (P @ W)`` and
    ``b' = b - shift @ W'``.
    """
    wide = W if preprocessing.projection is None else preprocessing.projection @ W
    if preprocessing.factor is not None:
        wide = preprocessing.factor[:, None] * wide
    shifted = b if preprocessing.shift is None else b - preprocessing.shift @ wide
    return wide.astype(W.dtype), shifted.astype(W.dtype)
