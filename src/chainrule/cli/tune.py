"""``chainrule tune``: search for the best settings, many networks trained as one."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from rich.console import Console

from chainrule.cli.progress import ReadingBar
from chainrule.cli.search_progress import SearchTable
from chainrule.cli.search_report import tell_results, tell_start
from chainrule.cli.space_options import takes_space
from chainrule.errors import InputError, InterruptedByUser
from chainrule.training.settings_file import load_settings
from chainrule.tuning.crew import Clock
from chainrule.tuning.finish import finish
from chainrule.tuning.session import Request, Session, opened

HELP = """Search for the best settings: many networks trained side by side as one, and the hopeless stopped early.

Settings that take a SPACE are searched where several values or a range are given, and fixed where one value is.
Without any, the learning rate, the penalty, the width and the batch size are searched, and dropout on images. Trials
are ranked by their accuracy on the validation rows; the test split is read by --final-test alone.
Ctrl-C ends the search with what is known so far, and --resume goes on with it; so it does after a crash, with nothing
lost but the last seconds. Exit code: 0 finished, 1 no network could be trained, 2 something given cannot be
used, 130 interrupted.

Examples:

* `chainrule tune`

* `chainrule tune --data cifar10 --trials 64 --budget 10m`

* `chainrule tune --data flowers.csv --learning-rate log:1e-4:1 --hidden 16,64,64-32 --rule momentum,adam --seeds 5`

* `chainrule tune --resume runs/digits-tune-1 --trials 128 --final-test`

* `chainrule train --config runs/digits-tune-1/best.toml`
"""
SEARCH, OUTPUT = "Search", "Output"


@takes_space
def command(
    data: Annotated[
        str | None, typer.Option(help="As in train: digits, cifar10, or a path.", show_default="digits")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Settings as TOML, with a [space] section; options go over them.")
    ] = None,
    resume: Annotated[Path | None, typer.Option(help="The folder of a search to go on with.", metavar="SEARCH")] = None,
    out: Annotated[Path | None, typer.Option(help="A new folder for the search.", show_default="runs/NAME-N")] = None,
    trials: Annotated[
        int | None, typer.Option(help="Settings to try in all (default 64, without --budget).", rich_help_panel=SEARCH)
    ] = None,
    budget: Annotated[
        str | None, typer.Option(help="How long to search: 90s, 10m, 1h30m.", metavar="TIME", rich_help_panel=SEARCH)
    ] = None,
    sampler: Annotated[
        str | None,
        typer.Option(help="Who proposes settings (default tpe).", metavar="tpe|random|gp|grid", rich_help_panel=SEARCH),
    ] = None,
    population: Annotated[
        int | None,
        typer.Option(
            help="Settings that are tried side by side (default 32; the first times fewer).", rich_help_panel=SEARCH
        ),
    ] = None,
    stopping: Annotated[
        str | None,
        typer.Option(
            help="Who is stopped early (default halving).", metavar="halving|hyperband|none", rich_help_panel=SEARCH
        ),
    ] = None,
    reduction: Annotated[
        int | None, typer.Option(help="Of how many trials one goes on (default 3).", rich_help_panel=SEARCH)
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option(
            help="Networks of each setting; ranked by their mean less its standard error.", rich_help_panel=SEARCH
        ),
    ] = None,
    folds: Annotated[
        int | None, typer.Option(help="Rank by k-fold cross-validation with so many folds.", rich_help_panel=SEARCH)
    ] = None,
    storage: Annotated[
        str | None,
        typer.Option(
            help="Keep the trials in this database (any URL that Optuna takes) or journal file; processes with the"
            " same storage share the work.",
            rich_help_panel=SEARCH,
        ),
    ] = None,
    study: Annotated[
        str | None,
        typer.Option(help="The search's name in the storage (default the data's).", rich_help_panel=SEARCH),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Train in so many processes of this machine.", rich_help_panel=SEARCH)
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(
            help="Train on the workers of a Dask scheduler, tcp://HOST:8786.",
            metavar="SCHEDULER",
            rich_help_panel=SEARCH,
        ),
    ] = None,
    ensemble: Annotated[
        int | None, typer.Option(help="Keep the best so many networks as one model.", rich_help_panel=OUTPUT)
    ] = None,
    retrain: Annotated[
        bool,
        typer.Option("--retrain", help="Train the winner on training and validation rows.", rich_help_panel=OUTPUT),
    ] = False,
    final_test: Annotated[
        bool, typer.Option("--final-test", help="Judge the winner on the test split, once.", rich_help_panel=OUTPUT)
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing but errors.", rich_help_panel=OUTPUT)
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the results as JSON, and nothing else.", rich_help_panel=OUTPUT)
    ] = False,
    *,
    options: dict[str, Any],
) -> None:
    console = Console(quiet=quiet or as_json)
    named = {"trials": trials, "budget": budget, "sampler": sampler, "population": population, "stopping": stopping}
    request = Request(
        sections={} if resume else _sections(data, config),
        options={"source": data, **options},
        plan={**named, "reduction": reduction, "seeds": seeds, "folds": folds, "ensemble": ensemble},
        out=out,
        resume=resume,
        storage=storage,
        study=study,
        workers=workers,
        scheduler=dask,
    )
    if resume is not None and config is not None:
        raise InputError("--config", expected="nothing beside --resume", got=str(config))
    table = SearchTable(console)
    with opened(request, [table], ReadingBar(console)) as session:
        tell_start(console, session)
        _search(session, table)
        interrupted = session.search.clock.interrupted
        with _told_how_to_go_on(session):
            results = finish(session, retrain=retrain, final_test=final_test and not interrupted)
    if as_json:
        print(json.dumps(results, indent=2))
    tell_results(console, session, results)
    if interrupted:
        raise typer.Exit(InterruptedByUser.exit_code)


command.__doc__ = HELP


def _sections(data: str | None, config: Path | None) -> dict[str, Any]:
    """Return the settings of a file; for the digits, unless told otherwise, those that were made for them."""
    if config is not None:
        return load_settings(config)
    if data in (None, "digits"):
        with resources.as_file(resources.files("chainrule.training") / "digits.toml") as path:
            return load_settings(path)
    return {}


def _search(session: Session, table: SearchTable) -> None:
    """Search to the end; Ctrl-C ends it where it stands, and a second one ends the process."""
    with _signals_stop(session.search.clock), _told_how_to_go_on(session), table:
        session.search.run()


@contextmanager
def _signals_stop(clock: Clock) -> Iterator[None]:
    """Let Ctrl-C (or a polite kill) end the search soon; a second one ends it at once."""

    def stop(number: int, frame: FrameType | None) -> None:
        clock.interrupted = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _told_how_to_go_on(session: Session) -> Iterator[None]:
    """Say how to go on where the process is interrupted for good."""
    try:
        yield
    except KeyboardInterrupt:
        advice = f"chainrule tune --resume {session.folder.path}"
        raise InterruptedByUser(f"interrupted; go on with what is stored with:\n  {advice}") from None
