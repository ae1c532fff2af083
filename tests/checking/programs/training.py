"""What the programs' own training learns: a few steps on few rows, then predictions, as numbers to compare."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.checking.programs.draws import Draw, two_layers
from tests.checking.programs.namespace import compiled, executed, quiet

ROWS = 11


def by_iterations(code: str) -> list[float]:
    """Train by a number of iterations."""
    return _learnt(code, "TwoLayerNet", two_layers(0), True, num_iters=9, batch_size=4, learning_rate=0.1, reg=0.01)


def by_epochs(code: str) -> list[float]:
    """Train by a number of epochs."""
    return _learnt(code, "TwoLayerNet", two_layers(0), True, num_epochs=3, batch_size=4, learning_rate=0.1, reg=0.01)


def adam(code: str) -> list[float]:
    """Train three layers with Adam."""
    draw = two_layers(0, hidden=(6, 5))
    return _learnt(code, "ThreeLayerNet", draw, True, num_iters=9, batch_size=4, learning_rate=0.1, reg=0.01)


def whole_batch(code: str) -> list[float]:
    """Train on all rows at once."""
    return _learnt(code, "NeuralNetwork", two_layers(0, row_biases=True), False, epochs=3, lr=0.1, reg=0.01)


def _learnt(code: str, name: str, draw: Draw, is_validated: bool, **settings: Any) -> list[float]:
    network = executed(compiled(code))[name](2, 3, 4)
    network.params = draw.copies()
    rng = np.random.default_rng(1)
    X = rng.normal(size=(ROWS, len(draw.values["W1"])))
    y = rng.integers(0, list(draw.values.values())[-1].size, ROWS)
    validation = (X, y) if is_validated else ()
    with quiet():
        np.random.seed(0)
        try:
            network.train(X, y, *validation, **settings)
            predicted = np.asarray(network.predict(X), dtype=float)
        except ValueError:  # a mutant's shapes
            return []
    return [*(float(one) for value in network.params.values() for one in np.ravel(value)), *predicted.tolist()]
