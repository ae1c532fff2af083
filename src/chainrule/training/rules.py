"""Update rules: pure functions from weights, gradient and moments to the next weights and moments.

Each acts entry by entry on the whole buffer of parameters. The conventions, where there are several, are PyTorch's,
so that settings found in the literature carry over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

Flat = Float[ndarray, " P"]
"""All parameters of a network, or their gradients, one after the other."""

Moments = tuple[Flat, ...]
"""What a rule remembers between steps: arrays of the shape (P,) of the parameters, zero at the start."""


@dataclass(frozen=True)
class RuleSettings:
    """The numbers that a rule may use; each rule names those it does in :data:`RULES`."""

    momentum: float = 0.9
    rho: float = 0.99
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.01


Update = Callable[[Flat, Flat, Moments, float, int, RuleSettings], tuple[Flat, Moments]]
"""``update(w, g, moments, learning_rate, t, settings)`` returns the next w and moments; t counts steps from 1."""


def sgd(w: Flat, g: Flat, _: Moments, rate: float, t: int, s: RuleSettings) -> tuple[Flat, Moments]:
    """``w - rate * g``: downhill (Robbins & Monro 1951)."""
    return w - rate * g, ()


def momentum(w: Flat, g: Flat, moments: Moments, rate: float, t: int, s: RuleSettings) -> tuple[Flat, Moments]:
    """``v = mu v + g``, ``w - rate * v``: heavy ball (Polyak 1964); the rate stands outside the velocity."""
    velocity = s.momentum * moments[0] + g
    return w - rate * velocity, (velocity,)


def nesterov(w: Flat, g: Flat, moments: Moments, rate: float, t: int, s: RuleSettings) -> tuple[Flat, Moments]:
    """``v = mu v + g``, ``w - rate * (g + mu v)``: look ahead (Sutskever et al. 2013, section 2, rewritten)."""
    velocity = s.momentum * moments[0] + g
    return w - rate * (g + s.momentum * velocity), (velocity,)


def rmsprop(w: Flat, g: Flat, moments: Moments, rate: float, t: int, s: RuleSettings) -> tuple[Flat, Moments]:
    """``m = rho m + (1 - rho) g^2``, ``w - rate * g / (sqrt(m) + eps)`` (Tieleman & Hinton 2012, lecture 6e)."""
    square = s.rho * moments[0] + (1 - s.rho) * g * g
    return w - rate * g / (np.sqrt(square) + s.epsilon), (square,)


def adam(w: Flat, g: Flat, moments: Moments, rate: float, t: int, s: RuleSettings) -> tuple[Flat, Moments]:
    """Adam (Kingma & Ba 2015, algorithm 1), with the correction of both biases and epsilon outside the root."""
    mean = s.beta1 * moments[0] + (1 - s.beta1) * g
    square = s.beta2 * moments[1] + (1 - s.beta2) * g * g
    unbiased_mean, unbiased_square = mean / (1 - s.beta1**t), square / (1 - s.beta2**t)
    return w - rate * unbiased_mean / (np.sqrt(unbiased_square) + s.epsilon), (mean, square)


@dataclass(frozen=True)
class Rule:
    """An update rule as the table has it.

    Attributes
    ----------
    update : callable
    n_moments : int
        How many arrays it keeps.
    uses : tuple of str
        Which of :class:`RuleSettings` it reads.
    decays_weights : bool
        Whether the weights (not the biases) are first multiplied by ``1 - rate * weight_decay``, apart from the
        gradient (Loshchilov & Hutter 2019, algorithm 2).
    """

    update: Update
    n_moments: int
    uses: tuple[str, ...] = ()
    decays_weights: bool = False


RULES = {
    "sgd": Rule(sgd, 0),
    "momentum": Rule(momentum, 1, ("momentum",)),
    "nesterov": Rule(nesterov, 1, ("momentum",)),
    "rmsprop": Rule(rmsprop, 1, ("rho", "epsilon")),
    "adam": Rule(adam, 2, ("beta1", "beta2", "epsilon")),
    "adamw": Rule(adam, 2, ("beta1", "beta2", "epsilon", "weight_decay"), decays_weights=True),
}
