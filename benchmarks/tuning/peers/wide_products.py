"""The floor: the two products of the first layers of all networks, as one, and nothing else."""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from benchmarks.tuning.grid import Grid


class Peer:
    """Products of the size of all first layers side by side, by BLAS with its own threads."""

    def __init__(self, grid: Grid, threads: int) -> None:
        D, units = grid.data.input_size, grid.hidden * len(grid.settings)
        rng = np.random.default_rng(0)
        self._X = rng.standard_normal((grid.batch_size, D), np.float32)
        self._W = rng.standard_normal((D, units), np.float32)
        self._z, self._dW = np.empty((grid.batch_size, units), np.float32), np.empty((D, units), np.float32)
        self._steps, self._settings = grid.steps, len(grid.settings)

    def rehearse(self) -> None:
        """Multiply a few times."""
        self._multiply(3)

    def search(self) -> ndarray:
        """Multiply as often as there are steps; nothing is learnt."""
        self._multiply(self._steps)
        return np.full(self._settings, np.nan)

    def _multiply(self, steps: int) -> None:
        for _ in range(steps):
            np.matmul(self._X, self._W, out=self._z)
            np.matmul(self._X.T, self._z, out=self._dW)
