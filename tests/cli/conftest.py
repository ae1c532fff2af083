"""Running the command line inside the test, as a shell would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from chainrule.cli import main


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


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of 60 tiny images in two classes that differ in colour."""
    rng = np.random.default_rng(0)
    for label, colour in (("blue", (30, 60, 200)), ("red", (200, 40, 30))):
        folder = tmp_path / "photos" / label
        folder.mkdir(parents=True)
        for number in range(30):
            pixels = np.clip(rng.normal(colour, 30, (6, 5, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{number:02}.png")
    return tmp_path / "photos"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A CSV table of 90 rows in three classes."""
    rng = np.random.default_rng(1)
    lines = ["width,height,kind"]
    for number in range(90):
        label = number % 3
        x, y = rng.normal((3 * label, -2 * label), 0.7)
        lines.append(f"{x:.4f},{y:.4f},{'abc'[label]}")
    path = tmp_path / "flowers.csv"
    path.write_text("\n".join(lines) + "\n")
    return path
