"""What the rounds of a search come to: a table, and whoever found something else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from benchmarks.tuning.grid import Grid
from benchmarks.tuning.peers import PEERS

Round = dict[str, dict[str, Any]]
"""What each peer told in one round, by its name."""

TOLERANCE = 0.03
"""How far the accuracies of a peer may lie from the median of all, in the mean over the settings: everyone draws other
weights and another order, which moves a single accuracy by some hundredths and the mean by less than one."""

OURS, FLOOR = "population", "wide_products"


def table(grid: Grid, rounds: Sequence[Round]) -> str:
    """Return the table of one grid; ratios are medians of those of each round."""
    steps = grid.steps * len(grid.settings)
    lines = [
        f"{grid.name}, {len(grid.settings)} settings, {len(grid.rows):,} rows, {grid.epochs} epochs",
        f"{'':<38}{'seconds':>9}{'of all rounds':>17}{'us a step':>11}{'x floor':>9}{'x chainrule':>13}{'best':>8}",
    ]
    for name in rounds[0]:
        found = [told[name] for told in rounds]
        if any(one["status"] != "done" for one in found):
            lines.append(f"{PEERS[name]:<38}{next(one['why'] for one in found if one['status'] != 'done')}")
            continue
        seconds = np.array([one["seconds"] for one in found])
        best = max((accuracy for one in found for accuracy in one["accuracies"] if accuracy is not None), default=None)
        cells = (
            f"{np.median(seconds):>9.3g}",
            f"{f'{seconds.min():.3g}-{seconds.max():.3g}':>17}",
            f"{1e6 * np.median(seconds) / steps:>11.3g}",
            f"{_ratio(rounds, name, FLOOR):>9}",
            f"{_ratio(rounds, name, OURS):>13}",
            f"{'' if best is None else f'{100 * best:.1f}':>8}",
        )
        lines.append(f"{PEERS[name]:<38}" + "".join(cells))
    return "\n".join(lines)


def _ratio(rounds: Sequence[Round], name: str, other: str) -> str:
    """Return how many times as long one takes, by the median of the rounds."""
    if other not in rounds[0] or any(told[other]["status"] != "done" for told in rounds):
        return ""
    return f"{np.median([told[name]['seconds'] / told[other]['seconds'] for told in rounds]):.2f}"


def disagreeing(rounds: Sequence[Round]) -> list[str]:
    """Return the names of those who failed, or whose accuracies are not those of the others."""
    wrong = {name for told in rounds for name, one in told.items() if one["status"] != "done"}
    found = {
        name: _accuracies([told[name] for told in rounds]) for name in rounds[0] if name not in wrong and name != FLOOR
    }
    if found:
        median = np.nanmedian(list(found.values()), axis=0)
        wrong |= {name for name, own in found.items() if abs(np.nanmean(own - median)) > TOLERANCE}
    return sorted(wrong)


def _accuracies(found: list[dict[str, Any]]) -> ndarray:
    """Return the accuracies (settings,) of one peer, those of the first round; nan where it gave a setting up."""
    return np.array([np.nan if accuracy is None else accuracy for accuracy in found[0]["accuracies"]])
