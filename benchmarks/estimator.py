"""Time ``fit`` beside scikit-learn's own classes: ``python -m benchmarks.estimator [--rounds R] [--json FILE]``.

Both get the same data, parameters and ``random_state``, so they do the same work and end with the same weights; a row
whose weights differ says so, and the exit code is 1. A first fit, in nobody's time, lets chainrule compile and both
warm up; then they take turns, with a pause before each: the threads of the other's BLAS wait for more work in a busy
loop, until they fall asleep. What is compared is the shortest of each one's rounds; beside it stand the smallest and
the largest ratio of a round.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import sklearn.neural_network
from numpy import ndarray
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning

import chainrule.sklearn
from benchmarks.machine import describe_machine, machine_lines

TOLERANCES = {"float64": 1e-6, "float32": 0.05}
"""How far weights may be apart after a fit: in float32 rounding grows from step to step."""

PAUSE = 0.2
"""Seconds before each fit."""


@dataclass(frozen=True)
class Case:
    """A fit to time.

    Attributes
    ----------
    name : str
    rows, features, classes : int
        Of normal random data; no rows stand for the digits.
    options : dict
        Parameters of the classifier.
    dtype : str
    """

    name: str
    rows: int
    features: int
    classes: int
    options: dict[str, Any] = field(default_factory=dict)
    dtype: str = "float64"

    def data(self) -> tuple[ndarray, ndarray]:
        """Return inputs and labels."""
        if not self.rows:
            X, y = load_digits(return_X_y=True)
            return (X / 16).astype(self.dtype), y
        rng = np.random.default_rng(0)
        return (
            rng.normal(size=(self.rows, self.features)).astype(self.dtype),
            rng.integers(self.classes, size=self.rows),
        )


CASES = [
    Case("digits, 64-100-10, defaults", 0, 64, 10, {"max_iter": 30}),
    Case("digits, batches of 32", 0, 64, 10, {"max_iter": 15, "batch_size": 32}),
    Case("digits, float32", 0, 64, 10, {"max_iter": 30}, "float32"),
    Case("digits, lbfgs", 0, 64, 10, {"max_iter": 5, "solver": "lbfgs"}),
    Case("table, 20-50-50-1, relu", 20_000, 20, 2, {"max_iter": 4, "hidden_layer_sizes": (50, 50)}),
    Case("table, 20-50-50-1, tanh", 20_000, 20, 2,
         {"max_iter": 4, "hidden_layer_sizes": (50, 50), "activation": "tanh"}),
    Case("images, 784-100-10", 10_000, 784, 10, {"max_iter": 2}),
    Case("images, 784-100-10, float32", 10_000, 784, 10, {"max_iter": 2}, "float32"),
    Case("images, 784-256-128-10, sgd, float32", 6_000, 784, 10,
         {"max_iter": 2, "hidden_layer_sizes": (256, 128), "solver": "sgd"}, "float32"),
    Case("images, 3072-1024-10, float32", 2_000, 3072, 10, {"max_iter": 1, "hidden_layer_sizes": (1024,)}, "float32"),
]  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Time all cases and print them; 1 if weights differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    machine = describe_machine()
    print(*machine_lines(machine), f"{options.rounds} rounds", sep="\n")
    print(f"\n{'fit':38} {'chainrule':>10} {'scikit-learn':>13} {'faster':>7} {'from - to':>13}  largest difference")
    results = {}
    for case in CASES:
        results[case.name] = measure(case, options.rounds)
        print(line(case, results[case.name]), flush=True)
    if options.json:
        options.json.write_text(json.dumps({"machine": machine, "cases": results}, indent=1))
    return int(any(not agrees(case, results[case.name]) for case in CASES))


def measure(case: Case, rounds: int) -> dict[str, Any]:
    """Return the seconds of each round, and how far the weights are apart."""
    X, y = case.data()
    settings = {"random_state": 0, "tol": 0.0, "n_iter_no_change": 10**6, **case.options}
    kinds = {"chainrule": chainrule.sklearn.MLPClassifier, "scikit-learn": sklearn.neural_network.MLPClassifier}
    fitted = {name: fit(kind(**settings), X, y)[0] for name, kind in kinds.items()}
    seconds: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(rounds):
        for name, kind in kinds.items():
            time.sleep(PAUSE)
            seconds[name].append(fit(kind(**settings), X, y)[1])
    ours, theirs = fitted.values()
    pairs = zip(ours.coefs_ + ours.intercepts_, theirs.coefs_ + theirs.intercepts_, strict=True)
    return {"seconds": seconds, "difference": max(float(np.abs(a - b).max()) for a, b in pairs)}


def fit(estimator: Any, X: ndarray, y: ndarray) -> tuple[Any, float]:
    """Fit an estimator; return it and the seconds that it took."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        began = time.perf_counter()
        estimator.fit(X, y)
        return estimator, time.perf_counter() - began


def agrees(case: Case, result: dict[str, Any]) -> bool:
    """Tell whether both have ended with the same weights, up to rounding."""
    return bool(result["difference"] <= TOLERANCES[case.dtype])


def line(case: Case, result: dict[str, Any]) -> str:
    """Return a case as a line of the table."""
    ours, theirs = result["seconds"]["chainrule"], result["seconds"]["scikit-learn"]
    ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
    spread = f"{min(ratios):.1f} - {max(ratios):.1f}"
    told = f"{result['difference']:.0e}" + ("" if agrees(case, result) else "  DIFFERENT")
    return f"{case.name:38} {min(ours):9.3f}s {min(theirs):12.3f}s {min(theirs) / min(ours):6.1f}x {spread:>13}  {told}"


if __name__ == "__main__":
    raise SystemExit(main())
