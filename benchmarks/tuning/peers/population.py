"""All settings as one population."""

from __future__ import annotations

from dataclasses import replace

from numpy import ndarray

from benchmarks.tuning.grid import Grid
from chainrule.tuning.population.member import Member
from chainrule.tuning.population.population import Population


class Peer:
    """One call of ``train`` and one of ``evaluate``."""

    def __init__(self, grid: Grid, threads: int) -> None:
        self._grid, self._threads = grid, threads
        _ = grid.data, grid.rows  # opened before the clock starts
        self._few = replace(grid, epochs=1, learning_rates=grid.learning_rates[:1])

    def rehearse(self) -> None:
        """Load what is compiled."""
        _search(self._few, self._threads)

    def search(self) -> ndarray:
        """Train all together, and measure all together."""
        return _search(self._grid, self._threads)


def new_population(grid: Grid, threads: int) -> Population:
    """Return the settings as networks side by side."""
    members = [Member((grid.hidden,), setting.learning_rate, "glorot", reg=setting.reg) for setting in grid.settings]
    return Population(
        members,
        input_size=grid.data.input_size,
        output_size=grid.data.dataset.n_classes,
        batch_size=grid.batch_size,
        threads=threads,
    )


def _search(grid: Grid, threads: int) -> ndarray:
    population = new_population(grid, threads)
    train, validation = grid.data.train, grid.data.validation
    population.train(train.features, train.y, steps=grid.steps, total_steps=grid.steps, rows=grid.rows)
    return population.evaluate(validation.features, validation.y, validation.index).accuracy
