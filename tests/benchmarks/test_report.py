"""Tables and JSON of canned numbers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.contenders import CONTENDERS, Entry
from benchmarks.machine import describe_machine, machine_lines
from benchmarks.measure import Outcome
from benchmarks.problems import PROBLEMS
from benchmarks.report import WIDTH, block, number, overview, summarise
from benchmarks.training import table

SECONDS: dict[str, list[float]] = {
    "blas_products": [0.026, 0.052, 0.027],
    "torch_products": [0.030, 0.040, 0.026],
    "compiled_engine": [0.027, 0.080, 0.0273],
    "numpy_longhand": [0.054, 0.160, 0.0273],
}
OURS: Entry = next(entry for entry in CONTENDERS if entry.kind == "engine")


def outcomes() -> list[Outcome]:
    found = []
    for entry in CONTENDERS:
        if entry.name in SECONDS:
            found.append(Outcome(entry, step_seconds=SECONDS[entry.name], steps=20, peak_bytes=250_000_000))
        elif entry.name.startswith("torch"):
            found.append(Outcome(entry, "missing", "torch is not installed"))
        else:
            found.append(Outcome(entry, "refused", "the loss of step 1 is 3, not 4"))
    return found


def test_ratios_are_of_the_same_round() -> None:
    summary = summarise(PROBLEMS[0], outcomes())
    found = {one["name"]: one for one in summary["contenders"]}
    assert summary["floor_ms"] == pytest.approx({"median": 26, "low": 26, "high": 33})  # 26, 40, 26
    assert found["compiled_engine"]["times_floor"]["median"] == pytest.approx(1.05)  # of 1.038, 2, 1.05
    assert found["numpy_longhand"]["times_engine"]["median"] == pytest.approx(2)  # of 2, 2, 1; of medians, 1.98
    assert found["numpy_longhand"]["ms"]["median"] == pytest.approx(54)
    json.loads(json.dumps(summary))


def test_block() -> None:
    lines = block(summarise(PROBLEMS[0], outcomes())).splitlines()
    assert lines[0] == "3072-1024-10 batch 250 sgd"
    rows = {line[2:20].strip(): line[20:].split() for line in lines[2:10]}
    assert rows["chainrule"] == ["27.3", "27.1", "–", "53.6", "1.05", "1.00", "250", "MB"]
    assert rows["PyTorch, fused"] == ["–"] * 5
    assert rows["JAX jit+scan"] == ["–"] * 5
    assert lines[10:] == [
        "  ! scikit-learn: refused: the loss of step 1 is 3, not 4",
        "  ! JAX jit+scan: refused: the loss of step 1 is 3, not 4",
    ]
    assert max(map(len, lines)) <= WIDTH


def test_overview() -> None:
    lines = overview([summarise(problem, outcomes()) for problem in PROBLEMS]).splitlines()
    assert len(lines) == 2 + len(PROBLEMS)
    assert lines[2].split() == [
        "3072-1024-10",
        "batch",
        "250",
        "sgd",
        "26.0",
        "27.3",
        "1.05",
        "2.00",
        "–",
        "–",
        "–",
        "–",
    ]
    assert max(map(len, lines)) <= WIDTH


def test_nothing_timed_is_dashes() -> None:
    summary = summarise(PROBLEMS[0], [Outcome(entry, "missing", "") for entry in CONTENDERS])
    assert summary["floor_ms"] is None
    assert "nan" not in block(summary) + overview([summary])


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0.00137, "0.00137"), (0.0213, "0.0213"), (1.234, "1.23"), (27.26, "27.3"), (512.4, "512")],
)
def test_three_digits(milliseconds: float, text: str) -> None:
    assert number(milliseconds) == text


def test_the_table_of_whole_runs() -> None:
    arrived = {"status": "arrived", "seconds": 2.0, "epochs": 4, "process_seconds": 3.0, "peak_bytes": 3e8}
    gave_up = {"status": "gave up", "why": "96.5 % at most in 60 epochs", "seconds": 9.0}
    results: dict[str, list[dict[str, Any]]] = {
        "chainrule": [arrived, {**arrived, "seconds": 4.0}],
        "scikit-learn": [{**arrived, "seconds": 6.0}, {**arrived, "seconds": 4.0}],
        "PyTorch": [{"status": "missing", "why": "torch is not installed"}] * 2,
        "other": [gave_up, arrived],
    }
    lines = table("digits", results).splitlines()
    assert lines[2].split() == ["chainrule", "3.00", "2.00", "–", "4.00", "4", "3.00", "1.00", "300", "MB"]
    assert lines[3].split()[6:8] == ["3.00", "2.00"]
    assert lines[4].split() == ["PyTorch", *["–"] * 6]
    assert lines[5].endswith("96.5 % at most in 60 epochs")


def test_the_machine_is_told() -> None:
    machine = json.loads(json.dumps(describe_machine()))
    assert machine["cores"] >= 1
    assert any(line.startswith("BLAS ") for line in machine_lines(machine))
