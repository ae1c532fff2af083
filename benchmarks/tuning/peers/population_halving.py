"""One population that halves: the same rungs as scikit-learn's, but those that are kept go on where they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy import ndarray

from benchmarks.tuning.grid import Grid
from benchmarks.tuning.peers.population import new_population


def rungs(epochs: int) -> list[int]:
    """Return after how many epochs half of the networks go: 1, 2, 4, ..."""
    return [2**rung for rung in range(epochs.bit_length())]


class Peer:
    """Half of the networks are left after 1, 2, 4, ... epochs."""

    def __init__(self, grid: Grid, threads: int) -> None:
        self._grid, self._threads = grid, threads
        _ = grid.data, grid.rows  # opened before the clock starts
        self._few = replace(grid, epochs=1, learning_rates=grid.learning_rates[:1])

    def rehearse(self) -> None:
        """Load what is compiled."""
        _search(self._few, self._threads)

    def search(self) -> ndarray:
        """Train, measure, keep the better half, and so on."""
        return _search(self._grid, self._threads)


def _search(grid: Grid, threads: int) -> ndarray:
    population = new_population(grid, threads)
    train, validation = grid.data.train, grid.data.validation
    accuracy = np.full(len(grid.settings), np.nan)
    in_epoch = grid.steps // grid.epochs
    for rung in rungs(grid.epochs):
        steps = rung * in_epoch - population.steps_taken
        population.train(train.features, train.y, steps=steps, total_steps=grid.steps, rows=grid.rows)
        scores = population.evaluate(validation.features, validation.y, validation.index)
        accuracy[:] = np.nan
        accuracy[list(scores.numbers)] = scores.accuracy
        better = np.argsort(-scores.accuracy, kind="stable")[: max(1, len(scores.numbers) // 2)]
        population.keep([scores.numbers[place] for place in better])
    return accuracy
