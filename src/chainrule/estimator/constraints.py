"""What every parameter of the estimators may be: one table, one check, messages that read alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.training.schedules import SCHEDULES, parse_schedule

_TRUTH: tuple[type, ...] = (bool, np.bool_)


@dataclass(frozen=True)
class Constraint:
    """Accepts the values for which ``holds``; ``expected`` says in words which those are."""

    expected: str
    holds: Callable[[Any], bool]

    def __or__(self, other: Constraint) -> Constraint:
        return Constraint(
            f"{self.expected}, or {other.expected}", lambda value: self.holds(value) or other.holds(value)
        )


def real(low: float, high: float = math.inf, *, closed: str = "both") -> Constraint:
    """Accept real numbers from ``low`` to ``high``; ``closed`` names the ends that belong to it."""
    left, right = closed in ("both", "left"), closed in ("both", "right") and high < math.inf
    expected = f"a number in {'[' if left else '('}{low:g}, {high:g}{']' if right else ')'}"

    def holds(value: Any) -> bool:
        if not isinstance(value, Real) or type(value) in _TRUTH:
            return False
        number = float(value)
        return (low < number < high) or (left and number == low) or (right and number == high)

    return Constraint(expected, holds)


def whole(low: int) -> Constraint:
    """Accept whole numbers from ``low`` on."""
    return Constraint(
        f"a whole number of at least {low}",
        lambda value: isinstance(value, Integral) and type(value) not in _TRUTH and int(value) >= low,
    )


def one_of(*values: object) -> Constraint:
    """Accept one of some words."""
    expected = " or ".join(", ".join(map(repr, values)).rsplit(", ", 1))
    return Constraint(expected, lambda value: isinstance(value, str) and value in values)


BOOLEAN = Constraint("True or False", lambda value: type(value) in _TRUTH)
NOTHING = Constraint("None", lambda value: value is None)
CALLABLE = Constraint("a function", callable)
INFINITE = Constraint("infinity", lambda value: isinstance(value, Real) and value == math.inf)


def _are_sizes(value: Any) -> bool:
    sizes = [value] if isinstance(value, Integral) else value
    return isinstance(sizes, Iterable) and all(whole(1).holds(size) for size in sizes)


def _is_random_state(value: Any) -> bool:
    return value is None or isinstance(value, np.random.RandomState) or whole(0).holds(value)


def _is_schedule(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parse_schedule(value)
    except InputError:
        return False
    return True


def _are_callbacks(value: Any) -> bool:
    return value is None or callable(value) or (isinstance(value, list | tuple) and all(map(callable, value)))


CONSTRAINTS = {
    "loss": one_of("squared_error", "poisson"),
    "hidden_layer_sizes": Constraint("hidden_layer_sizes that are > 0: a whole number or a list of them", _are_sizes),
    "activation": one_of("identity", "logistic", "tanh", "relu"),
    "solver": one_of("lbfgs", "sgd", "adam"),
    "alpha": real(0),
    "batch_size": one_of("auto") | whole(1),
    "learning_rate": one_of("constant", "invscaling", "adaptive"),
    "learning_rate_init": real(0, closed="neither"),
    "power_t": real(0),
    "max_iter": whole(1),
    "shuffle": BOOLEAN,
    "random_state": Constraint("None, a whole number of at least 0 or a numpy RandomState", _is_random_state),
    "tol": real(0),
    "verbose": BOOLEAN | whole(0),
    "warm_start": BOOLEAN,
    "momentum": real(0, 1),
    "nesterovs_momentum": BOOLEAN,
    "early_stopping": BOOLEAN,
    "validation_fraction": real(0, 1, closed="left"),
    "beta_1": real(0, 1, closed="left"),
    "beta_2": real(0, 1, closed="left"),
    "epsilon": real(0, closed="neither"),
    "n_iter_no_change": whole(1) | INFINITE,
    "max_fun": whole(1),
    "dropout": real(0, 1, closed="left"),
    "label_smoothing": real(0, 1, closed="left"),
    "class_weight": NOTHING | one_of("balanced") | Constraint("a dictionary", lambda value: isinstance(value, Mapping)),
    "schedule": NOTHING | Constraint(SCHEDULES, _is_schedule) | CALLABLE,
    "warm_up": real(0),
    "scoring": NOTHING | Constraint("the name of a scorer", lambda value: isinstance(value, str)) | CALLABLE,
    "restore_best": BOOLEAN,
    "callbacks": Constraint("None, a function or a list of functions", _are_callbacks),
    "progress": BOOLEAN,
}


def check_parameters(estimator: Any) -> None:
    """Refuse a parameter out of its range.

    Raises
    ------
    InputError
        Naming the first one that is.
    """
    for name, value in estimator.get_params(deep=False).items():
        constraint = CONSTRAINTS[name]
        if not constraint.holds(value):
            who = f"{name} of {type(estimator).__name__}"
            raise InputError(who, expected=constraint.expected, got=repr(value))
