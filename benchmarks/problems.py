"""What every contender computes: sizes, rule, data, initial weights and order of examples, the same for all.

Nothing of chainrule is imported here, so that a peer's process holds what the peer needs and no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy import ndarray

REG = 1e-3
"""λ of the penalty λ (‖W1‖² + ‖W2‖² + …); its gradient is 2λW, and for Adam it is part of the gradient."""

RATES = {"sgd": 0.01, "momentum": 1e-3, "adam": 1e-4}
"""Constant learning rates at which fifty steps move the weights well and rounding stays small."""

MOMENTUM = 0.9
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


@dataclass(frozen=True)
class Problem:
    """One row of the table.

    Attributes
    ----------
    sizes : tuple of int
        D, H1, ..., C.
    batch_size : int
    rule : {"sgd", "momentum", "adam"}
    """

    sizes: tuple[int, ...]
    batch_size: int
    rule: str

    @property
    def name(self) -> str:
        """For people, and what ``--only`` looks in: ``3072-1024-10 batch 250 sgd``."""
        return f"{'-'.join(map(str, self.sizes))} batch {self.batch_size} {self.rule}"

    @property
    def rate(self) -> float:
        """The learning rate."""
        return RATES[self.rule]

    @property
    def layers(self) -> list[tuple[int, int]]:
        """(inputs, outputs) of every affine layer."""
        return list(pairwise(self.sizes))


PROBLEMS = (
    Problem((3072, 1024, 10), 250, "sgd"),
    Problem((3072, 1024, 10), 250, "momentum"),
    Problem((3072, 1024, 10), 250, "adam"),
    Problem((3072, 1024, 10), 32, "sgd"),
    Problem((3072, 1024, 10), 32, "adam"),
    Problem((3072, 50, 10), 200, "sgd"),
    Problem((784, 100, 10), 200, "sgd"),
    Problem((784, 100, 10), 200, "adam"),
    Problem((784, 512, 256, 10), 128, "adam"),
    Problem((64, 32, 10), 32, "sgd"),
    Problem((64, 32, 10), 32, "adam"),
    Problem((20, 8, 2), 16, "sgd"),
)


@dataclass(frozen=True)
class Task:
    """A problem with its numbers, as a contender is given it.

    Attributes
    ----------
    problem : Problem
    X : ndarray of shape (R, D), float32
        The rows that ``order`` counts in, of zero mean and unit variance.
    y : ndarray of shape (R,), int64
        Random labels.
    start : ndarray of shape (P,), float32
        The initial W1 (inputs, outputs) row by row, b1, W2, ...; read, never written.
    threads : int
        How many threads may compute.
    """

    problem: Problem
    X: ndarray
    y: ndarray
    start: ndarray
    threads: int


def make_task(problem: Problem, rows: int, threads: int) -> Task:
    """Draw data and initial weights; the same for the same arguments, in any process."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((rows, problem.sizes[0]), np.float32)
    y = rng.integers(0, problem.sizes[-1], rows)
    parts = []
    for inputs, outputs in problem.layers:
        W = rng.standard_normal((inputs, outputs), np.float32) * np.float32(np.sqrt(2 / inputs))
        parts += [W.ravel(), np.full(outputs, 0.01, np.float32)]
    return Task(problem, X, y, np.concatenate(parts), threads)


def make_order(problem: Problem, rows: int, steps: int) -> ndarray:
    """Return the row numbers (steps, N) of each step's mini-batch, permutation after permutation of all rows.

    A longer order begins with the shorter one.
    """
    needed = steps * problem.batch_size
    epochs = [np.random.default_rng([1, epoch]).permutation(rows) for epoch in range(-(-needed // rows))]
    return np.concatenate(epochs)[:needed].reshape(steps, problem.batch_size)


def views(buffer: ndarray, problem: Problem) -> list[tuple[ndarray, ndarray]]:
    """Return (W, b) of every layer as views into a buffer laid out as ``Task.start`` is."""
    layers, place = [], 0
    for inputs, outputs in problem.layers:
        middle, end = place + inputs * outputs, place + (inputs + 1) * outputs
        layers.append((buffer[place:middle].reshape(inputs, outputs), buffer[middle:end]))
        place = end
    return layers


def product_factors(task: Task) -> tuple[list[ndarray], list[ndarray], list[ndarray]]:
    """Return what the products of one step multiply: activations a0.., weights W1.., and gradients dz1...

    The inputs and weights are the task's; the other values are random numbers of the right shape, because a product
    takes the same time whatever is in it.
    """
    N, rng = task.problem.batch_size, np.random.default_rng(2)
    hidden = [rng.standard_normal((N, size), np.float32) for size in task.problem.sizes[1:-1]]
    inputs = task.X[make_order(task.problem, len(task.X), 1)[0]]
    dzs = [rng.standard_normal((N, size), np.float32) for size in task.problem.sizes[1:]]
    return [inputs, *hidden], [W.copy() for W, _ in views(task.start, task.problem)], dzs
