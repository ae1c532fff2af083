"""The figures of a search: map, settings, importance, curves, budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from chainrule.report.figure import BLUE, GREY, ORANGE, RED, new_figure
from chainrule.tuning.axes import Axis, axis_of, cells, map_settings
from chainrule.tuning.results import best_so_far
from chainrule.tuning.space import Space
from chainrule.tuning.trial import FINISHED, Trial, ranked

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 3  # panels beside each other
MAP = "viridis"


def draw_map(space: Space, trials: Sequence[Trial]) -> Figure:
    """Draw two settings against each other, learning rate and batch size if both are searched: where accuracy is high.

    Each cell has the best accuracy of its trials; a dot is a trial, a cross one that diverged, the ring the best.
    """
    across, up = map_settings(space)
    x, y = axis_of(space, across), axis_of(space, up)
    figure, (ax,) = new_figure(8, 5)
    edges_x, edges_y, best = cells(trials, x, y)
    known = best[np.isfinite(best)]
    low = np.quantile(known, 0.1) if known.size else 0.0
    mesh = ax.pcolormesh(edges_x, edges_y, best.T, cmap=MAP, vmin=low, vmax=known.max(initial=low + 1e-9), alpha=0.75)
    figure.colorbar(mesh, label="best validation accuracy, %")
    order = ranked(trials)
    ax.plot(*_places(order, x, y), "o", color="white", markeredgecolor="black", markersize=5, linewidth=0)
    ax.plot(*_places([t for t in trials if t.last is None], x, y), "x", color=RED, markersize=6)
    if order:
        ax.plot(*_places(order[:1], x, y), "o", markerfacecolor="none", markeredgecolor=RED, markersize=13, mew=2)
    ax.set(title=f"{y.label} against {x.label}")
    ax.grid(visible=False)
    _dress(ax, x, across=True)
    _dress(ax, y, across=False)
    return figure


def draw_settings(space: Space, trials: Sequence[Trial]) -> Figure:
    """Draw each setting against validation accuracy."""
    names = list(space.dimensions)
    columns = 2 if len(names) == 4 else min(COLUMNS, len(names))
    rows = -(-len(names) // columns)
    figure, panels = new_figure(4 * columns, 3.4 * rows, rows, columns)
    for ax in panels[len(names) :]:
        ax.set_visible(False)
    measured = ranked(trials)
    for name, ax in zip(names, panels, strict=False):
        x = axis_of(space, name)
        for finished, colour, label in ((False, GREY, "stopped early"), (True, BLUE, "finished")):
            shown = [t for t in measured if (t.state == FINISHED) == finished]
            at = [x.place(t.params[name]) for t in shown]
            ax.plot(at, [100 * t.score for t in shown], "o", color=colour, markersize=4, alpha=0.8, label=label)
        if measured:
            best = measured[0]
            place = x.place(best.params[name])
            ax.plot([place], [100 * best.score], "o", mfc="none", mec=RED, markersize=11, mew=1.5, label="best")
        ax.set(title=x.label)
        _dress(ax, x, across=True)
        ax.set_xlabel("")
    panels[0].set_ylabel("validation accuracy, %")
    panels[0].legend(frameon=False, fontsize="small")
    return figure


def draw_importance(importance: Mapping[str, float]) -> Figure:
    """Draw the part of the variance of accuracy that each setting explains."""
    figure, (ax,) = new_figure(7, 0.5 * len(importance) + 1.2)
    names = list(importance)[::-1]
    ax.barh([name.replace("_", " ") for name in names], [100 * importance[name] for name in names], color=BLUE)
    ax.set(title="importance: part of the variance of accuracy, %")
    ax.grid(visible=False, axis="y")
    return figure


def draw_learning(trials: Sequence[Trial], total_steps: Mapping[int, int]) -> Figure:
    """Draw validation accuracy over the training of every trial; the best is marked."""
    from matplotlib import colormaps

    figure, (ax,) = new_figure(8, 5)
    order = ranked(trials)
    for place, trial in reversed(list(enumerate(order))):
        share = [100 * point.steps / total_steps[trial.number] for point in trial.curve]
        accuracy = [100 * point.accuracy for point in trial.curve]
        best = place == 0
        colour = RED if best else colormaps[MAP](1 - place / max(len(order) - 1, 1))
        label = f"trial {trial.number}, the best" if best else None
        ax.plot(share, accuracy, color=colour, linewidth=2.5 if best else 1, marker=".", markersize=4, label=label)
    ax.set(title="validation accuracy of every trial", xlabel="part of the whole training, %", ylabel="%", xscale="log")
    ax.xaxis.set_major_formatter("{x:g}")
    if order:
        ax.legend(frameon=False, loc="lower right")
    return figure


def draw_budget(trials: Sequence[Trial]) -> Figure:
    """Draw the best validation accuracy over the time of the search."""
    figure, (ax,) = new_figure(8, 4.5)
    measured = ranked(trials)
    seconds = [point.elapsed for trial in measured for point in trial.curve]
    accuracy = [100 * point.accuracy for trial in measured for point in trial.curve]
    ax.plot(seconds, accuracy, "o", color=GREY, markersize=3, alpha=0.5, label="a trial, each time it was measured")
    rising = best_so_far(trials)
    if rising:
        end = max(seconds)
        at, best = [t for t, _ in rising] + [end], [100 * a for _, a in rising] + [100 * rising[-1][1]]
        ax.step(at, best, where="post", color=ORANGE, linewidth=2, label="the best so far")
        ax.legend(frameon=False, loc="lower right")
    ax.set(title="validation accuracy against time", xlabel="seconds of search", ylabel="%", xlim=(0, None))
    return figure


def _places(trials: Sequence[Trial], x: Axis, y: Axis) -> tuple[list[float], list[float]]:
    return [x.place(t.params[x.name]) for t in trials], [y.place(t.params[y.name]) for t in trials]


def _dress(ax: Axes, axis: Axis, *, across: bool) -> None:
    """Give an axis of a plot its scale, its name and, where values are chosen from, a tick for each."""
    if axis.log:
        (ax.set_xscale if across else ax.set_yscale)("log")
    if axis.ticks:
        (ax.set_xticks if across else ax.set_yticks)(range(len(axis.ticks)), axis.ticks)
    (ax.set_xlabel if across else ax.set_ylabel)(axis.label)
