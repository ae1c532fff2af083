"""One page of a search that can be looked at closely: every figure with what is under the pointer, and the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from chainrule.report.figure import BLUE, GREY, ORANGE, RED
from chainrule.tuning.axes import Axis, axis_of, cells, map_settings
from chainrule.tuning.plan import told_seconds
from chainrule.tuning.results import best_so_far, table
from chainrule.tuning.search import Search
from chainrule.tuning.space import Space
from chainrule.tuning.trial import FINISHED, Trial, ranked

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #1d2433; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.85rem; }
th, td { padding: 0.2rem 0.7rem; text-align: right; border-bottom: 1px solid #e3e6ec; } th { position: sticky; top: 0;
background: white; } .table { overflow: auto; max-height: 32rem; }
"""


def page(search: Search, importance: Mapping[str, float], total_steps: Mapping[int, int]) -> str:
    """Return the page as HTML that needs nothing from anywhere."""
    from plotly.offline import get_plotlyjs

    space, trials = search.problem.space, list(search.trials.values())
    parts = {
        "Map": _map(space, trials) if len(space.dimensions) > 1 else None,
        "Each setting": _settings(space, trials),
        "Importance": _importance(importance) if importance else None,
        "Curves": _curves(trials, total_steps),
        "Time": _budget(trials),
    }
    sections = [f"<h2>{title}</h2>{_html(figure)}" for title, figure in parts.items() if figure is not None]
    name, best = escape(search.problem.data.dataset.name), ranked(trials)
    told = f"best validation accuracy {100 * best[0].score:.2f} % (trial {best[0].number})" if best else ""
    head = f"<h1>Search on {name}</h1><p>{len(trials)} trials in {told_seconds(search.clock.elapsed)}; {told}</p>"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Search on {name}</title>'
        f"<style>{STYLE}</style><script>{get_plotlyjs()}</script></head><body>{head}{''.join(sections)}"
        f"<h2>Trials</h2>{_table(trials)}</body></html>\n"
    )


def _html(figure: Figure) -> str:
    figure.update_layout(template="plotly_white", margin={"t": 30, "r": 20}, legend={"orientation": "h", "y": 1.1})
    html: str = figure.to_html(full_html=False, include_plotlyjs=False)
    return html


def _told(trial: Trial) -> str:
    """Return what is shown of a trial under the pointer."""
    lines = [f"trial {trial.number}, {trial.state}"]
    if trial.last:
        lines.append(f"{100 * trial.last.accuracy:.2f} % after {trial.last.steps:,} steps")
    return "<br>".join([*lines, *(f"{name} {_short(value)}" for name, value in trial.params.items())])


def _short(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _axis(axis: Axis) -> dict[str, Any]:
    """Return plotly's settings of an axis."""
    if axis.ticks:
        return {"title": axis.label, "tickvals": list(range(len(axis.ticks))), "ticktext": list(axis.ticks)}
    return {"title": axis.label, "type": "log" if axis.log else "linear", "exponentformat": "power"}


def _map(space: Space, trials: Sequence[Trial]) -> Figure:
    from plotly import graph_objects as go

    across, up = map_settings(space)
    x, y = axis_of(space, across), axis_of(space, up)
    edges_x, edges_y, best = cells(trials, x, y)
    figure = go.Figure(go.Heatmap(x=edges_x, y=edges_y, z=best.T, colorscale="Viridis", opacity=0.75, hoverinfo="skip"))
    figure.add_scatter(
        x=[x.place(t.params[across]) for t in trials],
        y=[y.place(t.params[up]) for t in trials],
        mode="markers",
        marker={"color": ["white" if t.last else RED for t in trials], "line": {"width": 1}, "size": 8},
        text=[_told(t) for t in trials],
        hoverinfo="text",
    )
    return figure.update_layout(xaxis=_axis(x), yaxis=_axis(y), height=480)


def _settings(space: Space, trials: Sequence[Trial]) -> Figure:
    from plotly.subplots import make_subplots

    names, measured = list(space.dimensions), ranked(trials)
    columns = 2 if len(names) == 4 else min(3, len(names))
    rows = -(-len(names) // columns)
    figure = make_subplots(rows=rows, cols=columns, shared_yaxes=True)
    for k, name in enumerate(names):
        axis, row, column = axis_of(space, name), k // columns + 1, k % columns + 1
        figure.add_scatter(
            x=[axis.place(t.params[name]) for t in measured],
            y=[100 * t.score for t in measured],
            mode="markers",
            marker={"color": [BLUE if t.state == FINISHED else GREY for t in measured]},
            text=[_told(t) for t in measured],
            hoverinfo="text",
            row=row,
            col=column,
        )
        figure.update_xaxes(**_axis(axis), row=row, col=column)
    figure.update_yaxes(title="accuracy, %", col=1)
    return figure.update_layout(showlegend=False, height=320 * rows)


def _importance(importance: Mapping[str, float]) -> Figure:
    from plotly import graph_objects as go

    names = list(importance)[::-1]
    bars = go.Bar(
        x=[100 * importance[name] for name in names],
        y=[name.replace("_", " ") for name in names],
        orientation="h",
        marker_color=BLUE,
    )
    return go.Figure(bars).update_layout(
        xaxis_title="part of the variance of accuracy, %", height=120 + 40 * len(names)
    )


def _curves(trials: Sequence[Trial], total_steps: Mapping[int, int]) -> Figure:
    from plotly import graph_objects as go

    figure = go.Figure()
    for place, trial in reversed(list(enumerate(ranked(trials)))):
        figure.add_scatter(
            x=[100 * point.steps / total_steps[trial.number] for point in trial.curve],
            y=[100 * point.accuracy for point in trial.curve],
            mode="lines+markers",
            line={"color": RED if place == 0 else GREY, "width": 3 if place == 0 else 1},
            text=_told(trial),
            hoverinfo="text+y",
        )
    return figure.update_layout(
        showlegend=False, xaxis_title="part of the whole training, %", xaxis_type="log", yaxis_title="%", height=480
    )


def _budget(trials: Sequence[Trial]) -> Figure:
    from plotly import graph_objects as go

    measured, rising = ranked(trials), best_so_far(trials)
    figure = go.Figure()
    figure.add_scatter(
        x=[point.elapsed for t in measured for point in t.curve],
        y=[100 * point.accuracy for t in measured for point in t.curve],
        mode="markers",
        marker={"color": GREY, "size": 5},
        text=[_told(t) for t in measured for _ in t.curve],
        hoverinfo="text",
        name="trials",
    )
    figure.add_scatter(
        x=[t for t, _ in rising],
        y=[100 * accuracy for _, accuracy in rising],
        line={"shape": "hv", "color": ORANGE, "width": 3},
        name="the best so far",
    )
    return figure.update_layout(xaxis_title="seconds of search", yaxis_title="validation accuracy, %", height=420)


def _table(trials: Sequence[Trial]) -> str:
    rows = table(trials)
    head = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in rows[0]) if rows else ""
    lines = ("".join(f"<td>{escape(_short(value))}</td>" for value in row.values()) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f'<div class="table"><table><tr>{head}</tr>{body}</table></div>'
