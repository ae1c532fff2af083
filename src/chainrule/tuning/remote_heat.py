"""What a worker of a cluster does: take a heat along its way, from wherever this process has it already.

A task tells the whole way of its heat, leg by leg. A worker that has just trained the earlier legs finds the heat in
its memory and goes on; one that takes over from a worker that was killed trains them again. So a heat never has to
travel, and nothing is lost with a worker but its time.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from chainrule.errors import ChainruleError, InputError
from chainrule.network.parameters import Parameters
from chainrule.runs import describe_data, prepare_data, read_data
from chainrule.training.defaults import available_cores
from chainrule.training.settings import RunSettings
from chainrule.tuning.crew import Leg
from chainrule.tuning.heat import Heat, Lineup, Reading
from chainrule.tuning.problem import Material, make_material
from chainrule.version import __version__


@dataclass(frozen=True)
class SharedData:
    """Data that every worker can open by itself.

    Attributes
    ----------
    settings : str
        The settings that name the data and say how they are prepared, as JSON.
    n_folds : int
    checksum : int
        Of all rows and labels.
    """

    settings: str
    n_folds: int
    checksum: int


@dataclass(frozen=True)
class Way:
    """Which heat, and its way so far, the present leg last.

    Attributes
    ----------
    search : str
        Tells the searches that use a worker apart.
    generation : int
        Heats of earlier ones are let go.
    lineup : Lineup
    legs : tuple of Leg
    deadline : float
        The time of day, in seconds since 1970, at which the budget ends.
    slots : dict of str to int
        How many tasks run at a time on each host, to share its cores.
    """

    search: str
    generation: int
    lineup: Lineup
    legs: tuple[Leg, ...]
    deadline: float
    slots: dict[str, int]


@dataclass
class _Known:
    """A heat in this process's memory, and how much of its way it has gone."""

    heat: Heat
    gone: tuple[Leg, ...] = ()


_heats: dict[tuple[str, int, int], _Known] = {}
_stopped: set[str] = set()


def train(way: Way, data: SharedData | Material) -> tuple[str, Reading]:
    """Go the last leg of a way; return this worker's address and the reading."""
    material = open_shared(data) if isinstance(data, SharedData) else data
    known = _find(way, material)
    while True:
        leg = way.legs[len(known.gone)]
        last = len(known.gone) == len(way.legs) - 1
        reading = known.heat.advance(set(leg.keep), leg.until, material, lambda: _over(way))
        if last or not reading.complete:
            known.gone = way.legs if reading.complete else ()  # one that stopped on its way is not gone on with
            return _address(), reading if last else replace(reading, complete=False, points={}, diverged=())
        known.gone = way.legs[: len(known.gone) + 1]


def weights(way: Way, trial: int) -> list[Parameters] | None:
    """Return the weights of a trial's networks, if this worker has them."""
    known = _heats.get(_key(way))
    if known is None or trial not in known.heat.alive:
        return None
    return known.heat.weights(trial)


def stop(search: str) -> None:
    """Have this worker's heats of a search stop where they are."""
    _stopped.add(search)


def forget(search: str) -> None:
    """Free what this worker has of a search."""
    for key in [key for key in _heats if key[0] == search]:
        _heats.pop(key, None)
    _stopped.discard(search)


def examine(data: SharedData) -> tuple[str, str]:
    """Return this worker's version of chainrule, and why it cannot open the data, or nothing if it can."""
    try:
        open_shared(data)
    except (ChainruleError, OSError) as error:
        return __version__, str(error)
    return __version__, ""


@lru_cache(maxsize=1)
def open_shared(data: SharedData) -> Material:
    """Open the data, once in this process.

    Raises
    ------
    InputError
        If they are not the same as where the search began.
    """
    settings = RunSettings.model_validate_json(data.settings)
    dataset = read_data(settings)
    if describe_data(dataset)["checksum"] != data.checksum:
        raise InputError(settings.data.source, expected="the rows that the search was begun with", got="others")
    return make_material(prepare_data(settings, dataset), data.n_folds, settings.data.split_seed)


def _find(way: Way, material: Material) -> _Known:
    """Return the heat of a way as far as it has gone here, or from its beginning."""
    for key in [key for key in _heats if key[0] == way.search and key[1] < way.generation]:
        _heats.pop(key, None)
    key = _key(way)
    known = _heats.get(key)
    if known is None or known.gone != way.legs[: len(known.gone)] or not 0 < len(known.gone) < len(way.legs):
        lineup = replace(way.lineup, threads=way.lineup.threads or _threads(way.slots))
        known = _heats[key] = _Known(Heat.begin(lineup, material))
    return known


def _key(way: Way) -> tuple[str, int, int]:
    return way.search, way.generation, way.legs[-1].heat


def _over(way: Way) -> bool:
    return way.search in _stopped or time.time() >= way.deadline


def _threads(slots: dict[str, int]) -> int:
    """Return this task's part of the host's cores."""
    return max(1, available_cores() // slots.get(host_of(_address()), 1))


def _address() -> str:
    from distributed import get_worker

    return str(get_worker().address)


def host_of(address: str) -> str:
    """Return the host in ``tcp://HOST:PORT``."""
    return address.rpartition("/")[2].rpartition(":")[0]


def slots_by_host(workers: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Return how many tasks run at a time on each host, of workers given as address and number of threads."""
    slots: dict[str, int] = {}
    for address, threads in workers:
        slots[host_of(address)] = slots.get(host_of(address), 0) + threads
    return slots
