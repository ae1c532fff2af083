"""The folder that a run leaves behind: what is in it, who may write to it, how it is read."""

from __future__ import annotations

import json
import platform
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from chainrule.errors import InputError, StorageError
from chainrule.files import storage_errors, write_whole
from chainrule.network.model import Model
from chainrule.training.history import EpochRecord, StepRecord, from_json
from chainrule.training.settings import RunSettings
from chainrule.training.settings_file import build_settings, dump_settings, load_settings

RUNS = Path("runs")


class RunFolder:
    """The files of one run.

    ===========================  ==================================================================
    ``run.toml``                 every setting; ``chainrule train --config`` repeats the run
    ``data.json``                what the data were, to know them again
    ``environment.json``         versions, machine, BLAS
    ``history.jsonl``            a line for every step and every epoch, written as they happen
    ``checkpoint.safetensors``   where to go on from
    ``model.safetensors``        the best weights so far, with labels and preprocessing
    ``results.json``             the final table, once the run has finished
    ``curves.png``               the figure of the history
    ===========================  ==================================================================
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.settings = path / "run.toml"
        self.data = path / "data.json"
        self.environment = path / "environment.json"
        self.history = path / "history.jsonl"
        self.checkpoint = path / "checkpoint.safetensors"
        self.model = path / "model.safetensors"
        self.results = path / "results.json"
        self.curves = path / "curves.png"

    @classmethod
    def create(cls, path: Path | None, name: str) -> RunFolder:
        """Make a folder for a new run; without a path, the next free ``runs/NAME-1``, ``runs/NAME-2``, ...

        Raises
        ------
        InputError
            If ``path`` has something in it already.
        StorageError
            If it cannot be made.
        """
        if path is None:
            return cls._next_free(name)
        with storage_errors(str(path)):
            if path.exists() and (not path.is_dir() or any(path.iterdir())):
                raise InputError(
                    "--out",
                    expected="a new or empty folder",
                    got=f"{path}, which has something in it",
                    advice="another name" + (f", or chainrule train --resume {path}" if path.is_dir() else ""),
                )
            path.mkdir(parents=True, exist_ok=True)
        return cls(path)

    @classmethod
    def _next_free(cls, name: str) -> RunFolder:
        number = 1
        while True:
            path = RUNS / f"{name}-{number}"
            with storage_errors(str(path)):
                try:
                    path.mkdir(parents=True)
                    return cls(path)
                except FileExistsError:
                    number += 1

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """Return the folder of a run that was begun.

        Raises
        ------
        InputError
            If ``path`` is no run folder.
        """
        folder = cls(path)
        if not folder.settings.is_file() or not folder.model.is_file():
            got = "a folder without one" if path.is_dir() else "no such folder" if not path.exists() else "a file"
            raise InputError(
                str(path), expected="a run folder (with run.toml and model.safetensors)", got=got, advice="ls runs"
            )
        return folder

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep every other process from writing to the folder.

        Raises
        ------
        StorageError
            If one is doing so now.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self.path / ".lock", timeout=0)
        with storage_errors(str(self.path)):
            try:
                lock.acquire()
            except Timeout:
                reason = "the run folder is in use by another process"
                raise StorageError(str(self.path), reason, "wait for it, or end it") from None
        try:
            yield
        finally:
            lock.release()

    def sweep(self) -> None:
        """Remove what a process that was killed left half-written; only for the process that holds the folder."""
        for path in self.path.glob(".*.*"):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)

    def refuse_short_history(self, expected_bytes: int) -> None:
        """See that the history is as long as it was when the checkpoint was written.

        Raises
        ------
        InputError
            If it is missing, or was cut off.
        """
        found = self.history.stat().st_size if self.history.exists() else 0
        if found < expected_bytes:
            raise InputError(
                str(self.history),
                expected=f"the {expected_bytes:,} bytes that the checkpoint goes with",
                got=f"{found:,}",
                advice=f"chainrule train --config {self.settings} repeats the run from its beginning",
            )

    def write_settings(self, settings: RunSettings) -> None:
        """Write run.toml."""
        write_whole(self.settings, dump_settings(settings))

    def read_settings(self) -> RunSettings:
        """Read run.toml."""
        return build_settings(load_settings(self.settings))

    def read_model(self) -> Model:
        """Read the model."""
        return Model.load(self.model)

    def write_json(self, path: Path, values: dict[str, Any]) -> None:
        """Write one of the folder's JSON files."""
        write_whole(path, json.dumps(values, indent=2) + "\n")

    def read_json(self, path: Path) -> dict[str, Any]:
        """Read one of the folder's JSON files."""
        with storage_errors(str(path)):
            text = path.read_text(encoding="utf-8")
        try:
            values = json.loads(text)
        except ValueError as error:
            raise InputError(str(path), expected="JSON", got="something else", where=str(error)) from None
        return dict(values)

    def read_history(self) -> list[StepRecord | EpochRecord]:
        """Return every record of the history; a last line that is still being written is left out."""
        with storage_errors(str(self.history)):
            lines = self.history.read_text(encoding="utf-8").split("\n")[:-1]
        return [from_json(json.loads(line)) for line in lines]


def describe_environment() -> dict[str, Any]:
    """Say what a run was made with: versions, machine, linear algebra and its threads."""
    from threadpoolctl import threadpool_info

    packages = ("chainrule", "numpy", "scipy", "pillow", "pyarrow", "scikit-learn", "safetensors")
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": sys.argv,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "packages": {name: metadata.version(name) for name in packages},
        "thread_pools": [
            {key: pool.get(key) for key in ("internal_api", "version", "num_threads", "architecture")}
            for pool in threadpool_info()
        ],
    }
