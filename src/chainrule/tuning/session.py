"""One call of ``chainrule tune``: from what was asked for to an open search, with every mistake found before."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.errors import InputError
from chainrule.runs import Progress, describe_data, read_data
from chainrule.training.run_folder import describe_environment
from chainrule.tuning.crew import Clock, Crew, OwnCrew
from chainrule.tuning.folder import SearchFolder
from chainrule.tuning.heartbeat import Heartbeat
from chainrule.tuning.in_flight import InFlight
from chainrule.tuning.kept import Kept
from chainrule.tuning.ledger import Ledger, open_ledger
from chainrule.tuning.plan import Plan, make_plan
from chainrule.tuning.problem import Problem, describe, make_problem
from chainrule.tuning.propose import refuse_gp_without_torch
from chainrule.tuning.search import Search, Watcher
from chainrule.tuning.space import read_space
from chainrule.tuning.storage import opened_storage, without_password

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

LARGEST_SHARE = 2**31


@dataclass(frozen=True)
class Request:
    """What a user asks for.

    Attributes
    ----------
    sections : mapping
        A TOML file's sections: data, network, training, space, search.
    options : mapping
        Settings laid over them, by name: values, or spaces as text.
    plan : mapping
        Settings of the search laid over its section.
    out : Path or None
        A new folder; by default the next free one under ``runs/``.
    resume : Path or None
        The folder of a search to go on with, in place of ``sections`` and ``out``.
    storage, study : str or None
        A database or journal other than the folder's own, and the search's name in it.
    workers : int or None
        Processes of this machine to train in.
    scheduler : str or None
        The address of a Dask scheduler whose workers train.
    """

    sections: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    plan: Mapping[str, Any] = field(default_factory=dict)
    out: Path | None = None
    resume: Path | None = None
    storage: str | None = None
    study: str | None = None
    workers: int | None = None
    scheduler: str | None = None


@dataclass(frozen=True)
class Session:
    """A search that is open."""

    folder: SearchFolder
    search: Search
    resumed: bool


@contextmanager
def opened(request: Request, watchers: Sequence[Watcher] = (), progress: Progress | None = None) -> Iterator[Session]:
    """Check everything, read the data, make or open the folder, and hold it while the search is open.

    Raises
    ------
    InputError, StorageError
        Before any work, and before anything is written.
    """
    old = _old_folder(request)
    sections = dict(old.read_search() if old else request.sections)
    written = sections.pop("storage", {})
    kept_in = dict(written) if old else {}
    plan = _plan(sections.pop("search", {}), request)
    space = read_space(sections, request.options)
    if plan.sampler == "gp":
        refuse_gp_without_torch()
    dataset = read_data(space.settings(space.some_point()), progress)
    problem = make_problem(space, dataset, plan.folds)
    if plan.sampler == "grid":
        problem.space.grid()
    data = describe_data(dataset)
    identity = describe(problem, data, plan.seeds)
    storage = request.storage or kept_in.get("url")
    name = request.study or kept_in.get("study") or dataset.name
    with ExitStack() as stack:
        folder = old or stack.enter_context(_new_folder(request.out, f"{dataset.name}-tune"))
        stack.enter_context(folder.in_use())
        if old:
            folder.sweep()
            _refuse_hidden_password(storage)
        crew = stack.enter_context(_crew(problem, data, request))
        opened_at = stack.enter_context(opened_storage(storage or folder.journal))
        ledger = _ledger(opened_at, name, identity, kept_in if old else None)
        plan = _extended(plan, request, ledger) if old else plan
        _write_down(folder, problem, plan, data, ledger, name, storage)
        clock = Clock(plan.budget, ledger.spent())
        n_kept = max(1, -(-plan.ensemble // (plan.folds or plan.seeds)))
        kept, in_flight = Kept(folder.kept, problem, n_kept), InFlight(folder.in_flight)
        search = Search(problem, plan, ledger, crew, kept, in_flight, clock, watchers)
        with Heartbeat(ledger):
            yield Session(folder, search, old is not None)


def _old_folder(request: Request) -> SearchFolder | None:
    """Return the folder of the search to go on with, if one is."""
    if request.resume is None:
        return None
    for option, given in (("--out", request.out), ("--study", request.study)):
        if given is not None:
            raise InputError(option, expected="nothing beside --resume", got=str(given))
    return SearchFolder.open(request.resume)


def _plan(section: Mapping[str, Any], request: Request) -> Plan:
    """Return the plan, and see that at most one kind of workers is asked for."""
    if request.workers is not None and request.scheduler is not None:
        raise InputError("--workers", expected="either --workers or --dask", got="both")
    if request.workers is not None and request.workers < 1:
        raise InputError("--workers", expected="a whole number from 1", got=str(request.workers))
    return make_plan(section, request.plan)


@contextmanager
def _new_folder(out: Path | None, name: str) -> Iterator[SearchFolder]:
    """Make the folder; leave none behind for a search that could not even begin."""
    folder = SearchFolder.create(out, name)
    try:
        yield folder
    except BaseException:
        if not folder.search.exists():
            shutil.rmtree(folder.path, ignore_errors=True)
        raise


def _ledger(storage: BaseStorage, name: str, identity: Mapping[str, Any], before: Mapping[str, Any] | None) -> Ledger:
    """Open the study, under the share that this process had before if it goes on."""
    share = None if before is None else int(before.get("share", 0))
    return open_ledger(storage, name, identity, share, 1 + secrets.randbelow(LARGEST_SHARE))


def _refuse_hidden_password(storage: str | None) -> None:
    if storage is not None and ":***@" in storage:
        raise InputError(
            "--resume",
            expected="--storage beside it: passwords are not written down",
            got="none",
            advice=f"--storage {storage} with the password in place of the stars",
        )


def _extended(plan: Plan, request: Request, ledger: Ledger) -> Plan:
    """Count a budget that is given with ``--resume`` from now on."""
    if request.plan.get("budget") is None or plan.budget is None:
        return plan
    return replace(plan, budget=ledger.spent() + plan.budget)


def _write_down(
    folder: SearchFolder,
    problem: Problem,
    plan: Plan,
    data: dict[str, Any],
    ledger: Ledger,
    name: str,
    storage: str | None,
) -> None:
    """Write what the search is, so that ``--resume`` and a reader find it."""
    fixed = {name: dict(values) for name, values in problem.space.fixed.items()}
    fixed["data"]["source"] = problem.data.dataset.source
    kept_in: dict[str, Any] = {"study": name, "share": ledger.share}
    if storage is not None:
        kept_in["url"] = without_password(storage) if "://" in storage else str(Path(storage).absolute())
    folder.write_search({**fixed, "space": problem.space.spelled(), "search": plan.to_toml(), "storage": kept_in})
    if not folder.data.exists():
        folder.write_json(folder.data, data)
        folder.write_json(folder.environment, describe_environment())


@contextmanager
def _crew(problem: Problem, data: Mapping[str, Any], request: Request) -> Iterator[Crew]:
    """Return who trains: this process, or a cluster."""
    if request.workers is None and request.scheduler is None:
        yield OwnCrew(problem.material)
        return
    from chainrule.tuning.cluster import opened_cluster

    with opened_cluster(problem, data, request.workers, request.scheduler) as crew:
        yield crew
