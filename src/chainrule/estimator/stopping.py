"""When training has come to its end, and which weights were the best on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from jaxtyping import Float
from numpy import ndarray

from chainrule.estimator.callbacks import Epoch

if TYPE_CHECKING:
    from chainrule.estimator.base import BaseMLP


def begin_counting(model: BaseMLP) -> None:
    """Set the attributes that tell of progress to their values before the first epoch."""
    model.loss_curve_ = []
    model._no_improvement_count = 0
    model.validation_loss_curve_ = None
    model.validation_scores_ = [] if model.early_stopping else None
    model.best_validation_score_ = -float("inf") if model.early_stopping else None
    model.best_loss_ = None if model.early_stopping else float("inf")


def count_what_was_not(model: BaseMLP) -> None:
    """Set those attributes that training so far had no need of: its parameters may have been others."""
    if not hasattr(model, "loss_curve_"):
        begin_counting(model)
    if not hasattr(model, "validation_loss_curve_"):
        model.validation_loss_curve_ = None
    if model.early_stopping and model.best_validation_score_ is None:
        model.best_validation_score_, model.best_loss_ = -float("inf"), None
    if not model.early_stopping and model.best_loss_ is None:
        model.best_loss_ = float("inf")


def has_stalled(model: BaseMLP, epoch: Epoch) -> bool:
    """Count the epochs in a row that were not better by ``tol``; return whether these are too many.

    What counts is the validation score with ``early_stopping``, otherwise the training loss.
    """
    if model.early_stopping:
        assert epoch.validation_score is not None
        assert model.best_validation_score_ is not None
        stands_still = epoch.validation_score < model.best_validation_score_ + model.tol
        model.best_validation_score_ = max(model.best_validation_score_, epoch.validation_score)
    else:
        assert model.best_loss_ is not None
        stands_still = epoch.loss > model.best_loss_ - model.tol
        model.best_loss_ = min(model.best_loss_, epoch.loss)
    model._no_improvement_count = model._no_improvement_count + 1 if stands_still else 0
    return model._no_improvement_count > model.n_iter_no_change


def describe_stall(model: BaseMLP) -> str:
    """Return what has stalled, in scikit-learn's words."""
    what = "Validation score" if model.early_stopping else "Training loss"
    return f"{what} did not improve more than tol={model.tol:f} for {model.n_iter_no_change} consecutive epochs."


def refuse_weights(model: BaseMLP) -> NoReturn:
    """Raise the error of training that has left the finite numbers.

    Raises
    ------
    ValueError
        In scikit-learn's words, with what may help.
    """
    smaller = "" if model.solver == "lbfgs" else f" A learning_rate_init below {model.learning_rate_init:g} may help."
    raise ValueError(
        "Solver produced non-finite parameter weights. The input data may contain large values and need to be "
        f"preprocessed.{smaller}"
    )


@dataclass
class BestWeights:
    """The weights of the epoch that did best on the validation rows.

    Attributes
    ----------
    value : float
        Its score; or minus its validation loss, where nothing else was asked for.
    epoch : int
        0 for the weights that training began with.
    buffer : ndarray of shape (P,)
    """

    value: float
    epoch: int
    buffer: Float[ndarray, " P"]

    def consider(self, model: BaseMLP, epoch: Epoch, buffer: Float[ndarray, " P"]) -> None:
        """Keep the present weights if they are better."""
        by_score = model.early_stopping or model.scoring is not None
        assert epoch.validation_score is not None
        assert epoch.validation_loss is not None
        value = epoch.validation_score if by_score else -epoch.validation_loss
        if value > self.value:
            self.value, self.epoch, self.buffer = value, epoch.number, buffer.copy()
