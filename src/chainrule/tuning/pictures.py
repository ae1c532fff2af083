"""All figures of a search, as files and on one page."""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.files import write_whole
from chainrule.report.figure import save_figure
from chainrule.tuning import figures
from chainrule.tuning.folder import SearchFolder
from chainrule.tuning.page import page
from chainrule.tuning.search import Search


def draw_all(folder: SearchFolder, search: Search, importance: Mapping[str, float]) -> None:
    """Write the figures that there is something to show in, and report.html."""
    space, trials = search.problem.space, list(search.trials.values())
    total_steps = {trial.number: search.total_steps(trial) for trial in trials}
    drawn = {
        "settings": figures.draw_settings(space, trials),
        "curves": figures.draw_learning(trials, total_steps),
        "budget": figures.draw_budget(trials),
    }
    if len(space.dimensions) > 1:
        drawn["map"] = figures.draw_map(space, trials)
    if importance:
        drawn["importance"] = figures.draw_importance(importance)
    for name, figure in drawn.items():
        write_whole(folder.path / f"{name}.png", save_figure(figure))
    write_whole(folder.page, page(search, importance, total_steps))
