"""The harness times who agrees and says why it does not time the others; nothing here depends on how long it takes."""

from __future__ import annotations

import pytest

from benchmarks.contenders import Entry
from benchmarks.measure import Outcome, Plan, measure
from benchmarks.problems import Problem
from benchmarks.report import block, summarise
from benchmarks.workers import Worker, WorkerGoneError

PLAN = Plan(rows=64, rounds=2, seconds=0.002, threads=1)
PROBLEM = Problem((6, 5, 3), 4, "momentum")


def entry(name: str, kind: str = "peer") -> Entry:
    return Entry(name, name, kind, f"tests.benchmarks.cheats:{name}")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    honest = Entry("longhand", "longhand", "engine", "benchmarks.contenders.numpy_longhand:Contender")
    names = ("SkipsEverySecondStep", "IsHonestOnlyWhenChecked", "Breaks", "NeedsWhatIsNotThere", "NoSuchClass")
    found = measure(PROBLEM, [honest, *map(entry, names)], PLAN, lambda line: None)
    return {outcome.entry.name: outcome for outcome in found}


def test_the_honest_are_timed(outcomes: dict[str, Outcome]) -> None:
    honest = outcomes["longhand"]
    assert (honest.status, honest.why, len(honest.step_seconds)) == ("timed", "", 2)
    assert honest.peak_bytes > 10_000_000
    assert honest.steps >= 8
    assert "numpy" in honest.libraries["versions"]


@pytest.mark.parametrize(
    ("name", "status", "why"),
    [
        ("SkipsEverySecondStep", "refused", "the loss of step 2 is "),
        ("IsHonestOnlyWhenChecked", "refused", "while it was timed, the loss of step 2 is "),
        ("Breaks", "failed", "ValueError: shapes (1,2) and (3,4) not aligned"),
        ("NeedsWhatIsNotThere", "missing", "a_library_that_nobody_has is not installed"),
        ("NoSuchClass", "failed", "AttributeError: module 'tests.benchmarks.cheats' has no attribute 'NoSuchClass'"),
    ],
)
def test_the_others_are_not(outcomes: dict[str, Outcome], name: str, status: str, why: str) -> None:
    outcome = outcomes[name]
    assert (outcome.status, outcome.step_seconds) == (status, [])
    assert outcome.why.startswith(why)


def test_who_never_answers_is_given_up() -> None:
    maker = entry("NeverAnswers").maker
    with (
        pytest.raises(WorkerGoneError, match="it did not answer within 3 seconds"),
        Worker(maker, PROBLEM, PLAN.rows, PLAN.threads, patience=3) as worker,
    ):
        worker.ask("time", steps=8)


def test_the_table_says_so(outcomes: dict[str, Outcome]) -> None:
    text = block(summarise(PROBLEM, list(outcomes.values())))
    assert "! SkipsEverySecondStep: refused: the loss of step 2" in text
    assert "! NeedsWhatIsNotThere" not in text, "a peer that is not installed is a dash and no more"
