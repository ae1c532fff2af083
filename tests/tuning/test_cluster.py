"""Real schedulers and workers on loopback: the same results as without them, also when a worker is killed."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from distributed import Client, LocalCluster

from chainrule.errors import InputError
from chainrule.tuning import cluster as cluster_module
from chainrule.tuning import remote_heat
from chainrule.tuning.crew import Leg
from chainrule.tuning.heat import Lineup, Reading
from chainrule.tuning.remote_heat import Way, host_of, slots_by_host
from chainrule.tuning.search import Search, Watcher
from chainrule.tuning.session import opened

from .conftest import Tune
from .test_search import told


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a scheduler with two workers."""
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", memory_limit=0
    ) as cluster:
        yield cluster.scheduler_address


def test_workers_give_what_one_process_gives(tune: Tune, scheduler: str) -> None:
    alone, _ = tune("alone", trials=16)
    together, results = tune("together", trials=16, scheduler=scheduler)
    assert told(together) == told(alone)
    assert results["best"]["accuracy"] > 0.8
    assert together.folder.model.read_bytes() == alone.folder.model.read_bytes()


def test_one_population_is_divided_among_workers(tune: Tune, scheduler: str) -> None:
    options = {"batch_size": "16"}
    alone, _ = tune("alone", options, trials=8)
    together, _ = tune("together", options, trials=8, scheduler=scheduler)
    for ours, theirs in zip(told(together), told(alone), strict=True):
        assert ours[:3] == theirs[:3]
        assert [point[:2] for point in ours[3]] == [point[:2] for point in theirs[3]]
        assert [point[2] for point in ours[3]] == pytest.approx([point[2] for point in theirs[3]], rel=1e-4)


def test_rows_are_sent_where_workers_cannot_open_them(
    tune: Tune, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, _ = tune("alone", trials=8)
    monkeypatch.setattr(remote_heat, "examine", _cannot_open)
    sent, _ = tune("sent", trials=8, scheduler=scheduler)
    assert told(sent) == told(alone)


def _cannot_open(_: object) -> tuple[str, str]:
    from chainrule.version import __version__

    return __version__, "no such file"


class Killer(Watcher):
    """Kills a worker while the first generation trains."""

    def __init__(self, address: str) -> None:
        self.address, self.killed = address, 0

    def on_generation(self, search: Search, generation: int, rungs: Any) -> None:
        if generation == 0:
            threading.Thread(target=self._kill, daemon=True).start()

    def _kill(self) -> None:
        with Client(self.address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                busy = [worker for worker, tasks in client.processing().items() if tasks]
                if busy:
                    self.killed = client.run(os.getpid, workers=busy[:1])[busy[0]]
                    os.kill(self.killed, signal.SIGKILL)
                    return
                time.sleep(0.005)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_worker_killed_in_the_middle_costs_a_retry_only(tune: Tune, request_for: Any, scheduler: str) -> None:
    options = {"epochs": 400, "hidden": "32,64"}
    alone, _ = tune("alone", options, trials=8)
    killer = Killer(scheduler)
    with opened(request_for("killed", options, trials=8, scheduler=scheduler), [killer]) as session:
        session.search.run()
        assert killer.killed
        assert told(session) == told(alone)


def test_a_heat_is_taken_over_leg_by_leg(tune: Tune, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has not trained the earlier legs trains them; whoever has goes on."""
    session, _ = tune(trials=8)
    problem = session.search.problem
    lineup = _lineup(session.search)
    monkeypatch.setattr(remote_heat, "_address", lambda: "tcp://127.0.0.1:1")
    everybody = frozenset(lineup.trials)
    legs = (Leg(0, everybody, 5), Leg(0, frozenset(lineup.trials[:2]), 9))
    ways = [Way("a search", 0, lineup, legs[:n], float("inf"), {}) for n in (1, 2)]
    readings: list[Reading] = [remote_heat.train(way, problem.material)[1] for way in ways]
    assert [max(points[-1].steps for points in reading.points.values()) for reading in readings] == [5, 9]
    remote_heat.forget("a search")
    again = remote_heat.train(ways[1], problem.material)[1]
    assert {trial: points[-1].accuracies for trial, points in again.points.items()} == {
        trial: points[-1].accuracies for trial, points in readings[1].points.items()
    }
    weights = remote_heat.weights(ways[1], lineup.trials[0])
    assert weights is not None
    assert remote_heat.weights(ways[1], lineup.trials[-1]) is None  # it did not go on
    remote_heat.stop("a search")
    stopped = remote_heat.train(Way("a search", 1, lineup, legs[:1], float("inf"), {}), problem.material)[1]
    assert not stopped.complete
    remote_heat.forget("a search")


def _lineup(search: Search) -> Lineup:
    from chainrule.tuning.heat import lineups

    trials = [(number, search.problem.settings(trial.params)) for number, trial in search.trials.items()]
    return lineups(trials, search.problem.steps_per_epoch, 1, folds=False, threads=1)[0]


def test_what_cannot_be_a_cluster_is_refused(request_for: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "REACHED_WITHIN", 0.5)
    refused: list[dict[str, Any]] = [
        {"scheduler": "tcp://127.0.0.1:9"},
        {"scheduler": "nonsense"},
        {"workers": 0},
        {"workers": 2, "scheduler": "tcp://127.0.0.1:9"},
    ]
    for asked in refused:
        with pytest.raises(InputError, match=r"--(dask|workers): expected"), opened(request_for("x", **asked)):
            pass


def test_a_scheduler_without_workers_is_refused(request_for: Any) -> None:
    with (
        LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as cluster,
        pytest.raises(InputError, match="a scheduler with workers"),
        opened(request_for("x", scheduler=cluster.scheduler_address)),
    ):
        pass


def test_cores_are_shared_by_the_tasks_of_a_host() -> None:
    slots = slots_by_host([("tcp://10.0.0.1:1", 2), ("tcp://10.0.0.1:2", 2), ("tcp://10.0.0.2:1", 1)])
    assert slots == {"10.0.0.1": 4, "10.0.0.2": 1}
    assert host_of("tls://node-7.cluster:8786") == "node-7.cluster"
