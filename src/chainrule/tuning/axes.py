"""How a setting becomes an axis of a figure, and two of them a map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from chainrule.tuning.dimension import Choice, Value
from chainrule.tuning.space import Space
from chainrule.tuning.trial import Trial

BINS = 10  # cells across a range


@dataclass(frozen=True)
class Axis:
    """An axis for a setting: a scale of numbers, or a place for each of the values that are chosen from.

    Attributes
    ----------
    name : str
    log : bool
    ticks : tuple of str
        The values, each at the place of its number; empty for a scale.
    values : tuple
    edges : ndarray
        Where the cells of a map begin and end.
    """

    name: str
    log: bool
    ticks: tuple[str, ...]
    values: tuple[Value, ...]
    edges: ndarray

    @property
    def label(self) -> str:
        """The setting's name."""
        return self.name.replace("_", " ")

    def place(self, value: Value) -> float:
        """Return where a value stands."""
        return float(self.values.index(value)) if self.values else float(value)

    def cell(self, value: Value) -> int:
        """Return the number of the cell that a value falls into."""
        found = int(np.searchsorted(self.edges, self.place(value), side="right")) - 1
        return min(max(found, 0), len(self.edges) - 2)


def axis_of(space: Space, name: str) -> Axis:
    """Return the axis of a setting that is searched."""
    dimension = space.dimensions[name]
    if isinstance(dimension, Choice):
        values = _in_order(dimension.values)
        ticks = tuple(f"{value:g}" if isinstance(value, float) else str(value) for value in values)
        return Axis(name, False, ticks, values, np.arange(len(values) + 1) - 0.5)
    spaced = np.geomspace if dimension.log else np.linspace
    return Axis(name, dimension.log, (), (), spaced(dimension.low, dimension.high, BINS + 1))


def _in_order(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """Return numbers, and widths that are one number, from the lowest up; texts as they were given."""
    try:
        return tuple(sorted(values, key=float))
    except ValueError:
        return values


def map_settings(space: Space) -> tuple[str, str]:
    """Return the two settings of the map: learning rate and batch size, or those nearest to them that are searched."""
    order = ("learning_rate", "batch_size", "reg", "hidden")
    names = [*(name for name in order if name in space.dimensions)]
    names += [name for name in space.dimensions if name not in names]
    return names[0], names[1]


def cells(trials: Sequence[Trial], x: Axis, y: Axis) -> tuple[ndarray, ndarray, ndarray]:
    """Return the edges of a map's cells across and up, and the best accuracy in each, in percent; nan where none is."""
    best = np.full((len(x.edges) - 1, len(y.edges) - 1), np.nan)
    for trial in trials:
        if trial.last is not None:
            at = x.cell(trial.params[x.name]), y.cell(trial.params[y.name])
            best[at] = np.fmax(best[at], 100 * trial.last.accuracy)
    return x.edges, y.edges, best
