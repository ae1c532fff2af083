"""What the runs of a contest come to: the best accuracy at each checkpoint, as a table, and over time, as a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from benchmarks.tuning.equal_time.contest import PEERS
from chainrule.report.figure import BLUE, GREEN, GREY, ORANGE, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Row = Mapping[str, Any]
"""One run: peer, seed, seconds, points."""

CHECKPOINTS = (0.1, 0.2, 0.5, 1.0)
"""Parts of the time: 1, 2, 5 and 10 minutes of ten."""

OURS, COLOURS = "population", (ORANGE, BLUE, GREEN, GREY)
PLACES = 200


def best_at(row: Row, seconds: float) -> float:
    """Return the best accuracy that was known after so many seconds; 0 where nothing was."""
    return max((accuracy for at, accuracy in row["points"] if at <= seconds), default=0.0)


def table(rows: Sequence[Row]) -> str:
    """Return the mean over the seeds, with the lowest and the highest, at each checkpoint."""
    seconds = rows[0]["seconds"]
    head = "".join(f"{f'{share * seconds:g} s':>22}" for share in CHECKPOINTS)
    lines = [f"{'best validation accuracy after':<52}{head}"]
    for name in PEERS:
        own = [row for row in rows if row["peer"] == name]
        if own:
            cells = [[100 * best_at(row, share * seconds) for row in own] for share in CHECKPOINTS]
            told = "".join(f"{f'{np.mean(cell):.2f} ({min(cell):.1f}-{max(cell):.1f})':>22}" for cell in cells)
            lines.append(f"{f'{PEERS[name]} ({len(own)})':<52}{told}")
    return "\n".join(lines)


def ahead(rows: Sequence[Row]) -> bool:
    """Whether the mean of chainrule is the highest at every checkpoint."""
    means = {
        name: np.mean([_checkpoints(row) for row in rows if row["peer"] == name], axis=0)
        for name in {row["peer"] for row in rows}
    }
    return all((means[OURS] >= mean).all() for mean in means.values())


def _checkpoints(row: Row) -> list[float]:
    return [best_at(row, share * row["seconds"]) for share in CHECKPOINTS]


def draw(rows: Sequence[Row]) -> Figure:
    """Draw the best accuracy so far over time: the mean over the seeds, and from the lowest to the highest."""
    figure, (ax,) = new_figure(8, 4.5)
    seconds = rows[0]["seconds"]
    at = np.linspace(0, seconds, PLACES + 1)[1:]
    lowest = 100.0
    for name, colour in zip(PEERS, COLOURS, strict=True):
        own = [row for row in rows if row["peer"] == name]
        if not own:
            continue
        curves = 100 * np.array([[best_at(row, t) for t in at] for row in own])
        curves[curves == 0] = np.nan
        known = ~np.isnan(curves).any(axis=0)
        _draw_curves(ax, at[known], curves[:, known], colour, PEERS[name])
        lowest = min(lowest, _at_first(curves[:, known], known, share=CHECKPOINTS[0]))
    ax.set(title="best validation accuracy after the same time", xlabel="seconds of search", ylabel="%")
    ax.set_xlim(0, seconds)
    ax.set_ylim(bottom=lowest - 2)
    ax.legend(frameon=False, loc="lower right")
    return figure


def _draw_curves(ax: Any, at: ndarray, curves: ndarray, colour: str, label: str) -> None:
    ax.plot(at, curves.mean(axis=0), color=colour, linewidth=2, label=label)
    ax.fill_between(at, curves.min(axis=0), curves.max(axis=0), color=colour, alpha=0.15, linewidth=0)


def _at_first(curves: ndarray, known: ndarray, share: float) -> float:
    """Return the lowest accuracy of all from the first checkpoint on, so that the figure shows what differs."""
    later = curves[:, np.flatnonzero(known) >= share * PLACES]
    return float(later.min(initial=100.0))
