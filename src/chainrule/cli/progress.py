"""What a person sees while a run goes on: a line an epoch, and, in a terminal, a bar with rate and time left."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Column

from chainrule.training.history import EpochRecord, StepRecord
from chainrule.training.loop import Callback, Training

BAR_WIDTH = 14  # with it the line stays under 80 columns for runs of up to a million steps
HEADER = " epoch    step   data loss    penalty   learning   training validation"
UNITS = "                                          rate   accuracy   accuracy"


class EpochLines(Callback):
    """Prints a table of epochs as they end, with a progress bar under it where the output is a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            TextColumn("step {task.completed}/{task.total}", table_column=Column(no_wrap=True)),
            BarColumn(bar_width=BAR_WIDTH),
            TextColumn("{task.fields[rate]}", table_column=Column(no_wrap=True)),
            TimeRemainingColumn(table_column=Column(no_wrap=True)),
            TextColumn("{task.fields[loss]}", table_column=Column(no_wrap=True)),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._header_printed = False

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._bar.stop()

    def on_steps(self, training: Training, steps: Sequence[StepRecord]) -> None:
        """Move the bar."""
        if not steps:
            return
        last = steps[-1]
        if self._task is None:
            done = last.step - len(steps)
            self._task = self._bar.add_task("", total=training.total_steps, completed=done, rate="", loss="")
        speed = self._bar.tasks[0].speed
        self._bar.update(
            self._task,
            completed=last.step,
            rate=f"{speed:,.0f}/s" if speed else "",
            loss=f"loss {last.data_loss:.3f} + {sum(last.penalties):.3f}",
        )

    def on_epoch(self, training: Training, epoch: EpochRecord) -> None:
        """Print its line."""
        if not self._header_printed:
            self._console.print(HEADER, UNITS, sep="\n", style="bold", highlight=False)
            self._header_printed = True
        better = "  *" if training.state.best.epoch == epoch.epoch else ""
        self._console.print(
            f"{epoch.epoch:6d} {epoch.step:7d} {epoch.data_loss:11.4f} {sum(epoch.penalties):10.4f}"
            f" {epoch.learning_rate:10.2e} {100 * epoch.train_accuracy:8.2f} % {100 * epoch.validation_accuracy:8.2f} %"
            f"{better}",
            highlight=False,
        )
        if not self._console.is_terminal:
            sys.stdout.flush()


class ReadingBar:
    """A bar for images decoded or bytes downloaded; it shows from the first call to the one that says all are done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: Progress | None = None

    def __call__(self, done: int, total: int) -> None:
        """Show how many of how many are done."""
        if self._bar is None:
            self._bar = Progress(
                TextColumn("reading {task.completed}/{task.total}"),
                BarColumn(bar_width=None),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
                disable=not self._console.is_terminal,
            )
            self._bar.add_task("", total=total)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=done)
        if done >= total:
            self._bar.stop()
            self._bar = None
