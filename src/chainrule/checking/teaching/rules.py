"""Update rules, told from the gradients of a training and the steps that it made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

CLOSE = 1e-4
"""Steps that differ by less than this part of their size are those of a rule: epsilons are no matter here."""

FEW = 5


@dataclass(frozen=True)
class Moves:
    """A training as vectors."""

    gradients: Sequence[ndarray]
    steps: Sequence[ndarray]
    """What was added to the parameters."""

    def first(self, count: int) -> Moves:
        """Return the first few."""
        return Moves(self.gradients[:count], self.steps[:count])


def climbs(moves: Moves) -> bool:
    """Whether the first step goes up the slope: every rule's first step goes against the gradient."""
    gradient, step = moves.gradients[0], moves.steps[0]
    along = float(np.dot(gradient, step))
    return along > 0.3 * float(np.linalg.norm(gradient) * np.linalg.norm(step)) > 0


def rates(moves: Moves, followed: Sequence[ndarray] | None = None) -> ndarray | None:
    """Return the c of each step = -c * direction, the gradient's if not told; None if a step is not of this form."""
    found = []
    for direction, step in zip(followed or moves.gradients, moves.steps, strict=True):
        size = float(np.dot(direction, direction))
        if size == 0.0:
            return None
        rate = -float(np.dot(direction, step)) / size
        if np.linalg.norm(step + rate * direction) > CLOSE * np.linalg.norm(step) or rate <= 0:
            return None
        found.append(rate)
    return np.array(found)


def with_memory(moves: Moves) -> tuple[ndarray, ndarray] | None:
    """Return c and mu of each step = mu * (step before) - c * gradient, from the second on; None for another rule."""
    found = []
    for before, step, gradient in zip(moves.steps, moves.steps[1:], moves.gradients[1:], strict=False):
        basis = np.stack([-gradient, before], axis=1)
        solution = np.linalg.lstsq(basis, step, rcond=None)[0]
        if np.linalg.norm(basis @ solution - step) > CLOSE * np.linalg.norm(step):
            return None
        found.append(solution)
    return (np.array(found)[:, 0], np.array(found)[:, 1]) if found else None


def constant(values: ndarray | None) -> bool:
    """Whether there are values, and all are the same."""
    return values is not None and bool(np.all(np.abs(values - values[0]) <= 1e-3 * abs(values[0])))


def sums(moves: Moves) -> list[ndarray]:
    """Return the sums of all gradients so far: what is followed if none is ever set back to zero."""
    return list(np.cumsum(np.stack(moves.gradients), axis=0))


BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8

Direction = Callable[[ndarray, ndarray, int], ndarray]


def _adam(m: ndarray, v: ndarray, t: int) -> ndarray:
    """Return the direction of Adam (Kingma and Ba, 2015, algorithm 1)."""
    return np.asarray(m / (1 - BETA1**t) / (np.sqrt(v / (1 - BETA2**t)) + EPSILON))


ADAM_WITHOUT: dict[str, Direction] = {
    "Adam without its bias correction": lambda m, v, _: m / (np.sqrt(v) + EPSILON),
    "Adam without the bias correction of its second moment": lambda m, v, t: (
        m / (1 - BETA1**t) / (np.sqrt(v) + EPSILON)
    ),
    "Adam without the bias correction of its first moment": lambda m, v, t: m / (np.sqrt(v / (1 - BETA2**t)) + EPSILON),
    "Adam without its square root": lambda m, v, t: m / (1 - BETA1**t) / (v / (1 - BETA2**t) + EPSILON),
}
"""By what is missing, the direction that is followed instead."""


def follows_adam(moves: Moves) -> bool:
    """Whether all steps are those of Adam, with one rate."""
    return constant(rates(moves, _directions(moves, _adam)))


def adam_without(moves: Moves) -> str:
    """Return what is missing for the steps to be those of Adam, or nothing if they are of another kind."""
    found = (name for name, rule in ADAM_WITHOUT.items() if constant(rates(moves, _directions(moves, rule))))
    memoryless = constant(rates(moves, _directions(moves, _adam, beta1=0.0, decayed=BETA1)))
    return next(found, "Adam whose first moment is never kept" if memoryless else "")


def _directions(moves: Moves, rule: Direction, beta1: float = BETA1, decayed: float = 0.0) -> list[ndarray]:
    m, v, found = np.zeros_like(moves.gradients[0]), np.zeros_like(moves.gradients[0]), []
    for t, gradient in enumerate(moves.gradients, 1):
        m = beta1 * m + (1 - max(beta1, decayed)) * gradient
        v = BETA2 * v + (1 - BETA2) * gradient**2
        found.append(rule(m, v, t))
    return found
