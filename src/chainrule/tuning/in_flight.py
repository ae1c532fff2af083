"""The heats of a generation as they stand, each in a file of its own, so that a search that is killed loses little."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from numpy import ndarray

from chainrule.errors import InputError
from chainrule.tensor_file import read_tensors, write_tensors
from chainrule.tuning.heat import Lineup
from chainrule.tuning.trial import Point, Trial, point_from_json, point_to_json

EVERY = 5.0
"""Seconds of training between two writings of a heat, at least: what is written again costs a hundredth of that."""

KIND, VERSION = "heat in flight", 1

State = Mapping[str, ndarray]
Curves = dict[int, tuple[Point, ...]]


class InFlight:
    """A folder of heats ``0.safetensors``, ``1.safetensors``, ... of the generation that is trained.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unsaved: dict[int, float] = {}

    def is_due(self, heat: int, seconds: float) -> bool:
        """Note that a heat was trained for some seconds more; tell whether it is to be written again."""
        self._unsaved[heat] = self._unsaved.get(heat, 0.0) + seconds
        return self._unsaved[heat] >= EVERY

    def save(self, heat: int, lineup: Lineup, generation: int, state: State, trials: Iterable[Trial]) -> None:
        """Write down how the networks of a heat stand, with what was measured of its trials on the way there."""
        header = {
            "generation": generation,
            "lineup": _told(lineup),
            "curves": {str(trial.number): [point_to_json(point) for point in trial.curve] for trial in trials},
        }
        write_tensors(self._path(heat), KIND, VERSION, dict(state), header)
        self._unsaved[heat] = 0.0

    def load(self, heat: int, lineup: Lineup, generation: int) -> tuple[State, Curves] | None:
        """Return what was written of a heat; None if that was another one, or is not there whole."""
        if not self._path(heat).is_file():
            return None
        try:
            state, header = read_tensors(self._path(heat), KIND, VERSION)
        except InputError:  # damaged: it trains from its beginning
            return None
        if (header["generation"], header["lineup"]) != (generation, _told(lineup)):
            return None
        curves = {int(trial): tuple(map(point_from_json, curve)) for trial, curve in header["curves"].items()}
        return state, curves

    def clear(self) -> None:
        """Remove the heats of a generation that has ended."""
        self._unsaved.clear()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, heat: int) -> Path:
        return self._folder / f"{heat}.safetensors"


def _told(lineup: Lineup) -> str:
    """Return everything that decides the weights of a heat."""
    return repr((lineup.trials, lineup.members, lineup.batch_size, lineup.total_steps, lineup.order_seed))
