"""Rows that are never trained on: held out by scikit-learn's own split, or a user's; their loss and their score."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Int64
from numpy import ndarray
from sklearn import config_context
from sklearn.metrics import check_scoring
from sklearn.model_selection import train_test_split

from chainrule.estimator.forward import scores_of
from chainrule.estimator.outputs import LOSSES, outputs_of
from chainrule.estimator.rows import Rows
from chainrule.network import losses

if TYPE_CHECKING:
    from chainrule.estimator.base import BaseMLP


@dataclass(frozen=True)
class Validation:
    """Rows to measure a network on.

    Attributes
    ----------
    rows : Rows
    y : ndarray
        Their targets as the user has them.
    """

    rows: Rows
    y: Any

    def measure(self, model: BaseMLP) -> tuple[float, float]:
        """Return the loss, without penalty, and the score; nan for both where the network's outputs are no numbers."""
        rows = self.rows
        scores = scores_of(model.coefs_, model.intercepts_, model.activation, rows.X)
        with np.errstate(all="ignore"):
            each = losses.LOSSES[LOSSES[model.out_activation_]].losses(scores, rows.targets) * model._loss_scale
            outputs = outputs_of(model.out_activation_, scores)
        if not np.isfinite(outputs).all():
            return np.nan, np.nan
        loss = float(np.average(each, weights=rows.weights))
        if model.scoring == "loss":
            return loss, -loss
        if model.scoring is None:
            return loss, model._score_of_outputs(self.y, outputs, rows.weights)
        return loss, self._ask_scorer(model)

    def _ask_scorer(self, model: BaseMLP) -> float:
        """Return what a scorer of the user's choice says."""
        view = copy.copy(model)  # the same weights; but these rows have lost the names of their columns
        view.__dict__.pop("feature_names_in_", None)
        scorer: Callable[..., float] = check_scoring(view, model.scoring)
        weights = {} if self.rows.weights is None else {"sample_weight": self.rows.weights}
        with config_context(assume_finite=True):
            return float(scorer(view, self.rows.X, self.y, **weights))


def hold_out(
    n: int, fraction: float, stratify: Bool[ndarray, "{n} 1"] | None, rng: np.random.RandomState
) -> tuple[Int64[ndarray, " _"], Int64[ndarray, " _"]]:
    """Return the numbers of the rows to train on and of those to validate on.

    Raises
    ------
    ValueError
        If fewer than two would be left to validate on, or a class has too few rows to be in both.
    """
    train, validation = train_test_split(np.arange(n), test_size=fraction, random_state=rng, stratify=stratify)
    if len(validation) < 2:
        raise ValueError(
            f"The validation set is too small: {len(validation)} of {n} rows. "
            f"Increase 'validation_fraction' ({fraction:g}), or give X_val and y_val."
        )
    return train, validation
