"""What every test has: a cache folder of its own, and small data that train in milliseconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chainrule.data.dataset import Dataset, Rows


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
