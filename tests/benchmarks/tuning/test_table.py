"""The table of the searches, and what it must object to."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks import tune
from benchmarks.tuning.grid import digits
from benchmarks.tuning.peers import one_at_a_time, population, population_halving, wide_products
from benchmarks.tuning.table import disagreeing, table

FEW = replace(digits(), epochs=3, learning_rates=(0.05, 0.2), regs=(0.0, 1e-3))


def told(seconds: float, accuracies: list[float | None]) -> dict[str, Any]:
    return {"status": "done", "seconds": seconds, "accuracies": accuracies}


def round_of(**others: dict[str, Any]) -> dict[str, dict[str, Any]]:
    nothing: list[float | None] = [None] * 4
    return {
        "wide_products": told(1.0, nothing),
        "population": told(1.2, [0.5, 0.6, 0.7, 0.8]),
        "one_at_a_time": told(3.6, [0.5, 0.6, 0.7, 0.8]),
        **others,
    }


def test_one_that_finds_something_else_is_named() -> None:
    good = round_of(optuna_torch=told(9.0, [0.51, 0.6, 0.69, 0.8]))
    halved = round_of(optuna_torch=told(9.0, [None, None, 0.7, 0.8]))
    lazy = round_of(optuna_torch=told(0.1, [0.1, 0.1, 0.1, 0.1]))
    gone = round_of(optuna_torch={"status": "failed", "why": "no such module"})
    assert [disagreeing([one]) for one in (good, halved)] == [[], []]
    assert [disagreeing([one]) for one in (lazy, gone)] == [["optuna_torch"], ["optuna_torch"]]


def test_ratios_are_medians_of_rounds() -> None:
    slow = {name: {**one, "seconds": 10 * one["seconds"]} for name, one in round_of().items()}
    lines = table(FEW, [round_of(), slow, round_of()]).splitlines()
    assert lines[4].split()[-3:] == ["3.60", "3.00", "80.0"]
    assert "no such module" in table(FEW, [round_of(optuna_torch={"status": "failed", "why": "no such module"})])


def test_our_own_peers_find_the_same() -> None:
    """Side by side or one after the other, the accuracies are equal, but for a row whose two scores are."""
    found = []
    for peer in (population.Peer(FEW, 2), one_at_a_time.Peer(FEW, 2)):
        peer.rehearse()
        found.append(peer.search())
    np.testing.assert_allclose(found[0], found[1], atol=0.015)
    halved = population_halving.Peer(FEW, 1).search()
    assert np.isfinite(halved).sum() == 2
    assert np.isnan(wide_products.Peer(FEW, 1).search()).all()


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert tune.main(["--run-one", "wide_products", "--only", "digits"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["status"] == "done"
