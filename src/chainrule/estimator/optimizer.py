"""What an update rule remembers between epochs and between calls of ``partial_fit``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Float64
from numpy import ndarray

from chainrule.network.parameters import Parameters
from chainrule.training.rules import RULES, RuleSettings
from chainrule.training.schedules import parse_schedule


@dataclass
class Optimizer:
    """An update rule on its way.

    Attributes
    ----------
    rule : str
        One of ``training.rules.RULES``.
    settings : RuleSettings
    learning_rate : float
        Of the present epoch, before ``schedule`` and ``warm_up``.
    moments : ndarray of shape (M, P)
    step : int
        How many steps have been taken.
    """

    rule: str
    settings: RuleSettings
    learning_rate: float
    moments: Float[ndarray, "M P"]
    step: int = 0

    @classmethod
    def of(cls, model: Any, parameters: Parameters) -> Optimizer:
        """Return the rule that a model's parameters ask for, at rest."""
        rule = "adam"
        if model.solver == "sgd":
            rule = "nesterov" if model.nesterovs_momentum else "momentum"
            rule = rule if model.momentum > 0 else "sgd"
        settings = RuleSettings(momentum=model.momentum, beta1=model.beta_1, beta2=model.beta_2, epsilon=model.epsilon)
        buffer = parameters.buffer
        moments = np.zeros((RULES[rule].n_moments, len(buffer)), buffer.dtype)
        return cls(rule, settings, model.learning_rate_init, moments)

    def change_rate(self, rate: float) -> None:
        """Take steps of another size from now on.

        scikit-learn has the rate inside the velocity, so what is left of steps taken at the old rate keeps its size;
        the engine has it outside.
        """
        if self.rule in ("momentum", "nesterov"):
            self.moments *= self.learning_rate / rate
        self.learning_rate = rate

    def rates(self, model: Any, n: int, steps_per_epoch: int) -> Float64[ndarray, " {steps_per_epoch}"]:
        """Return the learning rate of each of the next n steps: that of the epoch, times schedule, times warm-up."""
        steps = np.arange(self.step, self.step + n)
        rates = np.full(n, float(self.learning_rate))
        if callable(model.schedule):
            rates *= [model.schedule(step / steps_per_epoch) for step in steps.tolist()]
        elif model.schedule is not None:
            schedule, total = parse_schedule(model.schedule), model.max_iter * steps_per_epoch
            rates *= [schedule.factor(min(step, total), steps_per_epoch, total) for step in steps.tolist()]
        if model.warm_up > 0:
            rates *= np.minimum((steps + 1) / math.ceil(model.warm_up * steps_per_epoch), 1)
        return rates

    def end_epoch(self, model: Any) -> None:
        """Lower the rate of ``learning_rate="invscaling"`` by the number of examples seen."""
        if model.solver == "sgd" and model.learning_rate == "invscaling":
            self.change_rate(model.learning_rate_init / (model.t_ + 1) ** model.power_t)

    def plateau(self, model: Any) -> str:
        """Answer to progress that has ended: a smaller rate if that may help; return what is done, in words."""
        if model.solver != "sgd" or model.learning_rate != "adaptive":
            return "Stopping."
        if self.learning_rate <= 1e-6:
            return "Learning rate too small. Stopping."
        self.change_rate(self.learning_rate / 5)
        return f"Setting learning rate to {self.learning_rate:f}"
