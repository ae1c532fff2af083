from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chainrule.checking.reading import Loaded, load, open_program

PROGRAMS = Path(__file__).parent / "programs"


def loaded(name: str, wanted: str = "") -> Loaded:
    """Read one of the programs beside the tests."""
    return load(open_program(PROGRAMS / f"{name}.py.txt"), wanted)


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of a user and return where it is."""

    def write(text: str, name: str = "program.py") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    return write
