"""``chainrule train``: start, repeat or go on with a run."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import resources
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chainrule.cli.options import takes_settings
from chainrule.cli.progress import EpochLines, ReadingBar
from chainrule.cli.tables import class_table
from chainrule.engine.compiled import CompiledEngine, must_compile
from chainrule.errors import DivergedError, InputError, InterruptedByUser
from chainrule.runs import Results, Run, new_run, resumed_run
from chainrule.training.loop import Callback, Training
from chainrule.training.settings import RunSettings
from chainrule.training.settings_file import build_settings, load_settings, option_name

HELP = """Train a network on images or a table, and leave a run folder.

Without options it trains on the embedded handwritten digits, with settings made for them (128 units, momentum, 40
epochs; they stand in the run's run.toml). The test split is read once, at the end.
Ctrl-C stops after the current step and saves. Exit code: 0 finished, 1 the loss left the finite numbers,
2 something given cannot be used, 130 interrupted.

Examples:

* `chainrule train`

* `chainrule train --data photos/ --hidden 512,256 --rule adam --epochs 20`

* `chainrule train --data flowers.csv --label species --json`

* `chainrule train --config runs/digits-1/run.toml --seed 1`

* `chainrule train --resume runs/digits-1`

* `chainrule train --tensorboard events/` and, beside it, `tensorboard --logdir events/`
"""
PROFILED = {
    "gather": "gathering rows",
    "products": "matrix products",
    "between": "biases, activations, loss",
    "penalty": "penalty",
    "update": "update rule",
}


@takes_settings
def command(
    data: Annotated[
        str | None,
        typer.Option(
            help="digits, cifar10, or a path: an archive of CIFAR-10, a folder or .zip of class folders of images, "
            ".npz, .csv, .parquet.",
            show_default="digits",
        ),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Settings as TOML (a run's run.toml); options go over them.")
    ] = None,
    resume: Annotated[Path | None, typer.Option(help="The run folder of a run to go on with.", metavar="RUN")] = None,
    out: Annotated[Path | None, typer.Option(help="A new folder for the run.", show_default="runs/NAME-N")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
    tensorboard: Annotated[
        Path | None, typer.Option(help="Write event files for TensorBoard into this folder.", metavar="DIR")
    ] = None,
    profile: Annotated[bool, typer.Option("--profile", help="Print where the time of the steps went.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON, and nothing else.")] = False,
    *,
    options: dict[str, Any],
) -> None:
    console = Console(quiet=quiet or as_json)
    callbacks = _callbacks(tensorboard, goes_on=resume is not None)
    with (
        EpochLines(console) as lines,
        _opened(console, [lines, *callbacks], data, config, resume, out, profile, options) as run,
    ):
        _tell_start(console, run)
        began = time.perf_counter()
        results = _train(run)
        seconds = time.perf_counter() - began
    if profile:
        _tell_profile(console, run, seconds)
    if results is None:
        if as_json:
            print(json.dumps({"run": str(run.folder.path), "finished": "", "steps": run.training.state.weights.step}))
        _tell_how_to_go_on(console, run)
        raise typer.Exit(InterruptedByUser.exit_code)
    if as_json:
        parts = {"profile": _profile_of(run)} if profile else {}
        print(json.dumps({"run": str(run.folder.path), **results.to_json(), **parts}, indent=2))
    _tell_results(console, run, results)


command.__doc__ = HELP


def _callbacks(tensorboard: Path | None, *, goes_on: bool) -> list[Callback]:
    """Return what else is to be told of the run."""
    if tensorboard is None:
        return []
    from chainrule.report.tensorboard import TensorBoard

    return [TensorBoard(tensorboard, goes_on=goes_on)]


def _opened(
    console: Console,
    callbacks: list[Callback],
    data: str | None,
    config: Path | None,
    resume: Path | None,
    out: Path | None,
    profile: bool,
    options: dict[str, Any],
) -> AbstractContextManager[Run]:
    """Return the run that the options ask for, not yet open."""
    progress = ReadingBar(console)
    if resume is None:
        return new_run(_settings(data, config, options), out, profile=profile, callbacks=callbacks, progress=progress)
    beside = {"data": data, "config": config, "out": out, **options}
    for name, value in beside.items():
        if value is not None:
            raise InputError(
                option_name(name),
                expected="nothing beside --resume: a run goes on with the settings it was begun with",
                got=str(value),
                advice=f"--config {resume / 'run.toml'} for a new run with other settings",
            )
    return resumed_run(resume, profile=profile, callbacks=callbacks, progress=progress)


def _settings(data: str | None, config: Path | None, options: dict[str, Any]) -> RunSettings:
    """Return the settings of a file with the options over them; for the digits, unless told otherwise, their own."""
    if config is not None:
        sections = load_settings(config)
    elif data in (None, "digits"):
        with resources.as_file(resources.files("chainrule.training") / "digits.toml") as path:
            sections = load_settings(path)
    else:
        sections = {}
    return build_settings(sections, {"source": data, **options})


def _train(run: Run) -> Results | None:
    """Run to the end and return the results, or None if the run was interrupted."""
    try:
        with _signals_stop(run.training):
            for _ in run.training:
                pass
        return run.finish() if run.training.state.finished else None
    except DivergedError as error:
        raise DivergedError(f"{error} in {run.folder.path}") from None
    except KeyboardInterrupt:  # a second one, or one while the results are made
        advice = f"chainrule train --resume {run.folder.path}"
        raise InterruptedByUser(f"interrupted; go on from the last checkpoint with:\n  {advice}") from None


@contextmanager
def _signals_stop(training: Training) -> Iterator[None]:
    """Let Ctrl-C (or a polite kill) end the run after the current step; a second one ends it at once."""

    def stop(number: int, frame: FrameType | None) -> None:
        training.stop()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell_start(console: Console, run: Run) -> None:
    """Print what is trained on what."""
    training, data = run.training, run.training.data
    settings = training.settings
    for note in data.dataset.notes:
        console.print(f"note: {escape(note)}", highlight=False, soft_wrap=True)
    rule = f"{settings.training.rule}, learning rate {settings.training.learning_rate:g}"
    facts = {
        "data": f"{data.dataset.name}, {data.dataset.n_classes} classes",
        "rows": f"{len(data.train):,} training, {len(data.validation):,} validation, {len(data.test):,} test",
        "network": f"{'-'.join(map(str, training.architecture.sizes))}, "
        f"{training.architecture.n_parameters:,} parameters, {settings.network.dtype}",
        "inputs": f"{settings.data.preprocess}; weights {settings.network.initial_weights}",
        "steps": f"{training.total_steps:,} of {training.batch_size} examples; {rule}, "
        f"{settings.training.schedule}; reg {settings.training.reg:g}",
        "run": str(run.folder.path),
    }
    if run.resumed:
        facts["resumed"] = f"after step {training.state.weights.step:,}"
    if isinstance(training.engine, CompiledEngine) and must_compile():
        facts["engine"] = "compiling for this machine: some seconds, this once"
    for name, fact in facts.items():
        console.print(f"[bold]{name:8}[/bold] {escape(fact)}", highlight=False, soft_wrap=True)
    console.print()


def _profile_of(run: Run) -> dict[str, float]:
    """Return the seconds of each part of the steps."""
    engine = run.training.engine
    return dict(engine.profile) if isinstance(engine, CompiledEngine) else {}


def _tell_profile(console: Console, run: Run, seconds: float) -> None:
    """Print where the time went: each part of the steps, and all that is not steps."""
    parts = _profile_of(run)
    steps = sum(parts.values())
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("part", "seconds", "of the steps"):
        table.add_column(name, justify="left" if name == "part" else "right")
    for name, part in parts.items():
        table.add_row(PROFILED[name], f"{part:.3f}", f"{100 * part / max(steps, 1e-9):.1f} %")
    table.add_row("all steps", f"{steps:.3f}", "100.0 %", style="bold")
    table.add_row("everything else: measuring epochs, files", f"{max(seconds - steps, 0):.3f}", "")
    console.print()
    console.print(table)


def _tell_how_to_go_on(console: Console, run: Run) -> None:
    """Print where an interrupted run stands."""
    training = run.training
    for line in (
        f"stopped after step {training.state.weights.step} of {training.total_steps}; everything is saved. Go on with:",
        f"  chainrule train --resume {run.folder.path}",
    ):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _tell_results(console: Console, run: Run, results: Results) -> None:
    """Print the final table."""
    console.print()
    console.print(class_table(results.classes, results.test))
    kept = f"; weights of epoch {results.best_epoch}" if run.training.settings.training.restore_best else ""
    for line in (
        f"{results.finished}{kept}",
        f"training accuracy   {100 * results.train.accuracy:6.2f} %",
        f"validation accuracy {100 * results.validation.accuracy:6.2f} %",
        f"[bold]test accuracy       {100 * results.test.accuracy:6.2f} %[/bold]",
        f"run folder          {escape(str(run.folder.path))}  (curves.png, model.safetensors, results.json)",
    ):
        console.print(line, highlight=False, soft_wrap=True)
