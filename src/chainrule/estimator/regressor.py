"""The regressor: one output a target, with squared error or half the Poisson deviance."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float, Float64
from numpy import ndarray
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils.metaestimators import available_if

from chainrule.estimator.base import BaseMLP, is_stochastic, one_or_more
from chainrule.estimator.extras import Held


class MLPRegressor(RegressorMixin, BaseMLP):  # type: ignore[misc]
    """A fully connected network that predicts numbers, with the interface of scikit-learn's ``MLPRegressor``.

    The same ``random_state`` gives the same weights as scikit-learn, up to rounding. What is said by keyword after
    ``max_fun``, and the arguments of ``fit`` after ``sample_weight``, scikit-learn does not have.

    Parameters
    ----------
    loss : {'squared_error', 'poisson'}, default='squared_error'
        ``poisson`` is half the Poisson deviance, for counts: the outputs are then exponentials.
    hidden_layer_sizes : int or sequence of int, default=(100,)
        The width of every hidden layer; ``()`` for none.
    activation : {'identity', 'logistic', 'tanh', 'relu'}, default='relu'
        The function of the hidden layers.
    solver : {'lbfgs', 'sgd', 'adam'}, default='adam'
        ``sgd`` and ``adam`` take mini-batches in compiled code, ``lbfgs`` is SciPy's, over all rows at once.
    alpha : float, default=0.0001
        The penalty ``alpha / 2 * ||W||^2``, divided by the number (or the summed weights) of the rows of a batch.
    batch_size : int or 'auto', default='auto'
        Rows of a mini-batch; ``auto`` is 200, or all rows if there are fewer.
    learning_rate : {'constant', 'invscaling', 'adaptive'}, default='constant'
        With ``sgd`` alone. ``invscaling`` divides the rate by (rows seen + 1)^power_t after each epoch; ``adaptive``
        divides it by 5 whenever progress ends, until it is below 1e-6.
    learning_rate_init : float, default=0.001
        The learning rate to begin with.
    power_t : float, default=0.5
        The exponent of ``invscaling``.
    max_iter : int, default=200
        Most epochs; for ``lbfgs``, most iterations.
    shuffle : bool, default=True
        Draw a new order of the rows for each epoch.
    random_state : int, RandomState or None, default=None
        Draws the first weights, the rows held out, and the orders: the numbers that scikit-learn draws.
    tol : float, default=1e-4
        What counts as progress; for ``lbfgs``, the largest entry of the gradient to stop at.
    verbose : bool, default=False
        Print a line for each epoch.
    warm_start : bool, default=False
        Let ``fit`` begin with the weights of the fit before.
    momentum : float, default=0.9
        With ``sgd``: how much of the velocity is kept.
    nesterovs_momentum : bool, default=True
        With ``sgd``: look ahead.
    early_stopping : bool, default=False
        Hold rows out (or take ``X_val``), stop when their score has not improved by ``tol`` for
        ``n_iter_no_change`` epochs, and go back to the best weights.
    validation_fraction : float, default=0.1
        The share of the rows that ``early_stopping`` holds out.
    beta_1, beta_2 : float, default=0.9, 0.999
        With ``adam``: how much of the means of gradients and of their squares is kept.
    epsilon : float, default=1e-8
        With ``adam``: added to the root of the mean square.
    n_iter_no_change : int, default=10
        Epochs without progress after which training ends.
    max_fun : int, default=15000
        With ``lbfgs``: most evaluations of the loss.
    dropout : float, default=0.0
        The share of hidden units that each training row does without (Srivastava et al. 2014); the others are
        scaled up, so that predictions need nothing.
    schedule : str, function or None, default=None
        What the learning rate is multiplied by, with ``sgd`` and ``adam``: ``decay:F``, ``step:E:F``, ``cosine`` or
        ``cosine:WARM-UP-EPOCHS`` as in ``chainrule train``, or a function of the epochs (a float) that have passed.
    warm_up : float, default=0.0
        Epochs over which the learning rate rises in a line to its full size.
    scoring : str, function or None, default=None
        What the validation rows are scored by: a scorer of scikit-learn, ``'loss'``, or R² if None.
    restore_best : bool, default=False
        Go back to the weights of the best epoch: the lowest validation loss, or the best score if ``scoring`` is given.
    callbacks : function, list of functions or None, default=None
        Each is called after every epoch with the estimator and an :class:`Epoch`; if it returns True training ends.
    progress : bool, default=False
        Show a progress bar.

    Attributes
    ----------
    coefs_, intercepts_ : list of ndarray
        The weights (inputs, outputs) and biases (outputs,) of every layer, in the precision of X.
    loss_ : float
        The loss of the last epoch, penalty included.
    loss_curve_ : list of float
        It after every epoch.
    best_loss_ : float or None
        The lowest of them; None with ``early_stopping``.
    validation_scores_, validation_loss_curve_ : list of float or None
        The score and the loss of the validation rows after every epoch; None without such rows.
    best_validation_score_ : float or None
        The best score that ``early_stopping`` has seen.
    best_iteration_ : int
        The epoch whose weights were kept, with ``early_stopping`` or ``restore_best``.
    n_iter_, t_ : int
        Epochs of the last fit; rows seen since the weights were drawn.
    n_features_in_, n_layers_, n_outputs_ : int
    feature_names_in_ : ndarray of str
        The columns' names, if X had any.
    out_activation_ : str
        The function of the outputs: identity, or exp for ``loss='poisson'``.
    """

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
        """Fit the network to rows X (N, D), dense or sparse, and targets y, (N,) or (N, outputs).

        Parameters
        ----------
        sample_weight : array-like of shape (N,), optional
            How much each row counts.
        X_val, y_val : array-like, optional
            Rows and targets to measure after every epoch: ``validation_loss_curve_`` and ``validation_scores_``.
            ``early_stopping`` takes them and holds nothing out.
        sample_weight_val : array-like, optional
            How much each of those counts.
        """
        self._fit(X, y, sample_weight, Held(X_val, y_val, sample_weight_val))
        return self

    @available_if(is_stochastic)  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> MLPRegressor:
        """Go on for one epoch over these rows, from the present weights if there are any.

        Parameters
        ----------
        sample_weight : array-like of shape (N,), optional
        """
        self._fit(X, y, sample_weight, incremental=True)
        return self

    def predict(self, X: Any) -> Float[ndarray, " N"] | Float[ndarray, "N outputs"]:
        """Return the targets, (N,) or (N, outputs), of rows X (N, D)."""
        outputs = self._outputs(X)
        return outputs.ravel() if outputs.shape[1] == 1 else outputs

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

    def _targets_of(self, y: Any, dtype: np.dtype[np.floating], training: bool) -> Float[ndarray, "N outputs"]:
        return np.ascontiguousarray(one_or_more(y), dtype)

    def _weights_of(self, y: Any, sample_weight: Float64[ndarray, " N"] | None) -> Float64[ndarray, " N"] | None:
        return sample_weight

    def _stratify(self, y: Any) -> None:
        return None

    def _score_of_outputs(
        self, y: Any, outputs: Float[ndarray, "N outputs"], sample_weight: Float64[ndarray, " N"] | None
    ) -> float:
        return float(r2_score(y, outputs, sample_weight=sample_weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
