"""What every test has: a cache folder of its own, data that train in milliseconds, the command line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import hypothesis
import numpy as np
import pytest

from chainrule.cli import main
from chainrule.data import cache
from chainrule.data.dataset import Dataset, Rows

# in CI every run draws the same cases, so that a change is judged by the change; at hand each draws others
hypothesis.settings.register_profile("ci", derandomize=True)
if "CI" in os.environ:
    hypothesis.settings.load_profile("ci")

# the tests, and processes that they start, share what was compiled
os.environ.setdefault("NUMBA_CACHE_DIR", str(cache.cache_folder() / "engine"))


@pytest.fixture(autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the tests out of the user's cache."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("CHAINRULE_CACHE", str(folder))
    return folder


def clouds(n: int = 120, features: int = 5, classes: int = 3, seed: int = 0) -> Dataset:
    """A table of n rows in overlapping clouds, one a class."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % classes
    X = rng.normal(size=(n, features)) + 1.5 * rng.normal(size=(classes, features))[y]
    names = tuple(f"x{i}" for i in range(features))
    return Dataset(
        "clouds",
        "clouds",
        Rows(X.astype(np.float32), y.astype(np.int64)),
        None,
        tuple("abcdefgh"[:classes]),
        None,
        names,
    )


@pytest.fixture
def dataset() -> Dataset:
    """A small table."""
    return clouds()


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def chainrule(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Outcome]:
    """Return a function that runs ``chainrule WORDS...`` in a temporary folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*words: object) -> Outcome:
        monkeypatch.setattr("sys.argv", ["chainrule", *map(str, words)])
        capsys.readouterr()
        try:
            main()
            code: object = 0
        except SystemExit as leaving:
            code = leaving.code or 0
        captured = capsys.readouterr()
        assert "Traceback" not in captured.out + captured.err
        assert isinstance(code, int)
        return Outcome(code, captured.out, captured.err)

    return run
