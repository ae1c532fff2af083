"""The folder that a search leaves behind."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chainrule.errors import InputError
from chainrule.files import storage_errors, write_whole
from chainrule.training.run_folder import RunFolder
from chainrule.version import __version__


class SearchFolder(RunFolder):
    """The files of one search.

    ===========================  ==================================================================
    ``tune.toml``                the space and all settings; ``chainrule tune --config`` repeats it
    ``data.json``                what the data were, to know them again
    ``environment.json``         versions, machine, BLAS
    ``journal.log``              every trial as it happens, unless ``--storage`` names a database
    ``kept/``                    the weights of the best networks so far
    ``in-flight/``               the networks under way, to go on from after a crash
    ``trials.json, trials.csv``  the table of all trials, best first
    ``best.toml``                the best settings; ``chainrule train --config`` takes them
    ``model.safetensors``        the best network, for ``chainrule predict``
    ``ensemble.safetensors``     the best networks as one model, with ``--ensemble``
    ``results.json``             the summary that ``--json`` prints
    ``*.png, report.html``       the figures, and all of them on one page
    ===========================  ==================================================================
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.search = path / "tune.toml"
        self.journal = path / "journal.log"
        self.kept, self.in_flight = path / "kept", path / "in-flight"
        self.trials_json, self.trials_csv = path / "trials.json", path / "trials.csv"
        self.best = path / "best.toml"
        self.ensemble = path / "ensemble.safetensors"
        self.page = path / "report.html"

    @classmethod
    def create(cls, path: Path | None, name: str) -> SearchFolder:
        """Make a folder for a new search; without a path, the next free ``runs/NAME-1``, ``runs/NAME-2``, ...

        Raises
        ------
        InputError
            If ``path`` has something in it already.
        StorageError
            If it cannot be made.
        """
        try:
            return cls(super().create(path, name).path)
        except InputError as error:
            advice = error.advice.replace("chainrule train", "chainrule tune")
            raise InputError(error.who, expected=error.expected, got=error.got, advice=advice) from None

    @classmethod
    def open(cls, path: Path) -> SearchFolder:
        """Return the folder of a search that was begun.

        Raises
        ------
        InputError
            If ``path`` is no such folder.
        """
        folder = cls(path)
        if not folder.search.is_file():
            got = "a folder without one" if path.is_dir() else "no such folder" if not path.exists() else "a file"
            raise InputError(str(path), expected="the folder of a search (with tune.toml)", got=got, advice="ls runs")
        return folder

    def write_search(self, sections: Mapping[str, Any]) -> None:
        """Write tune.toml."""
        import tomli_w

        head = f"# chainrule {__version__}; `chainrule tune --config` with this file repeats the search\n\n"
        write_whole(self.search, head + tomli_w.dumps(sections))

    def read_search(self) -> dict[str, Any]:
        """Read tune.toml."""
        with storage_errors(str(self.search)):
            text = self.search.read_text(encoding="utf-8")
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InputError(
                str(self.search), expected="settings as TOML", got="something else", where=str(error)
            ) from None
