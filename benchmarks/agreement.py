"""What everyone must arrive at, computed in float64 by the clear engine, and the judgement who has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike

from benchmarks.contenders.compiled_engine import run_engine, start_weights
from benchmarks.problems import Task, make_order, product_factors
from benchmarks.worker import CHECKED_STEPS
from chainrule.data.features import Features
from chainrule.training.engine import ReferenceEngine

LOSS_TOLERANCES = {"sgd": 2e-5, "momentum": 2e-5, "adam": 1e-4}
"""Relative, for each of the fifty losses; float32 was seen to be within 4e-6, scikit-learn's Adam within 3e-5."""

MOVEMENT_TOLERANCES = {"sgd": 1e-3, "momentum": 1e-3, "adam": 1e-2}
"""How far from the right weights, as a part of the way that the right ones went from the start. Adam divides a
gradient by its own size, which makes much of the rounding of small ones; scikit-learn's epsilon adds to that (5e-3)."""

PRODUCT_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Expected:
    """The right outcome.

    Attributes
    ----------
    losses : ndarray of shape (steps,), float64
        The total loss of every step; none of a floor.
    state : ndarray
        The weights after the last, or the products of a floor.
    start : ndarray or float
        The weights before the first; 0 for a floor.
    loss_tolerance, tolerance : float
        For each loss, relative; and for the distance from ``state``, as a part of its distance from ``start``.
    """

    losses: ndarray
    state: ndarray
    start: ndarray | float
    loss_tolerance: float
    tolerance: float


def expected_steps(task: Task) -> Expected:
    """Return what training must arrive at."""
    weights = start_weights(task, np.float64)
    order = make_order(task.problem, len(task.X), CHECKED_STEPS)
    losses = run_engine(ReferenceEngine(), weights, Features(task.X), task, order)
    start = task.start.astype(np.float64)
    rule = task.problem.rule
    return Expected(losses, weights.parameters.buffer, start, LOSS_TOLERANCES[rule], MOVEMENT_TOLERANCES[rule])


def expected_products(task: Task) -> Expected:
    """Return what a floor must arrive at: every z, every dW, every da but the first."""
    a, W, dz = ([array.astype(np.float64) for array in arrays] for arrays in product_factors(task))
    layers = range(len(W))
    products = [a[layer] @ W[layer] for layer in layers] + [a[layer].T @ dz[layer] for layer in layers]
    products += [dz[layer] @ W[layer].T for layer in layers if layer > 0]
    return Expected(np.empty(0), np.concatenate([p.ravel() for p in products]), 0.0, 0.0, PRODUCT_TOLERANCE)


def disagreement(expected: Expected, losses: ArrayLike, state: ndarray | None = None) -> str:
    """Say in words how a contender's losses, and its state if given, are not those expected; or nothing.

    Losses alone would let pass who reports the right ones and trains on something else, the state alone who does not
    compute them.
    """
    found = np.asarray(losses, np.float64)
    right = expected.losses[: len(found)]
    if state is not None and len(found) != len(expected.losses):
        return f"it reported {len(found)} losses, not {len(expected.losses)}"
    wrong = ~(np.abs(found - right) <= expected.loss_tolerance * np.abs(right))  # so that nan is wrong
    if wrong.any():
        step = int(wrong.argmax())
        return f"the loss of step {step + 1} is {found[step]:.7g}, not {right[step]:.7g}"
    if state is None:
        return ""
    if state.shape != expected.state.shape:
        return f"it has {state.size} numbers, not {expected.state.size}"
    distance = float(np.linalg.norm(state - expected.state) / np.linalg.norm(expected.state - expected.start))
    if not distance <= expected.tolerance:
        what = "weights" if len(found) else "products"
        return f"its {what} are off by {distance:.1e} of the way they went, where {expected.tolerance:.0e} is rounding"
    return ""
