"""The workers of a Dask cluster as a crew: of this machine, or of a scheduler that is running somewhere."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from chainrule.errors import ChainruleError, InputError
from chainrule.network.parameters import Parameters
from chainrule.tuning import remote_heat
from chainrule.tuning.crew import Clock, Leg
from chainrule.tuning.heat import Lineup, Reading
from chainrule.tuning.in_flight import State
from chainrule.tuning.problem import Problem
from chainrule.tuning.remote_heat import SharedData, Way, slots_by_host
from chainrule.version import __version__

if TYPE_CHECKING:
    from distributed import Client, Future

PAUSE = 0.02  # seconds between two looks at what has come back
REACHED_WITHIN = 10.0  # seconds


class ClusterCrew:
    """Sends each leg of a heat to a worker, the one that trained the heat before if it is still there.

    Parameters
    ----------
    client : distributed.Client
    data : SharedData or Future
        What the workers open by themselves, or the rows, held by a worker and handed from one to the next.
    """

    def __init__(self, client: Client, data: SharedData | Future[Any]) -> None:
        self._client, self._data = client, data
        self.takes_states = False
        self._search = uuid.uuid4().hex
        self._generation = -1
        self._lineups: Sequence[Lineup] = ()
        self._ways: dict[int, Way] = {}
        self._homes: dict[int, str] = {}

    @property
    def parallel(self) -> int:
        """How many heats are trained at a time."""
        return sum(worker["nthreads"] for worker in self._workers().values())

    def begin(self, lineups: Sequence[Lineup], states: Mapping[int, State]) -> None:
        """See :class:`Crew`; it takes no states."""
        self._generation += 1
        self._lineups, self._ways, self._homes = lineups, {}, {}

    def run(self, legs: Sequence[Leg], clock: Clock) -> Iterator[tuple[int, Reading]]:
        """See :class:`Crew`; heats come back in the order in which they are done."""
        waiting = {leg.heat: self._submit(leg, clock) for leg in legs}
        try:
            while waiting and not clock.interrupted:
                for heat in [heat for heat, future in waiting.items() if future.done()]:  # type: ignore[no-untyped-call]
                    self._homes[heat], reading = _result(waiting.pop(heat))
                    yield heat, reading
                time.sleep(PAUSE)
        finally:
            if waiting:
                self._client.run(remote_heat.stop, self._search)
                self._client.cancel(list(waiting.values()))  # type: ignore[no-untyped-call]

    def state(self, heat: int) -> None:
        """See :class:`Crew`; it stays with the worker, because it is the size of all networks."""

    def weights(self, heat: int, trial: int) -> list[Parameters] | None:
        """See :class:`Crew`; None if the worker that had them is gone."""
        home = self._homes.get(heat)
        if home is None or home not in self._workers():
            return None
        found: dict[str, Any] = self._client.run(remote_heat.weights, self._ways[heat], trial, workers=[home])
        return found[home]

    def close(self) -> None:
        """Free what the workers hold of this search."""
        self._client.run(remote_heat.forget, self._search)

    def _workers(self) -> dict[str, dict[str, Any]]:
        """Return what the scheduler knows of its workers, by address."""
        found: dict[str, dict[str, Any]] = self._client.scheduler_info(n_workers=-1)["workers"]
        return found

    def _submit(self, leg: Leg, clock: Clock) -> Future[Any]:
        before = self._ways[leg.heat].legs if leg.heat in self._ways else ()
        workers = self._workers()
        slots = slots_by_host([(address, worker["nthreads"]) for address, worker in workers.items()])
        way = Way(self._search, self._generation, self._lineups[leg.heat], (*before, leg), clock.deadline, slots)
        self._ways[leg.heat] = way
        home = self._homes.get(leg.heat)
        where = {"workers": [home], "allow_other_workers": True} if home in workers else {}
        return self._client.submit(remote_heat.train, way, self._data, pure=False, **where)


def _result(future: Future[Any]) -> tuple[str, Reading]:
    """Return what a task gave.

    Raises
    ------
    ChainruleError
        If it took several workers with it.
    """
    from distributed import KilledWorker

    try:
        result: tuple[str, Reading] = future.result()
    except KilledWorker as error:
        raise ChainruleError(
            f"a population ended several workers, one after the other: {error}\n"
            "  try: a smaller --population or --hidden, if they ran out of memory"
        ) from None
    return result


@contextmanager
def opened_cluster(
    problem: Problem, data: Mapping[str, Any], workers: int | None, scheduler: str | None
) -> Iterator[ClusterCrew]:
    """Start so many workers on this machine, or join a scheduler, and see that its workers can train.

    Parameters
    ----------
    data : mapping
        What :func:`chainrule.runs.describe_data` says of the data.

    Raises
    ------
    InputError
        If the scheduler cannot be reached, has no workers, or those are of another version of chainrule.
    """
    from distributed import Client

    shared = SharedData(problem.base.model_dump_json(), problem.n_folds, int(data["checksum"]))
    with ExitStack() as stack:
        address = stack.enter_context(_local_cluster(workers or 1)) if scheduler is None else scheduler
        try:
            client = Client(address, timeout=REACHED_WITHIN, set_as_default=False)  # type: ignore[no-untyped-call]
            stack.enter_context(client)
        except (OSError, TimeoutError, ValueError) as error:
            raise InputError(
                "--dask",
                expected="the address of a Dask scheduler that can be reached, tcp://HOST:8786",
                got=str(address),
                where=str(error),
            ) from None
        crew = ClusterCrew(client, _data(client, problem, shared, str(address)))
        try:
            yield crew
        finally:
            crew.close()


@contextmanager
def _local_cluster(workers: int) -> Iterator[str]:
    """Start worker processes on this machine that nobody else can reach."""
    import logging

    from distributed import LocalCluster

    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        memory_limit=0,
        silence_logs=logging.CRITICAL,
    ) as cluster:
        yield cluster.scheduler_address


def _data(client: Client, problem: Problem, shared: SharedData, scheduler: str) -> SharedData | Future[Any]:
    """Return the data's description, where all workers can open them, or the rows themselves, sent to the cluster."""
    answers: dict[str, tuple[str, str]] = client.run(remote_heat.examine, shared)
    if not answers:
        raise InputError("--dask", expected="a scheduler with workers", got=f"none at {scheduler}")
    for address, (version, _) in answers.items():
        if version != __version__:
            raise InputError("--dask", expected=f"workers with chainrule {__version__}", got=f"{version} at {address}")
    if not any(reason for _, reason in answers.values()):
        return shared
    import warnings

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sending large graph", UserWarning)  # so that a lost copy can be made again
        return client.submit(_hold, problem.material, pure=False)


def _hold(material: Any) -> Any:
    """Keep rows on a worker, from which the others take them."""
    return material
