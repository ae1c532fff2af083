"""Adaptive rules, right ones and near misses, done again from the gradients alone."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy import ndarray

from chainrule.checking.updates.findings import Kind


@dataclass(frozen=True)
class Spec:
    """A rule: ``p -= rate * first / root(second)``, with how each average is made."""

    name: str
    first: str = "gradient"
    """``gradient``, ``average``, ``fresh`` (not kept), ``kept`` (the corrected one is the state), ``squares``."""
    second: str = "average"
    """``average``, ``sum``, ``largest``, ``fresh``, ``kept``; of the squares, or of what ``of`` says."""
    of: str = "square"
    """``square``, ``absolute``, ``gradient``, ``moment``."""
    correct: tuple[str, str] = ("", "")
    """Of first and second: ``own``, ``other`` (the other's constant), ``late`` (t + 1), or nothing."""
    root: str = "outside"
    """Where epsilon is: ``outside`` or ``inside`` the root; ``none``: there is no root."""
    folded: bool = False
    """Whether the corrections are in the rate, and epsilon is beside the uncorrected root."""
    ahead: bool = False
    """Whether the gradient is added once more (Nadam)."""
    kind: Kind | None = None
    suspects: tuple[str, ...] = ()
    """The quantities that are wrong, the most telling first."""
    meant: str = ""
    only_if: str = ""
    """An operation that the program must do on the way; ``sqrt``."""


@dataclass(frozen=True)
class Constants:
    """Of one try."""

    beta1: float
    beta2: float
    epsilon: float


@dataclass
class Simulated:
    """What a rule makes of gradients."""

    direction: ndarray
    quantities: dict[str, ndarray] = field(default_factory=dict)
    """By name (``m``, ``v``, ``m_hat``, ``v_hat``, ``root``): one row a step."""


def simulate(spec: Spec, constants: Constants, gradients: ndarray) -> Simulated:
    """Do a rule again, from zero states."""
    count = len(gradients)
    b1, b2, eps = constants.beta1, constants.beta2, constants.epsilon
    t = np.arange(1, count + 1)[:, None].astype(float)
    with np.errstate(all="ignore"):
        m = _first(spec.first, gradients, b1)
        v = _second(spec.second, _of(spec.of, gradients, m), b2)
        c1, c2 = _correction(spec.correct[0], b1, b2, t), _correction(spec.correct[1], b2, b1, t)
        m_hat, v_hat = (m, v) if spec.folded else (m / c1, v / c2)
        upper = m_hat
        if spec.ahead:
            upper = b1 * m_hat + (1 - b1) * gradients / c1
        root = _root(spec.root, v_hat, eps)
        direction = upper / root
        if spec.folded:
            direction = direction * np.sqrt(c2) / c1
    still = (gradients == 0) & (upper == 0)
    direction = np.where(still, 0.0, direction)
    return Simulated(
        direction, {"m": m, "v": v, "m_hat": m_hat, "v_hat": v_hat, "root": root, "factor": np.sqrt(c2) / c1}
    )


def _first(how: str, g: ndarray, beta: float) -> ndarray:
    if how == "gradient":
        return g
    if how == "fresh":
        return (1 - beta) * g
    if how == "squares":
        return _average(g**2, beta)
    return _average(g, beta, kept=how == "kept")


def _second(how: str, x: ndarray, beta: float) -> ndarray:
    if how == "sum":
        return np.cumsum(x, axis=0)
    if how == "fresh":
        return (1 - beta) * x
    if how == "replaced":
        return x
    if how == "largest":
        return np.maximum.accumulate(_average(x, beta), axis=0)
    return _average(x, beta, kept=how == "kept")


def _average(x: ndarray, beta: float, kept: bool = False) -> ndarray:
    result = np.empty_like(x)
    state = np.zeros_like(x[0])
    for k, one in enumerate(x):
        state = beta * state + (1 - beta) * one
        if kept:
            state = state / (1 - beta ** (k + 1))
        result[k] = state
    return result


def _of(what: str, g: ndarray, m: ndarray) -> ndarray:
    if what == "absolute":
        return np.asarray(np.abs(g))
    if what == "gradient":
        return g
    return np.asarray(m**2 if what == "moment" else g**2)


def _correction(how: str, own: float, other: float, t: ndarray) -> ndarray:
    if how == "own":
        return np.asarray(1 - own**t)
    if how == "other":
        return np.asarray(1 - other**t)
    if how == "late":
        return np.asarray(1 - own ** (t + 1))
    return np.ones_like(t)


def _root(where: str, v: ndarray, eps: float) -> ndarray:
    if where == "none":
        return np.asarray(v + eps)
    return np.asarray(np.sqrt(v + eps) if where == "inside" else np.sqrt(v) + eps)
