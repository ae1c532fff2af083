"""The results of a search as tables: every trial, best first, as JSON and CSV; the best settings as TOML."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from chainrule.files import write_whole
from chainrule.training.settings_file import dump_settings
from chainrule.tuning.folder import SearchFolder
from chainrule.tuning.problem import Problem
from chainrule.tuning.trial import Trial, point_to_json, ranked


def table(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Return a row for every trial: those that were measured, best first, then the others by number."""
    order = ranked(trials)
    rest = [trial for trial in trials if trial not in order]
    rows = []
    for rank, trial in enumerate([*order, *rest], start=1):
        last = trial.last
        rows.append(
            {
                "rank": rank if last else None,
                "trial": trial.number,
                "state": trial.state,
                "accuracy": last.accuracy if last else None,
                "spread": last.spread if last else None,
                "score": last.score if last else None,
                "loss": last.loss if last else None,
                "steps": trial.curve[-1].steps if trial.curve else 0,
                "elapsed": trial.elapsed,
                "generation": trial.generation,
                **trial.params,
            }
        )
    return rows


def write_tables(folder: SearchFolder, problem: Problem, trials: Sequence[Trial]) -> None:
    """Write trials.json (with every curve), trials.csv and best.toml."""
    rows = table(trials)
    curves = {trial.number: [point_to_json(point) for point in trial.curve] for trial in trials}
    content = {
        "space": problem.space.spelled(),
        "trials": [{**row, "curve": curves[row["trial"]]} for row in rows],
    }
    write_whole(folder.trials_json, json.dumps(content, indent=1) + "\n")
    write_whole(folder.trials_csv, _csv(rows))
    best = ranked(trials)
    if best:
        write_whole(folder.best, dump_settings(problem.settings(best[0].params)))


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["rank"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def best_so_far(trials: Sequence[Trial]) -> list[tuple[float, float]]:
    """Return after how many seconds of search which accuracy was the best known, each time that it rose."""
    found: list[tuple[float, float]] = []
    measured = [(point.elapsed, point.accuracy) for trial in trials if trial.last for point in trial.curve]
    for elapsed, accuracy in sorted(measured):
        if not found or accuracy > found[-1][1]:
            found.append((elapsed, accuracy))
    return found
