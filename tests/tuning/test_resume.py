"""A search that is killed, at any write or by the system, goes on; processes share the work."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chainrule.errors import InputError
from chainrule.tuning import in_flight
from chainrule.tuning import ledger as ledger_module
from chainrule.tuning.finish import finish
from chainrule.tuning.heat import Reading
from chainrule.tuning.in_flight import InFlight
from chainrule.tuning.ledger import Ledger
from chainrule.tuning.search import Search, Watcher
from chainrule.tuning.session import Request, Session, opened
from chainrule.tuning.trial import DIVERGED, RUNNING

from .conftest import SPACE, Tune

WRITES = ((Ledger, "report"), (Ledger, "note"), (Ledger, "end"), (Ledger, "spend"), (InFlight, "save"))


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours handles it."""


def told(session: Session) -> list[tuple[Any, ...]]:
    return [
        (trial.number, trial.params, trial.state, [(p.steps, p.accuracies) for p in trial.curve])
        for trial in session.search.trials.values()
    ]


@pytest.mark.parametrize(("chance", "every"), [(1, 5.0), (2, 0.0), (3, 0.0)])
def test_killed_between_any_two_writes_it_ends_the_same(
    tune: Tune, request_for: Any, monkeypatch: pytest.MonkeyPatch, chance: int, every: float
) -> None:
    whole, _ = tune("whole", trials=24)
    monkeypatch.setattr(in_flight, "EVERY", every)
    draw, writes_left, kills = random.Random(chance), [0], 0

    def count() -> None:
        writes_left[0] -= 1
        if writes_left[0] == 0:
            raise Killed

    for kind, name in WRITES:
        original = getattr(kind, name)

        def write(*arguments: Any, original: Any = original) -> None:
            count()
            original(*arguments)

        monkeypatch.setattr(kind, name, write)
    request = request_for("killed", trials=24)
    while True:
        writes_left[0] = draw.randrange(1, 35)
        try:
            with opened(request) as session:
                session.search.run()
                writes_left[0] = 0
                finish(session)
            break
        except Killed:
            kills += 1
            request = Request(resume=session.folder.path)
    assert kills >= 2
    assert told(session) == told(whole)
    assert session.folder.best.read_text() == whole.folder.best.read_text()


def test_a_generation_half_written_is_completed(tune: Tune, request_for: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import optuna

    whole, _ = tune("whole")
    add, written = optuna.Study.add_trial, [0]

    def write(self: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
        if "share" in trial.user_attrs:
            written[0] += 1
            if written[0] == 12:
                raise Killed
        add(self, trial)

    monkeypatch.setattr(optuna.Study, "add_trial", write)
    with pytest.raises(Killed), opened(request_for("killed")) as session:
        session.search.run()
    with opened(Request(resume=session.folder.path)) as session:
        session.search.run()
    assert told(session) == told(whole)


class Worked(Watcher):
    """Counts the examples that went through networks."""

    def __init__(self) -> None:
        self.examples = 0

    def on_reading(self, search: Search, reading: Reading) -> None:
        self.examples += reading.examples


SEARCH_AND_BE_KILLED = """
import os, signal
from chainrule.tuning import in_flight
from chainrule.cli import main

in_flight.EVERY, save, saved = 0.0, in_flight.InFlight.save, []

def save_and_be_killed(*arguments):
    save(*arguments)
    saved.append(arguments)
    if len(saved) == 13:
        os.kill(os.getpid(), signal.SIGKILL)

in_flight.InFlight.save = save_and_be_killed
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_search_goes_on_in_the_middle_of_its_generation(tune: Tune, rows: Path, tmp_path: Path) -> None:
    words = ["tune", "--data", str(rows), "--trials", "8", "--population", "8", "--stopping", "none", "--out", "killed"]
    options = [f"--{name.replace('_', '-')}={value}" for name, value in SPACE.items()]
    killed = subprocess.run([sys.executable, "-c", SEARCH_AND_BE_KILLED, *words, *options], cwd=tmp_path, check=False)
    assert killed.returncode == -signal.SIGKILL
    whole, _ = tune("whole", trials=8, stopping="none")
    worked = Worked()
    with opened(Request(resume=tmp_path / "killed"), [worked]) as session:
        session.search.run()
    assert told(session) == told(whole)
    in_all = sum(trial.curve[-1].steps * int(trial.params["batch_size"]) for trial in whole.search.trials.values())
    assert 0.3 * in_all < worked.examples < 0.6 * in_all  # of two heats that are measured a dozen times, 13 times
    assert not session.folder.in_flight.exists()  # nothing is any more


def test_a_damaged_heat_begins_anew(tune: Tune, request_for: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = tune("whole")
    monkeypatch.setattr(in_flight, "EVERY", 0.0)
    with opened(request_for("damaged")) as session:
        session.search.clock.over = lambda: bool(list(session.folder.path.glob("in-flight/*")))  # type: ignore[method-assign]
        session.search.clock.interrupted = True
        session.search.run()
    (saved,) = session.folder.in_flight.iterdir()
    saved.write_bytes(saved.read_bytes()[:-5])
    with opened(Request(resume=session.folder.path)) as again:
        again.search.run()
    assert told(again) == told(whole)


@pytest.mark.slow
def test_killed_by_the_system(rows: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "chainrule", "tune", "-q"]
    options = "--hidden 32,64 --learning-rate log:1e-3:1 --batch-size 8,16 --epochs 60 --trials 48 --population 12"
    first = [*command, "--data", str(rows), *options.split(), "--threads", "1", "--out", "killed"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    draw, kills, words = random.Random(0), 0, first
    journal = tmp_path / "killed" / "journal.log"
    while kills < 3:
        length = journal.stat().st_size if journal.exists() else 0
        process = subprocess.Popen(words, cwd=tmp_path, env=environment)
        while process.poll() is None and (not journal.exists() or journal.stat().st_size <= length + 2000):
            time.sleep(0.005)
        time.sleep(draw.uniform(0, 0.1))
        process.kill()
        if process.wait() == 0:
            break
        kills, words = kills + 1, [*command, "--resume", "killed"]
    assert kills, "it ended before it could be killed: make it longer"
    subprocess.run([*command, "--resume", "killed"], cwd=tmp_path, env=environment, check=True)
    lines = (tmp_path / "killed" / "trials.csv").read_text().splitlines()
    assert len(lines) == 49
    assert not any("running" in line for line in lines)


def test_a_torn_line_of_the_journal_is_cut_off(tune: Tune) -> None:
    session, _ = tune(trials=8)
    with session.folder.journal.open("ab") as journal:
        journal.write(b'{"op_code":8,"worker_id":"a", "trial')
    with opened(Request(resume=session.folder.path, plan={"trials": 16})) as again:
        again.search.run()
    assert len(again.search.trials) == 16


def test_more_trials_or_more_time_may_be_asked_for(tune: Tune) -> None:
    whole, _ = tune("whole", trials=16)
    session, _ = tune("part", trials=8)
    with opened(Request(resume=session.folder.path, plan={"trials": 16})) as again:
        again.search.run()
        assert again.resumed
    assert told(again) == told(whole)
    with opened(Request(resume=session.folder.path, plan={"trials": 9999, "budget": "0.5s"})) as longer:
        assert longer.search.clock.budget == pytest.approx(0.5 + longer.search.clock.elapsed, abs=0.2)
        longer.search.run()
    assert len(longer.search.trials) > 16
    assert not any(trial.state == RUNNING and trial.curve for trial in longer.search.trials.values())


def test_an_interrupted_search_knows_what_it_had_and_goes_on(tune: Tune, request_for: Any) -> None:
    whole, _ = tune("whole")
    with opened(request_for("interrupted")) as session:
        search = session.search
        seen = [0]

        report = search.ledger.report

        def interrupt(*arguments: Any) -> None:
            seen[0] += 1
            search.clock.interrupted = seen[0] >= 2
            report(*arguments)

        search.ledger.report = interrupt  # type: ignore[method-assign, assignment]
        search.run()
        results = finish(session)
    assert results["interrupted"]
    assert results["trials"][RUNNING] > 0
    assert results["best"]["accuracy"] > 0
    assert session.folder.model.exists()
    with opened(Request(resume=session.folder.path)) as again:
        again.search.run()
    assert told(again) == told(whole)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"options": {"learning_rate": "log:1e-3:2"}}, "learning_rate log:0.001:1"),
        ({"options": {"reg": "0,1"}}, "reg nothing"),
        ({"options": {"epochs": 13}}, "the settings"),
        ({"options": {"split_seed": 5}}, "split_seed"),
        ({"plan": {"seeds": 2}}, "--seeds that the search"),
        ({"plan": {"folds": 3}}, "--folds"),
    ],
)
def test_a_changed_search_is_refused(tune: Tune, changed: dict[str, Any], message: str) -> None:
    session, _ = tune(trials=4)
    before = {path: path.read_bytes() for path in session.folder.path.iterdir() if path.is_file()}
    with (
        pytest.raises(InputError, match="--resume: expected") as refusal,
        opened(Request(resume=session.folder.path, **changed)),
    ):
        pass
    assert message in str(refusal.value)
    assert before == {path: path.read_bytes() for path in session.folder.path.iterdir() if path.is_file()}


def test_other_data_are_refused(tune: Tune, rows: Path) -> None:
    import numpy as np

    session, _ = tune(trials=4)
    content = dict(np.load(rows))
    content["X"][0, 0] += 1
    np.savez(rows, **content)
    with pytest.raises(InputError, match="the data that the search"), opened(Request(resume=session.folder.path)):
        pass


def test_a_storage_of_another_search_is_refused(tune: Tune, request_for: Any, tmp_path: Path) -> None:
    import optuna

    shared = f"sqlite:///{tmp_path}/shared.db"
    tune("a", trials=4, storage=shared)
    with (
        pytest.raises(InputError, match="--storage: expected the space that the search"),
        opened(request_for("b", {"reg": "0,1"}, storage=shared)),
    ):
        pass
    _, results = tune("c", {"reg": "0,1"}, trials=4, storage=shared, study="another")
    assert sum(results["trials"].values()) == 4
    optuna.create_study(storage=shared, study_name="theirs")
    with (
        pytest.raises(InputError, match="a study 'theirs' of somebody else's"),
        opened(request_for("d", storage=shared, study="theirs")),
    ):
        pass


def test_two_processes_share_the_work(tune: Tune, request_for: Any, tmp_path: Path) -> None:
    shared = str(tmp_path / "shared.log")
    failures: list[BaseException] = []

    def search(name: str) -> None:
        try:
            with opened(request_for(name, trials=40, storage=shared)) as session:
                session.search.run()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=search, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    with opened(Request(resume=tmp_path / "a")) as session:
        session.search.run()
        results = finish(session)
        trials = session.search.trials.values()
        assert len({trial.share for trial in trials}) == 2
        assert sum(results["trials"].values()) == 40
        assert not any(trial.state == RUNNING for trial in trials)
        points = {tuple(trial.params.items()) for trial in trials}
        assert len(points) == 40  # nobody tried what another had
        assert session.folder.model.exists()  # even if the other process trained the winner


def test_trials_of_a_dead_process_are_taken_over(
    request_for: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = str(tmp_path / "shared.log")
    with opened(request_for("dead", trials=16, storage=shared)) as session:
        session.search._propose(0, 8)  # and then it is never seen again
    monkeypatch.setattr(ledger_module, "SILENT", -1.0)
    with opened(request_for("alive", trials=16, storage=shared)) as session:
        session.search.run()
        trials = session.search.trials.values()
        assert len(trials) == 16
        assert all(trial.state not in (RUNNING, DIVERGED) for trial in trials)


def test_passwords_are_not_written_down(tune: Tune, tmp_path: Path) -> None:
    session, _ = tune(trials=4)
    text = session.folder.search.read_text().replace("[storage]", '[storage]\nurl = "postgresql://me:***@host/db"')
    session.folder.search.write_text(text)
    with pytest.raises(InputError, match="passwords are not written down"), opened(Request(resume=session.folder.path)):
        pass
    request = Request(resume=session.folder.path, storage=str(session.folder.journal))
    with opened(replace(request, plan={"trials": 8})) as again:
        again.search.run()
        assert len(again.search.trials) == 8
