"""Moves as linear rules of gradients: plain steps, weight decay, momentum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Fit:
    """A rule with constants that reproduces the moves of one parameter."""

    rule: str
    constants: dict[str, float]
    rates: tuple[float, ...]
    """Of every step: what the gradient (or what the rule makes of it) is multiplied by, and subtracted."""

    @property
    def steady(self) -> bool:
        """Whether the rate is the same in every step."""
        return steady(self.rates)


def steady(rates: Sequence[float]) -> bool:
    """Return whether numbers are one number."""
    values = np.array([one for one in rates if np.isfinite(one)])
    return bool(values.size) and float(np.ptp(values)) <= 2e-5 * float(np.max(np.abs(values)))


def room(before: ndarray, moves: ndarray) -> ndarray:
    """Return how exactly each step's move is known."""
    size, move = np.max(np.abs(before), axis=1), np.max(np.abs(moves), axis=1)
    return np.asarray(1e-14 * size + TOLERANCE * move + 1e-300)


def proportional(moves: ndarray, directions: ndarray, before: ndarray) -> tuple[float, ...] | None:
    """Return by what number each step's direction is multiplied and subtracted; None if moves are something else."""
    rates = []
    exact = room(before, moves)
    for k in range(len(moves)):
        size = float(directions[k] @ directions[k])
        if size == 0.0 or not np.isfinite(size):
            if np.max(np.abs(moves[k])) > exact[k]:
                return None
            rates.append(np.nan)
            continue
        rate = -float(moves[k] @ directions[k]) / size
        if np.max(np.abs(moves[k] + rate * directions[k])) > exact[k]:
            return None
        rates.append(rate)
    return tuple(rates) if any(np.isfinite(one) for one in rates) else None


def plain(moves: ndarray, gradients: ndarray, before: ndarray, whole: bool = True) -> Fit | None:
    """Return the rule ``p -= rate * g``."""
    rates = proportional(moves, gradients, before)
    if rates is None or (moves.shape[1] == 1 and not steady(rates)):
        return None
    return Fit("gradient descent", {"rate": rates[-1]}, rates)


def decayed(moves: ndarray, gradients: ndarray, before: ndarray, whole: bool = True) -> Fit | None:
    """Return the rule ``p -= rate * g + decay * p``."""
    found = _solved(moves, [-gradients, -before], before)
    if found is None or abs(found[1]) < 1e-12:
        return None
    return Fit("gradient descent with weight decay", {"rate": found[0], "decay": found[1]}, (found[0],) * len(moves))


def momentum(moves: ndarray, gradients: ndarray, before: ndarray, whole: bool = True) -> Fit | None:
    """Return the rule ``v = mu * v - rate * g; p += v``, whichever way it is written."""
    previous = np.vstack([np.zeros_like(moves[:1]), moves[:-1]])
    found = _solved(moves, [previous, -gradients], before, 0 if whole else 1)
    if found is None or len(moves) < 3:
        return None
    return Fit("momentum", {"momentum": found[0], "rate": found[1]}, (found[1],) * len(moves))


def nesterov(moves: ndarray, gradients: ndarray, before: ndarray, whole: bool = True) -> Fit | None:
    """Return the rule ``v = mu * v - rate * g; p += mu * v - rate * g``."""
    previous = np.vstack([np.zeros_like(moves[:1]), moves[:-1]])
    last = np.vstack([np.zeros_like(gradients[:1]), gradients[:-1]])
    found = _solved(moves, [previous, -gradients, last], before, 0 if whole else 1)
    if found is None or len(moves) < 3:
        return None
    mu, rate, older = found
    if abs(older + mu * rate) <= 1e-4 * abs(mu * rate):
        return Fit("momentum twice", {"momentum": mu, "rate": rate}, (rate,) * len(moves))
    if abs(older * (1 + mu) - mu * rate) > 1e-4 * abs(mu * rate):
        return None
    return Fit("Nesterov momentum", {"momentum": mu, "rate": rate / (1 + mu)}, (rate / (1 + mu),) * len(moves))


RULES = (plain, decayed, momentum, nesterov)


def _solved(moves: ndarray, columns: Sequence[ndarray], before: ndarray, first: int = 0) -> tuple[float, ...] | None:
    """Return the constants by which columns add up to the moves, from one step on."""
    moves, columns, before = moves[first:], [one[first:] for one in columns], before[first:]
    weights = 1.0 / np.maximum(np.max(np.abs(moves), axis=1), 1e-300)[:, None]
    matrix = np.stack([(weights * one).ravel() for one in columns], axis=1)
    if matrix.shape[0] <= matrix.shape[1] or not np.all(np.isfinite(matrix)):
        return None
    sizes = np.max(np.abs(matrix), axis=0)
    if np.any(sizes == 0):
        return None
    solution, *_ = np.linalg.lstsq(matrix / sizes, (weights * moves).ravel(), rcond=None)
    solution = solution / sizes
    made = sum(value * one for value, one in zip(solution, columns, strict=True))
    if np.any(np.max(np.abs(made - moves), axis=1) > room(before, moves)):
        return None
    return tuple(float(one) for one in solution)
