"""The regressor: one output a target, with squared error or half the Poisson deviance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils.metaestimators import available_if

from chainrule.estimator.base import BaseMLP, Held, is_stochastic, one_or_more
from chainrule.estimator.reference import Objective


class MLPRegressor(RegressorMixin, BaseMLP):  # type: ignore[misc]
    """scikit-learn's ``MLPRegressor``, compiled, with what its users have asked for."""

    _numeric_targets = True

    def __init__(
        self,
        loss: str = "squared_error",
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
        schedule: Any = None,
        warm_up: float = 0.0,
        scoring: Any = None,
        restore_best: bool = False,
        callbacks: Any = None,
        progress: bool = False,
    ) -> None:
        self.loss = loss
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
        self.schedule = schedule
        self.warm_up = warm_up
        self.scoring = scoring
        self.restore_best = restore_best
        self.callbacks = callbacks
        self.progress = progress

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, *, X_val: Any = None, y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> MLPRegressor:  # fmt: skip
        """Fit the network to rows X (N, D) and targets y, (N,) or (N, outputs)."""
        self._fit(X, y, sample_weight, Held(X_val, y_val, sample_weight_val))
        return self

    @available_if(is_stochastic)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> MLPRegressor:
        """Go on for one epoch over these rows."""
        self._fit(X, y, sample_weight, incremental=True)
        return self

    def predict(self, X: Any) -> ndarray:
        """Return the targets, (N,) or (N, outputs), of rows X (N, D)."""
        outputs = self._outputs(X)
        return outputs.ravel() if outputs.shape[1] == 1 else outputs

    @property
    def _objective(self) -> Objective:
        return Objective(self.activation, self.out_activation_, 0.0, self.dropout)

    @property
    def _loss_scale(self) -> float:
        """Squared errors are told as their mean over the outputs; what is made smaller is the sum."""
        return 1 / self.n_outputs_ if self.loss == "squared_error" else 1.0

    def _learn_targets(self, y: Any, first: bool, incremental: bool) -> tuple[str, int]:
        n_outputs = 1 if y.ndim == 1 else y.shape[1]
        if not first and n_outputs != self.n_outputs_:
            raise ValueError(f"y has {n_outputs} outputs, but {type(self).__name__} was fitted with {self.n_outputs_}.")
        if self.loss == "poisson" and (y < 0).any():
            raise ValueError("Some value(s) of y are out of the valid range of the loss 'poisson': they are negative.")
        return "exp" if self.loss == "poisson" else "identity", n_outputs

    def _targets_of(self, y: Any, dtype: np.dtype[np.floating], training: bool) -> ndarray:
        return np.ascontiguousarray(one_or_more(y), dtype)

    def _weights_of(self, y: Any, sample_weight: ndarray | None) -> ndarray | None:
        return sample_weight

    def _stratify(self, y: Any) -> None:
        return None

    def _score_of_outputs(self, y: Any, outputs: ndarray, sample_weight: ndarray | None) -> float:
        return float(r2_score(y, outputs, sample_weight=sample_weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
