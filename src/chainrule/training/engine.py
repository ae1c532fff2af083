"""The contract between the training loop and whatever runs the steps, and the plain NumPy engine that meets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy import ndarray

from chainrule.data.features import Features
from chainrule.network import stack
from chainrule.network.evaluate import forward_rows
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
    moments: ndarray
    step: int = 0


@dataclass(frozen=True)
class StepSettings:
    """What every step is the same in: the penalty and the rule."""

    reg: float
    rule: str
    rule_settings: RuleSettings


class Engine(Protocol):
    """Runs steps of mini-batch gradient descent."""

    name: str

    def run(
        self,
        weights: Weights,
        features: Features,
        y: ndarray,
        batches: Batches,
        learning_rates: ndarray,
        settings: StepSettings,
    ) -> ndarray:
        """Take one step for each of K mini-batches, changing ``weights`` in place.

        Parameters
        ----------
        features, y
            All rows (N, D) and labels (N,) that ``batches`` counts in.
        learning_rates : ndarray of shape (K,), float64

        Returns
        -------
        ndarray of shape (k, 1 + depth), float64
            For each step taken, the parts of the loss before its update: data loss, penalty of W1, of W2, ... If a
            loss is no finite number the row that shows it is the last, k may be less than K, and ``weights`` stay
            as they were before that step.
        """

    def forward(self, parameters: Parameters, features: Features, rows: ndarray) -> list[ndarray]:
        """Return the activations of every hidden layer and the scores of some rows: (n, H1), ..., (n, C)."""


Gradients = Callable[[Parameters, ndarray, ndarray, float], tuple[stack.LossParts, Parameters]]
"""``gradients(parameters, X, y, reg)`` returns the loss and the gradient of every parameter."""


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
        y: ndarray,
        batches: Batches,
        learning_rates: ndarray,
        settings: StepSettings,
    ) -> ndarray:
        """Take the steps one after the other; see :class:`Engine`."""
        rule, parameters = RULES[settings.rule], weights.parameters
        rows: list[tuple[float, ...]] = []
        with np.errstate(all="ignore"):  # a loss that overflows is reported by the loop, in words
            for k, rate in enumerate(learning_rates.tolist()):
                batch = batches.batch(k)
                X = features.gather(batch, parameters.dtype)
                parts, gradients = self.gradients(parameters, X, y[batch], settings.reg)
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
                    settings.rule_settings,
                )
                for moment, new in zip(weights.moments, moments, strict=True):
                    moment[...] = new
        return np.array(rows, dtype=np.float64).reshape(len(rows), 1 + parameters.architecture.depth)

    def forward(self, parameters: Parameters, features: Features, rows: ndarray) -> list[ndarray]:
        """Run some rows forward in NumPy."""
        return forward_rows(parameters, features, rows)
