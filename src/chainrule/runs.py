"""One run from settings to a finished folder: read the data, train, test once, draw, and write it all down."""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.data.dataset import Dataset
from chainrule.data.open import open_data
from chainrule.data.prepared import PreparedData, prepare
from chainrule.errors import InputError
from chainrule.files import write_whole
from chainrule.network.evaluate import CHUNK, Evaluation, evaluate
from chainrule.saved_run import SavedRun
from chainrule.training.checkpoint import load_checkpoint
from chainrule.training.defaults import close_settings
from chainrule.training.engine import Engine, ReferenceEngine
from chainrule.training.history import EpochRecord
from chainrule.training.loop import Callback, Training
from chainrule.training.recorder import Recorder, model_of
from chainrule.training.run_folder import RunFolder, describe_environment
from chainrule.training.settings import RunSettings

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Results:
    """The final table: how the finished network does on each part of the split.

    Attributes
    ----------
    finished : str
        Why the run ended.
    steps, epochs, best_epoch : int
        Those taken, and the epoch whose weights were kept.
    train, validation, test : Evaluation
    """

    finished: str
    steps: int
    epochs: int
    best_epoch: int
    classes: tuple[str, ...]
    train: Evaluation
    validation: Evaluation
    test: Evaluation

    def to_json(self) -> dict[str, Any]:
        """Return the table as plain values."""
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        return {
            "finished": self.finished,
            "steps": self.steps,
            "epochs": self.epochs,
            "best_epoch": self.best_epoch,
            **{f"{name}_accuracy": part.accuracy for name, part in parts.items()},
            **{f"{name}_loss": part.data_loss for name, part in parts.items()},
            "test_class_accuracies": dict(zip(self.classes, self.test.class_accuracies, strict=True)),
            "test_confusion": self.test.confusion.tolist(),
        }

    def _repr_html_(self) -> str:
        from chainrule.display.results import results_html

        return results_html(self.to_json())


@dataclass(frozen=True)
class Run:
    """A run that is open for training: iterate over ``training``, then call :meth:`finish`."""

    folder: RunFolder
    training: Training
    resumed: bool = False

    @property
    def dataset(self) -> Dataset:
        """The data it trains on."""
        return self.training.data.dataset

    def finish(self) -> Results:
        """Read the test split, this once, and write the final table and the figure."""
        from chainrule.report.curves import draw_curves
        from chainrule.report.figure import save_figure

        training, data = self.training, self.training.data
        parameters = training.final_parameters
        epochs = [record for record in self.folder.read_history() if isinstance(record, EpochRecord)]
        results = Results(
            finished=training.state.finished,
            steps=training.state.weights.step,
            epochs=epochs[-1].epoch,
            best_epoch=training.state.best.epoch,
            classes=self.dataset.classes,
            train=evaluate(parameters, data.train),
            validation=evaluate(parameters, data.validation),
            test=evaluate(parameters, data.test),
        )
        self.folder.write_json(self.folder.results, results.to_json())
        write_whole(self.folder.curves, save_figure(draw_curves(self.folder.read_history(), results.test.accuracy)))
        return results

    def _repr_html_(self) -> str:
        from chainrule.display.run import run_html

        return run_html(SavedRun(self.folder))


@contextmanager
def new_run(
    settings: RunSettings,
    out: Path | None = None,
    *,
    dataset: Dataset | None = None,
    engine: Engine | None = None,
    profile: bool = False,
    callbacks: Sequence[Callback] = (),
    progress: Progress | None = None,
) -> Iterator[Run]:
    """Read the data, make the run folder, and hold it while the run is open.

    Parameters
    ----------
    settings : RunSettings
        What is left open in it is filled in to suit the data.
    out : Path, optional
        A new or empty folder; by default the next free one under ``runs/``.
    dataset : Dataset, optional
        Data that were opened before, in place of reading ``settings.data.source``.
    engine, callbacks
        See :class:`Training`; by default the engine that the settings name.
    profile : bool
        Have that engine measure where the time goes.
    progress : callable, optional
        Told (done, total) while images are decoded.

    Raises
    ------
    InputError, StorageError
        Before anything is written, if settings, data or folder cannot be used.
    """
    dataset = dataset or read_data(settings, progress)
    settings = close_settings(settings, dataset)
    data = prepare_data(settings, dataset)
    training = Training(data, settings, engine or make_engine(settings, profile))  # refuses before there is a folder
    folder = RunFolder.create(out, dataset.name)
    with folder.in_use(), threads_of(settings):
        with _emptied_on_failure(folder):
            folder.write_settings(settings)
            folder.write_json(folder.data, describe_data(dataset))
            folder.write_json(folder.environment, describe_environment())
            model_of(training).save(folder.model)
            training.callbacks = (Recorder(folder), *callbacks)
        yield Run(folder, training)


@contextmanager
def _emptied_on_failure(folder: RunFolder) -> Iterator[None]:
    """Leave no folder behind for a run that could not even begin."""
    try:
        yield
    except BaseException:
        shutil.rmtree(folder.path, ignore_errors=True)
        raise


@contextmanager
def resumed_run(
    path: Path,
    *,
    dataset: Dataset | None = None,
    engine: Engine | None = None,
    profile: bool = False,
    callbacks: Sequence[Callback] = (),
    progress: Progress | None = None,
) -> Iterator[Run]:
    """Open a run where its last checkpoint stands; it goes on to the bits of a run that was never interrupted.

    Raises
    ------
    InputError
        If ``path`` is no run folder, or the data are not those that the run was begun with.
    StorageError
        If another process is writing to it.
    """
    folder = RunFolder.open(path)
    with ExitStack() as stack:
        stack.enter_context(folder.in_use())
        folder.sweep()
        settings = folder.read_settings()
        data = run_data(folder, settings, dataset, progress)
        training = Training(data, settings, engine or make_engine(settings, profile))
        stack.enter_context(threads_of(settings))
        history_bytes = 0
        if folder.checkpoint.exists():
            n_moments = len(training.state.weights.moments)
            training.state, history_bytes = load_checkpoint(
                folder.checkpoint, training.architecture, settings.network.dtype, n_moments
            )
            folder.refuse_short_history(history_bytes)
        training.callbacks = (Recorder(folder, history_bytes), *callbacks)
        yield Run(folder, training, resumed=True)


def make_engine(settings: RunSettings, profile: bool = False) -> Engine:
    """Return the engine that the settings name.

    Raises
    ------
    InputError
        If a profile is asked for of an engine that makes none.
    """
    if settings.training.engine == "reference":
        if profile:
            raise InputError("--profile", expected="the compiled engine", got="--engine reference")
        return ReferenceEngine()
    from chainrule.engine.compiled import CompiledEngine

    return CompiledEngine(profile)


def threads_of(settings: RunSettings) -> AbstractContextManager[object]:
    """Hold every BLAS of the process to the settings' number of threads."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(settings.training.threads, user_api="blas")


def run_data(
    folder: RunFolder, settings: RunSettings, dataset: Dataset | None = None, progress: Progress | None = None
) -> PreparedData:
    """Read the data of a run again, and split and preprocess them as they were.

    Raises
    ------
    InputError
        If they have changed since.
    """
    dataset = dataset or read_data(settings, progress)
    now, then = describe_data(dataset), folder.read_json(folder.data)
    if now["checksum"] != then.get("checksum"):
        size, size_then = (f"{told.get('rows')} rows of {told.get('features')} features" for told in (now, then))
        raise InputError(
            dataset.source,
            expected=f"the data that the run was begun with ({size_then})",
            got="as many, but other values" if size == size_then else f"other data ({size})",
            advice="the same file as then, or a new run",
        )
    return prepare_data(settings, dataset, folder)


def read_data(settings: RunSettings, progress: Progress | None = None) -> Dataset:
    """Read the data that settings name."""
    data = settings.data
    return open_data(data.source, label=data.label, image_size=data.image_size, progress=progress)


def prepare_data(settings: RunSettings, dataset: Dataset, folder: RunFolder | None = None) -> PreparedData:
    """Split and preprocess as settings say, with the preprocessing of the run in ``folder`` if there is one."""
    data = settings.data
    return prepare(
        dataset,
        data.preprocess or "none",
        validation=data.validation,
        test=data.test,
        split_seed=data.split_seed,
        preprocessing=folder.read_model().preprocessing if folder else None,
    )


def describe_data(dataset: Dataset) -> dict[str, Any]:
    """Say what a data set is, with a checksum of every row and label."""
    checksum = 0
    for part in (dataset.train, dataset.test):
        if part is not None:
            checksum = zlib.crc32(repr(part.X.shape).encode(), checksum)
            for array in (part.y, part.X):
                for start in range(0, len(array), CHUNK):
                    checksum = zlib.crc32(np.ascontiguousarray(array[start : start + CHUNK]).data, checksum)
    return {
        "name": dataset.name,
        "source": dataset.source,
        "rows": len(dataset.train),
        "test_rows": len(dataset.test) if dataset.test else None,
        "features": dataset.n_features,
        "classes": list(dataset.classes),
        "checksum": checksum,
    }
