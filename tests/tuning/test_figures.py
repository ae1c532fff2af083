"""The figures and the page, for spaces and trials of every kind; what they show is in the tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.report.figure import save_figure
from chainrule.tuning import figures
from chainrule.tuning.axes import axis_of, cells, map_settings
from chainrule.tuning.importance import importances
from chainrule.tuning.results import best_so_far, table
from chainrule.tuning.space import read_space
from chainrule.tuning.trial import DIVERGED, FINISHED, RUNNING, STOPPED, Point, Trial, ranked

SPACE = read_space(
    {}, {"learning_rate": "log:1e-4:1", "batch_size": "64,16,256", "rule": "sgd,adam", "hidden": "lin:4:64"}
)


def trials(n: int = 12) -> list[Trial]:
    """Trials whose accuracy is higher for higher learning rates and depends on nothing else."""
    found = []
    for k in range(n):
        rate = 10 ** (-4 + 4 * k / (n - 1))
        params = {"learning_rate": rate, "batch_size": (64, 16, 256)[k % 3], "rule": "sgd", "hidden": 4 + k}
        curve = tuple(Point(steps, ((k + 1) / 20, k / 20), 1.0, elapsed=k + steps) for steps in (10, 20))
        found.append(Trial(k, params, FINISHED if k % 4 == 0 else STOPPED, curve))
    found.append(Trial(n, {**found[0].params}, DIVERGED))
    found.append(Trial(n + 1, {**found[1].params}, RUNNING))
    return found


def test_every_figure_is_drawn_for_every_kind_of_trial() -> None:
    known = trials()
    steps = {trial.number: 20 for trial in known}
    for some in (known, known[-2:], known[:1]):
        for figure in (
            figures.draw_map(SPACE, some),
            figures.draw_settings(SPACE, some),
            figures.draw_learning(some, steps),
            figures.draw_budget(some),
        ):
            assert save_figure(figure).startswith(b"\x89PNG")


def test_the_map_has_the_best_of_each_cell() -> None:
    assert map_settings(SPACE) == ("learning_rate", "batch_size")
    assert map_settings(read_space({}, {"rule": "sgd,adam", "reg": "0,1"})) == ("reg", "rule")
    x, y = axis_of(SPACE, "learning_rate"), axis_of(SPACE, "batch_size")
    assert y.ticks == ("16", "64", "256")
    assert (x.cell(1e-4), x.cell(1.0), y.cell(256)) == (0, 9, 2)
    _, _, best = cells(trials(), x, y)
    assert np.nanmax(best) == pytest.approx(57.5)
    assert np.isfinite(best).sum() <= 12


def test_the_importance_of_what_matters() -> None:
    found = importances(SPACE, trials(30))
    assert next(iter(found)) == "learning_rate" or found["hidden"] > 0.3  # they rise together here
    assert found["rule"] == pytest.approx(0, abs=1e-6)
    assert sum(found.values()) == pytest.approx(1)
    assert importances(SPACE, trials(4)) == {}


def test_the_table_is_best_first_and_whole() -> None:
    rows: list[dict[str, Any]] = table(trials())
    assert len(rows) == 14
    assert [row["rank"] for row in rows] == [*range(1, 13), None, None]
    scores = [row["score"] for row in rows[:12]]
    assert scores == sorted(scores, reverse=True)
    assert ranked(trials())[0].number == 11
    rising = best_so_far(trials())
    assert [accuracy for _, accuracy in rising] == sorted({accuracy for _, accuracy in rising})
