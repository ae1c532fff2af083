"""The classifier: softmax over several classes, the logistic function for two classes or for labels of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets, type_of_target, unique_labels

from chainrule.errors import InputError
from chainrule.estimator.base import BaseMLP, Held, is_stochastic
from chainrule.estimator.labels import Labels
from chainrule.estimator.reference import Objective


class MLPClassifier(ClassifierMixin, BaseMLP):  # type: ignore[misc]
    """scikit-learn's ``MLPClassifier``, compiled, with what its users have asked for."""

    classes_: ndarray
    _labels: Labels

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: str = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: Any = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: Any = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        dropout: float = 0.0,
        class_weight: Any = None,
        label_smoothing: float = 0.0,
        schedule: Any = None,
        warm_up: float = 0.0,
        scoring: Any = None,
        restore_best: bool = False,
        callbacks: Any = None,
        progress: bool = False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.dropout = dropout
        self.class_weight = class_weight
        self.label_smoothing = label_smoothing
        self.schedule = schedule
        self.warm_up = warm_up
        self.scoring = scoring
        self.restore_best = restore_best
        self.callbacks = callbacks
        self.progress = progress

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, *, X_val: Any = None, y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> MLPClassifier:  # fmt: skip
        """Fit the network to rows X (N, D) and labels y, (N,) or (N, L) of zeros and ones."""
        self._fit(X, y, sample_weight, Held(X_val, y_val, sample_weight_val))
        return self

    @available_if(is_stochastic)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> MLPClassifier:
        """Go on for one epoch over these rows."""
        self._learn_classes(y, classes)
        self._fit(X, y, sample_weight, incremental=True)
        return self

    def predict(self, X: Any) -> Any:
        """Return the labels, (N,) or (N, L), of rows X (N, D)."""
        outputs = self._outputs(X)
        return self._labels.decode(outputs)

    def predict_proba(self, X: Any) -> ndarray:
        """Return the probability (N, C) of every class for rows X (N, D)."""
        outputs = self._outputs(X)
        return self._labels.probabilities(outputs)

    def predict_log_proba(self, X: Any) -> ndarray:
        """Return the logarithm (N, C) of the probability of every class for rows X (N, D)."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    @property
    def _objective(self) -> Objective:
        return Objective(self.activation, self.out_activation_, self.label_smoothing, self.dropout)

    def _learn_classes(self, y: Any, classes: Any) -> None:
        """See to it that all classes are known before the first of several parts of the data is looked at."""
        if not hasattr(self, "classes_"):
            if classes is None:
                raise ValueError("classes must be passed on the first call to partial_fit.")
            multilabel = type_of_target(y) == "multilabel-indicator"
            self._labels = Labels.of(y if multilabel else np.asarray(classes))
            self.classes_ = self._labels.classes
        elif classes is not None and not np.array_equal(self.classes_, unique_labels(classes)):
            raise ValueError(
                f"`classes={classes}` is not the same as on last call to partial_fit, was: {self.classes_!r}"
            )

    def _learn_targets(self, y: Any, first: bool, incremental: bool) -> tuple[str, int]:
        check_classification_targets(y)
        if first and not incremental:
            self._labels = Labels.of(y)
            self.classes_ = self._labels.classes
        else:
            self._check_classes(y, unique_labels(y), incremental)
        return "softmax" if self._labels.kind == "multiclass" else "logistic", self._labels.n_outputs

    def _check_classes(self, y: Any, classes: ndarray, incremental: bool) -> None:
        """Refuse labels that the network has no output for; or, with ``warm_start``, lacks."""
        if incremental and np.setdiff1d(classes, self.classes_).size:
            raise ValueError(
                f"`y` has classes not in `self.classes_`. `self.classes_` has {self.classes_}. 'y' has {classes}."
            )
        if not incremental and set(classes) != set(self.classes_):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                f"Previously got {self.classes_}, `y` has {classes}"
            )
        if y.ndim != (2 if self._labels.kind == "multilabel" else 1):
            raise InputError("y", expected=f"{self._labels.kind} targets as before", got=f"shape {y.shape}")

    def _targets_of(self, y: Any, dtype: np.dtype[np.floating], training: bool) -> ndarray:
        if self._labels.kind == "multiclass":
            return self._labels.codes(y)
        targets = self._labels.one_hot(y).astype(dtype)
        smoothing = self.label_smoothing if training else 0.0
        return targets if smoothing == 0 else targets * (1 - smoothing) + smoothing / 2

    def _weights_of(self, y: Any, sample_weight: ndarray | None) -> ndarray | None:
        if self.class_weight is None:
            return sample_weight
        by_class = compute_sample_weight(self.class_weight, y)
        return by_class if sample_weight is None else by_class * sample_weight

    def _stratify(self, y: Any) -> ndarray | None:
        """Two classes only, as scikit-learn does it, so that the same rows are held out."""
        return self._labels.one_hot(y) if self._labels.kind == "binary" else None

    def _score_of_outputs(self, y: Any, outputs: ndarray, sample_weight: ndarray | None) -> float:
        return float(accuracy_score(y, self._labels.decode(outputs), sample_weight=sample_weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
