"""What a person sees of a search: a line a rung, and in a terminal the best so far, the rate and the time left."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from chainrule.tuning.halving import Bracket
from chainrule.tuning.heat import Reading
from chainrule.tuning.plan import told_seconds
from chainrule.tuning.search import Search, Watcher
from chainrule.tuning.trial import RUNNING, Trial, ranked

SHOWN = 5  # of the best trials
HEADER = "   time  generation  trained  trials left   best accuracy"


class SearchTable(Watcher):
    """Prints a line when a generation has reached a rung, with a table of the best under it in a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, transient=True, auto_refresh=True, refresh_per_second=2)
        self._search: Search | None = None
        self._header_printed = False
        self._examples, self._seconds = 0, 0.0
        self._generation, self._rungs = 0, Bracket((1.0,), (1,))

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.get_renderable = self._picture  # type: ignore[method-assign]  # drawn anew at every refresh
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._live.stop()

    def on_generation(self, search: Search, generation: int, rungs: Bracket) -> None:
        """Note what is trained now."""
        self._search, self._generation, self._rungs = search, generation, rungs

    def on_reading(self, search: Search, reading: Reading) -> None:
        """Note how fast it goes."""
        self._examples += reading.examples
        self._seconds += reading.seconds

    def on_rung(self, search: Search, rung: int, going_on: int) -> None:
        """Print a line."""
        if not self._header_printed:
            self._console.print(HEADER, style="bold", highlight=False)
            self._header_printed = True
        order = ranked(list(search.trials.values()))
        best = f"{100 * order[0].last.accuracy:8.2f} %  trial {order[0].number}" if order and order[0].last else ""
        share = f"{100 * self._rungs.shares[rung]:.0f} %"
        self._console.print(
            f"{_clock(search.clock.elapsed)} {self._generation + 1:11d} {share:>8} {going_on:12d}  {best}",
            highlight=False,
        )
        if not self._console.is_terminal:
            sys.stdout.flush()

    def _picture(self) -> Group:
        """Return the live part: where the search stands, and its best trials."""
        search = self._search
        if search is None:
            return Group(Text("asking for the first trials ..."))
        known = list(search.trials.values())
        ended = sum(trial.state != RUNNING for trial in known)
        most = f" of {search.most_trials}" if search.most_trials else ""
        facts = [f"{ended}{most} trials ended", f"{len(known) - ended} under way"]
        if self._seconds:
            facts.append(f"{self._examples / self._seconds:,.0f} examples x networks/s")
        left = search.clock.deadline - time.time()
        if left != float("inf"):
            facts.append(f"{told_seconds(max(left, 0))} left")
        return Group(Text(", ".join(facts)), best_table(known, SHOWN))


def best_table(trials: list[Trial], shown: int) -> Table:
    """Return a table of the best trials and their settings."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    order = ranked(trials)[:shown]
    table.add_column("trial", justify="right")
    table.add_column("accuracy", justify="right")
    spread = any(trial.last and len(trial.last.accuracies) > 1 for trial in order)
    if spread:
        table.add_column("spread", justify="right")
    table.add_column("steps", justify="right")
    names = list(order[0].params) if order else []
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    for trial in order:
        point = trial.last
        if point is not None:
            figures = [f"{100 * point.accuracy:.2f} %"] + ([f"{100 * point.spread:.2f}"] if spread else [])
            values = [_value(trial.params.get(name)) for name in names]
            table.add_row(str(trial.number), *figures, f"{point.steps:,}", *map(escape, values))
    return table


def _value(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60:4d}:{int(seconds) % 60:02d}"
