"""One network of a population: its settings, in the names that a run has for them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from chainrule.errors import InputError
from chainrule.network.activations import check_activation
from chainrule.network.initial import normal_std
from chainrule.network.parameters import Architecture
from chainrule.training.rules import RULES, RuleSettings
from chainrule.training.schedules import parse_schedule


@dataclass(frozen=True)
class Member:
    """The settings of one network; ``training.settings`` says what each means.

    Parameters
    ----------
    hidden : tuple of int
        Units of each hidden layer; ``()`` for softmax regression.
    learning_rate : float
    initial_weights : str
        ``normal:STD``, ``he`` or ``glorot``.
    activation : str
        Of the hidden layers: ``relu``, ``tanh``, ``logistic`` or ``identity``.
    seed : int
        Of its initial weights and its dropout; the order of examples is the population's.
    reg : float
        The penalty's strength.
    rule : str
    rule_settings : RuleSettings
        momentum, rho, beta1, beta2, epsilon, weight_decay.
    schedule : str
    dropout : float
        The probability with which a hidden unit is left out; which ones is decided by the seed.
    label_smoothing : float
        The part of each label that is spread evenly over all classes.
    fold : int, optional
        In k-fold cross-validation the fold that it is validated on: it does not learn from its rows.

    Raises
    ------
    InputError
        If a setting is out of range.
    """

    hidden: tuple[int, ...]
    learning_rate: float
    initial_weights: str = "he"
    activation: str = "relu"
    seed: int = 0
    reg: float = 0.0
    rule: str = "sgd"
    rule_settings: RuleSettings = field(default_factory=RuleSettings)
    schedule: str = "constant"
    dropout: float = 0.0
    label_smoothing: float = 0.0
    fold: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(self.hidden))
        _demand(all(units >= 1 for units in self.hidden), "hidden", "at least 1 unit in each layer", self.hidden)
        _demand(0 < self.learning_rate < math.inf, "learning_rate", "a positive number", self.learning_rate)
        _demand(0 <= self.reg < math.inf, "reg", "0 or a positive number", self.reg)
        _demand(self.rule in RULES, "rule", f"one of {', '.join(RULES)}", self.rule)
        _demand(0 <= self.seed < 2**63, "seed", "a whole number from 0 to 2**63 - 1", self.seed)
        _demand(0 <= self.dropout < 1, "dropout", "a number from 0 to below 1", self.dropout)
        _demand(0 <= self.label_smoothing < 1, "label_smoothing", "a number from 0 to below 1", self.label_smoothing)
        _demand(self.fold is None or self.fold >= 0, "fold", "a number from 0, or None", self.fold)
        check_activation(self.activation)
        normal_std(self.initial_weights)
        parse_schedule(self.schedule)

    def architecture(self, input_size: int, output_size: int) -> Architecture:
        """Return the sizes of the network on rows of D inputs and C classes."""
        return Architecture(input_size, self.hidden, output_size, self.activation)


def _demand(ok: bool, who: str, expected: str, got: object) -> None:
    if not ok:
        raise InputError(who, expected=expected, got=repr(got))
