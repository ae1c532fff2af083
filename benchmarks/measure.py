"""Rounds in which the contenders take turns, after each has shown that it computes the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.agreement import Expected, disagreement, expected_products, expected_steps
from benchmarks.contenders import Entry
from benchmarks.problems import Problem, make_task
from benchmarks.worker import CHECKED_STEPS
from benchmarks.workers import MissingError, Worker, WorkerGoneError

FIRST_STEPS, MOST_STEPS = 8, 100_000


@dataclass(frozen=True)
class Plan:
    """How everything is measured.

    Attributes
    ----------
    rows : int
        The data that mini-batches are gathered from.
    rounds : int
    seconds : float
        About how long a contender computes in one round.
    threads : int
    """

    rows: int
    rounds: int
    seconds: float
    threads: int


@dataclass
class Outcome:
    """What became of one contender on one problem.

    Attributes
    ----------
    entry : Entry
    status : {"timed", "missing", "failed", "refused"}
    why : str
        Where it was not timed.
    step_seconds : list of float
        The time of a step in each round, the mean over the round's steps.
    steps : int
        The steps of one round.
    peak_bytes : int
    at_rest : bool
        Whether its threads came to rest after every round, so that they did not disturb the next contender.
    libraries : dict
        See :func:`benchmarks.worker.describe`.
    """

    entry: Entry
    status: str = "timed"
    why: str = ""
    step_seconds: list[float] = field(default_factory=list)
    steps: int = 0
    peak_bytes: int = 0
    at_rest: bool = True
    libraries: dict[str, Any] = field(default_factory=dict)


def measure(problem: Problem, entries: Sequence[Entry], plan: Plan, say: Callable[[str], None]) -> list[Outcome]:
    """Check everyone, then time those who agree, in rounds of which each begins with another contender."""
    task = make_task(problem, plan.rows, plan.threads)
    products, steps = expected_products(task), expected_steps(task)
    del task
    outcomes = [Outcome(entry) for entry in entries]
    with ExitStack() as stack:
        workers: list[tuple[Outcome, Worker, Expected]] = []
        for outcome in outcomes:
            say(f"{problem.name}: {outcome.entry.label}")
            expected = products if outcome.entry.kind == "floor" else steps
            with _told_in(outcome):
                worker = stack.enter_context(Worker(outcome.entry.maker, problem, plan.rows, plan.threads))
                _check(worker, expected)
                outcome.steps = _choose_steps(worker, plan.seconds)
                workers.append((outcome, worker, expected))
        for number in range(plan.rounds):
            say(f"{problem.name}: round {number + 1} of {plan.rounds}")
            first = number % max(1, len(workers))
            for outcome, worker, expected in workers[first:] + workers[:first]:
                if outcome.status == "timed":
                    with _told_in(outcome):
                        _take_turn(outcome, worker, expected)
        for outcome, worker, _ in workers:
            if outcome.status == "timed":
                outcome.libraries = worker.ask("describe")
    return outcomes


class RefusedError(Exception):
    """A contender computes something else."""


class _told_in:
    """Writes into an outcome why it cannot be timed, and goes on."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        statuses = {MissingError: "missing", WorkerGoneError: "failed", RefusedError: "refused"}
        status = statuses.get(type(error))  # type: ignore[arg-type]
        if status is None:
            return False
        self._outcome.status, self._outcome.why, self._outcome.step_seconds = status, str(error), []
        return True


def _check(worker: Worker, expected: Expected) -> None:
    """Have it take fifty steps, and refuse it if it does not arrive where it should."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "state.npy"
        answer = worker.ask("check", steps=CHECKED_STEPS, file=str(file))
        why = disagreement(expected, answer["losses"], np.load(file))
    if why:
        raise RefusedError(why)


def _choose_steps(worker: Worker, seconds: float) -> int:
    """Return how many steps take about so long; the worker is warm for that number then."""
    steps = FIRST_STEPS
    while True:
        worker.ask("time", steps=steps)  # some compile for a number of steps when they first see it
        taken = worker.ask("time", steps=steps)["seconds"]
        if steps == MOST_STEPS or taken > 0.7 * seconds:
            return steps
        factor = min(20.0, max(1.5, seconds / taken))
        if taken * factor > 0.7 * seconds and taken > 0.2 * seconds:  # known well enough
            steps = min(MOST_STEPS, int(steps * factor))
            worker.ask("time", steps=steps)
            return steps
        steps = min(MOST_STEPS, int(steps * factor))


def _take_turn(outcome: Outcome, worker: Worker, expected: Expected) -> None:
    """Time one round; what was timed is held to the same losses."""
    answer = worker.ask("time", steps=outcome.steps)
    if why := disagreement(expected, answer["losses"]):
        raise RefusedError(f"while it was timed, {why}")
    outcome.step_seconds.append(answer["seconds"] / outcome.steps)
    outcome.peak_bytes = max(outcome.peak_bytes, answer["peak_bytes"])
    outcome.at_rest = outcome.at_rest and answer["at_rest"]
