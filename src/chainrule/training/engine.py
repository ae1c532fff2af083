"""The contract between the training loop and whatever runs the steps, and the plain NumPy engine that meets it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from jaxtyping import Float, Float64, Int64
from numpy import ndarray

from chainrule.data.features import Features
from chainrule.network import stack
from chainrule.network.dropout import Dropout
from chainrule.network.evaluate import forward_rows
from chainrule.network.losses import Targets
from chainrule.network.parameters import Parameters
from chainrule.training.minibatches import Batches
from chainrule.training.rules import RULES, RuleSettings


@dataclass
class Weights:
    """What the steps change, and the only thing they do: an engine writes into these arrays.

    Attributes
    ----------
    parameters : Parameters
    moments : ndarray of shape (M, P)
        The M arrays that the update rule remembers.
    step : int
        How many steps have been taken.
    """

    parameters: Parameters
    moments: Float[ndarray, "M P"]
    step: int = 0


@dataclass(frozen=True)
class StepSettings:
    """What the steps of a call have in common.

    Attributes
    ----------
    reg : float or ndarray of shape (K,), float64
        The penalty's strength; one a step where they differ (all 0, or all above).
    rule : str
    rule_settings : RuleSettings
    label_smoothing : float
        The part of each label that is spread over all classes; for the loss softmax.
    dropout : float
        The probability with which a hidden unit is left out, from 0 to below 1.
    dropout_seed : int
        Decides, with the number of the step, which units are left out: see ``network/dropout.py``.
    epsilon_hat : bool
        Adam's epsilon stands beside the root of the mean square before the correction of its bias, as at the end of
        section 2 of Kingma & Ba 2015, and in scikit-learn and TensorFlow.
    """

    reg: float | Float64[ndarray, " K"]
    rule: str
    rule_settings: RuleSettings
    label_smoothing: float = 0.0
    dropout: float = 0.0
    dropout_seed: int = 0
    epsilon_hat: bool = False

    def regs(self, K: int) -> Float64[ndarray, " {K}"]:
        """Return the penalty's strength (K,) in each of K steps."""
        return np.full(K, float(self.reg)) if np.ndim(self.reg) == 0 else np.asarray(self.reg)

    def rule_settings_at(self, t: int) -> RuleSettings:
        """Return the rule's numbers in step t, counted from 1."""
        numbers = self.rule_settings
        if not self.epsilon_hat:
            return numbers
        return replace(numbers, epsilon=numbers.epsilon / math.sqrt(1 - numbers.beta2**t))


class Engine(Protocol):
    """Runs steps of mini-batch gradient descent."""

    name: str

    def run(
        self,
        weights: Weights,
        features: Features,
        y: Targets,
        batches: Batches,
        learning_rates: Float64[ndarray, " K"],
        settings: StepSettings,
        sample_weight: Float64[ndarray, " N"] | None = None,
    ) -> Float64[ndarray, "k parts"]:
        """Take one step for each of K mini-batches, changing ``weights`` in place.

        Parameters
        ----------
        features, y
            All rows (N, D) that ``batches`` counts in, with their labels (N,) int64 or, for another loss than softmax,
            their targets (N, C) in the precision of the parameters.
        learning_rates : ndarray of shape (K,), float64
        sample_weight : ndarray of shape (N,), float64, optional
            How much each row counts in the mean of its mini-batch; by default all the same.

        Returns
        -------
        ndarray of shape (k, 1 + depth), float64
            For each step taken, the parts of the loss before its update: data loss, penalty of W1, of W2, ... If a
            loss is no finite number the row that shows it is the last, k may be less than K, and ``weights`` stay
            as they were before that step.
        """

    def forward(
        self, parameters: Parameters, features: Features, rows: Int64[ndarray, " n"]
    ) -> list[Float[ndarray, "n _"]]:
        """Return the activations of every hidden layer and the scores of some rows: (n, H1), ..., (n, C)."""


Gradients = Callable[..., tuple[stack.LossParts, Parameters]]
"""``gradients(parameters, X, y, reg)`` returns the loss and the gradient of every parameter.

It is given more, by name as :func:`chainrule.network.stack.loss_and_gradients` takes it, only where the settings ask
for more."""


class ReferenceEngine:
    """The steps as a reader would write them, in NumPy, with the gradients of ``network/``.

    Parameters
    ----------
    gradients : callable, optional
        Another backward pass to train with, for example one with a mistake.
    """

    name = "reference"

    def __init__(self, gradients: Gradients = stack.loss_and_gradients) -> None:
        self.gradients = gradients

    def run(
        self,
        weights: Weights,
        features: Features,
        y: Targets,
        batches: Batches,
        learning_rates: Float64[ndarray, " K"],
        settings: StepSettings,
        sample_weight: Float64[ndarray, " N"] | None = None,
    ) -> Float64[ndarray, "k parts"]:
        """Take the steps one after the other; see :class:`Engine`."""
        rule, parameters = RULES[settings.rule], weights.parameters
        regs = settings.regs(len(batches)).tolist()
        rows: list[tuple[float, ...]] = []
        with np.errstate(all="ignore"):  # a loss that overflows is reported by the loop, in words
            for k, rate in enumerate(learning_rates.tolist()):
                batch = batches.batch(k)
                X = features.gather(batch, parameters.dtype)
                extras = _extras(settings, weights.step + 1, None if sample_weight is None else sample_weight[batch])
                parts, gradients = self.gradients(parameters, X, y[batch], regs[k], **extras)
                rows.append((parts.data, *parts.penalties))
                if not np.isfinite(parts.total):
                    break
                weights.step += 1
                if rule.decays_weights:
                    for W in parameters.weights:
                        W *= 1 - rate * settings.rule_settings.weight_decay
                parameters.buffer[...], moments = rule.update(
                    parameters.buffer,
                    gradients.buffer,
                    tuple(weights.moments),
                    rate,
                    weights.step,
                    settings.rule_settings_at(weights.step),
                )
                for moment, new in zip(weights.moments, moments, strict=True):
                    moment[...] = new
        return np.array(rows, dtype=np.float64).reshape(len(rows), 1 + parameters.architecture.depth)

    def forward(
        self, parameters: Parameters, features: Features, rows: Int64[ndarray, " n"]
    ) -> list[Float[ndarray, "n _"]]:
        """Run some rows forward in NumPy."""
        return forward_rows(parameters, features, rows)


def _extras(settings: StepSettings, t: int, sample_weight: Float64[ndarray, " n"] | None) -> dict[str, Any]:
    """Return what step t has beside the plain mean of a mini-batch and its penalty."""
    extras: dict[str, Any] = {}
    if sample_weight is not None:
        extras["sample_weight"] = sample_weight
    if settings.label_smoothing > 0:
        extras["label_smoothing"] = settings.label_smoothing
    if settings.dropout > 0:
        extras["drop"] = Dropout(settings.dropout, settings.dropout_seed, t)
    return extras
