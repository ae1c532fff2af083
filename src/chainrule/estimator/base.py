"""What the classifier and the regressor share: from the user's arguments to the fitted attributes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float64, Int64, Shaped
from numpy import ndarray
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from chainrule.estimator.constraints import check_parameters
from chainrule.estimator.descent import Descent
from chainrule.estimator.extras import NOTHING_HELD, Held, check_extras
from chainrule.estimator.forward import scores_of
from chainrule.estimator.initial import initial_parameters
from chainrule.estimator.inputs import read_examples, read_inputs, read_weights
from chainrule.estimator.lbfgs import fit_lbfgs
from chainrule.estimator.optimizer import Optimizer
from chainrule.estimator.outputs import LOSSES, outputs_of
from chainrule.estimator.rows import Rows
from chainrule.estimator.stopping import begin_counting, count_what_was_not, refuse_weights
from chainrule.estimator.validation import Validation, hold_out
from chainrule.network.parameters import Architecture, Parameters
from chainrule.training.engine import StepSettings


class BaseMLP(BaseEstimator, ABC):  # type: ignore[misc]  # scikit-learn has no types
    """A fully connected network with scikit-learn's interface; see the two that derive from it."""

    hidden_layer_sizes: Any
    activation: str
    solver: str
    alpha: float
    batch_size: Any
    learning_rate: str
    learning_rate_init: float
    power_t: float
    max_iter: int
    shuffle: bool
    random_state: Any
    tol: float
    verbose: Any
    warm_start: bool
    momentum: float
    nesterovs_momentum: bool
    early_stopping: bool
    validation_fraction: float
    beta_1: float
    beta_2: float
    epsilon: float
    n_iter_no_change: float
    max_fun: int
    dropout: float
    schedule: Any
    warm_up: float
    scoring: Any
    restore_best: bool
    callbacks: Any
    progress: bool

    n_features_in_: int
    n_outputs_: int
    n_layers_: int
    out_activation_: str
    coefs_: list[Float[ndarray, "_ _"]]
    intercepts_: list[Float[ndarray, " _"]]
    n_iter_: int
    t_: int
    loss_: float
    loss_curve_: list[float]
    best_loss_: float | None
    validation_scores_: list[float | None] | None
    validation_loss_curve_: list[float | None] | None
    best_validation_score_: float | None
    best_iteration_: int
    _no_improvement_count: int
    _optimizer: Optimizer
    _random_state: np.random.RandomState
    _dropout_seed = 0

    @abstractmethod
    def _learn_targets(self, y: Any, first: bool, incremental: bool) -> tuple[str, int]:
        """Look what the targets are, or whether they are as before.

        Returns
        -------
        tuple of (str, int)
            The name of the outputs' function and the number of outputs.
        """

    @abstractmethod
    def _targets_of(
        self, y: Any, dtype: np.dtype[np.floating], training: bool
    ) -> Int64[ndarray, " N"] | Float[ndarray, "N outputs"]:
        """Return targets as a network is given them; see :class:`Rows`."""

    @abstractmethod
    def _weights_of(self, y: Any, sample_weight: Float64[ndarray, " N"] | None) -> Float64[ndarray, " N"] | None:
        """Return how much each example counts in training."""

    @abstractmethod
    def _stratify(self, y: Any) -> Bool[ndarray, "N 1"] | None:
        """Return what a validation set is to have in the same proportions as the training set."""

    @abstractmethod
    def _score_of_outputs(
        self, y: Any, outputs: Float[ndarray, "N outputs"], sample_weight: Float64[ndarray, " N"] | None
    ) -> float:
        """Return what ``score`` would, for the network's outputs."""

    _numeric_targets = False

    @property
    def _smoothing(self) -> float:
        """The part of each label that the loss spreads over all classes."""
        return 0.0

    @property
    def _loss_scale(self) -> float:
        """What the loss is told as, in parts of what is made smaller."""
        return 1.0

    def _fit(self, X: Any, y: Any, sample_weight: Any, held: Held = NOTHING_HELD, incremental: bool = False) -> None:
        """Fit from scratch, or go on from the present weights."""
        check_parameters(self)
        check_extras(self, held, incremental)
        first = not hasattr(self, "coefs_") or not (self.warm_start or incremental)
        X, y = read_examples(self, X, y, reset=first, numeric=self._numeric_targets)
        weights = read_weights(sample_weight, X.shape[0])
        out_activation, n_outputs = self._learn_targets(y, first, incremental)
        self._random_state = check_random_state(self.random_state)
        if first:
            self.out_activation_, self.n_outputs_ = out_activation, n_outputs
            parameters = self._new_parameters(X.shape[1], X.dtype)
        else:
            parameters = self._present_parameters()
        X = X.astype(parameters.dtype, copy=False)
        rows = Rows(X, self._targets_of(y, X.dtype, training=True), self._weights_of(y, weights))
        self._adopt(parameters)
        if self.solver == "lbfgs":
            fit_lbfgs(self, parameters, rows)
        else:
            self._descend(parameters, rows, y, weights, held, incremental)
        if not np.isfinite(parameters.buffer).all():
            refuse_weights(self)

    def _new_parameters(self, n_features: int, dtype: np.dtype[np.floating]) -> Parameters:
        """Draw the weights to begin with, and forget what an earlier fit has found."""
        sizes = self.hidden_layer_sizes
        hidden = (int(sizes),) if np.ndim(sizes) == 0 else tuple(int(size) for size in sizes)
        architecture = self._architecture((n_features, *hidden, self.n_outputs_))
        self.n_layers_, self.n_iter_, self.t_ = architecture.depth + 1, 0, 0
        if self.solver != "lbfgs":
            begin_counting(self)
        return initial_parameters(architecture, self._random_state, dtype)

    def _present_parameters(self) -> Parameters:
        """Return a copy of the fitted weights in a buffer of their own."""
        architecture = self._architecture((len(self.coefs_[0]), *(W.shape[1] for W in self.coefs_)))
        pairs = zip(self.coefs_, self.intercepts_, strict=True)
        return Parameters(architecture, np.concatenate([part.ravel() for pair in pairs for part in pair]))

    def _architecture(self, sizes: tuple[int, ...]) -> Architecture:
        """Return the network with layers of these sizes, whose last is given to the loss of the targets."""
        return Architecture(sizes[0], sizes[1:-1], sizes[-1], self.activation, LOSSES[self.out_activation_])

    def _step_settings(self, optimizer: Optimizer) -> StepSettings:
        """Return what all steps have in common; the penalty is each step's own."""
        return StepSettings(
            0.0, optimizer.rule, optimizer.settings, self._smoothing, self.dropout, self._dropout_seed, epsilon_hat=True
        )

    def _adopt(self, parameters: Parameters) -> None:
        """Make the fitted attributes views of ``parameters``."""
        self.coefs_, self.intercepts_ = parameters.weights, parameters.biases

    def _descend(
        self,
        parameters: Parameters,
        rows: Rows,
        y: Any,
        weights: Float64[ndarray, " N"] | None,
        held: Held,
        incremental: bool,
    ) -> None:
        """Run epochs of mini-batches: one for ``partial_fit``, otherwise until they are enough."""
        count_what_was_not(self)
        index, validation = np.arange(len(rows)), None
        if held.X is not None:
            validation = self._read_held(held, parameters.dtype)
        elif self.early_stopping:
            index, chosen = hold_out(len(rows), self.validation_fraction, self._stratify(y), self._random_state)
            chosen_weights = None if weights is None else weights[chosen]
            targets = self._targets_of(y, parameters.dtype, training=False)
            validation = Validation(Rows(rows.X[chosen], targets[chosen], chosen_weights), y[chosen])
        self._dropout_seed = int(self._random_state.randint(2**31)) if self.dropout > 0 else 0
        if not incremental or not hasattr(self, "_optimizer"):
            self._optimizer = Optimizer.of(self, parameters)
        descent = Descent(self, parameters, self._optimizer, rows, index, validation, self._random_state)
        if incremental:
            descent.run_once()
        else:
            descent.run()

    def _read_held(self, held: Held, dtype: np.dtype[np.floating]) -> Validation:
        """Return the user's own validation set."""
        X, y = read_examples(self, held.X, held.y, reset=False, numeric=self._numeric_targets)
        self._learn_targets(y, first=False, incremental=True)
        X = X.astype(dtype, copy=False)
        weights = read_weights(held.sample_weight, X.shape[0])
        return Validation(Rows(X, self._targets_of(y, dtype, training=False), weights), y)

    def _outputs(self, X: Any) -> Float[ndarray, "N outputs"]:
        """Return the network's outputs (N, outputs)."""
        check_is_fitted(self)
        scores = scores_of(self.coefs_, self.intercepts_, self.activation, read_inputs(self, X))
        return outputs_of(self.out_activation_, scores)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def is_stochastic(model: BaseMLP) -> bool:
    """Return whether a model is trained by mini-batches."""
    return model.solver in ("sgd", "adam")


def one_or_more(y: Shaped[ndarray, " N"] | Shaped[ndarray, "N outputs"]) -> Shaped[ndarray, "N outputs"]:
    """Return numbers (N,) as a matrix (N, 1), and a matrix as it is."""
    array = np.asarray(y)
    return array[:, None] if array.ndim == 1 else array
