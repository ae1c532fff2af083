"""Every console command of the README runs and prints what stands there, but for the digits of measured numbers."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from .conftest import Run

README = Path(__file__).parent.parent / "README.md"


def blocks(language: str) -> Iterator[str]:
    yield from re.findall(rf"```{language}\n(.*?)```", README.read_text(), re.DOTALL)


def shape_of(line: str) -> str:
    """Return a line with its measured numbers hidden: they may differ in the last digits elsewhere."""
    return re.sub(r"[ \d.e+-]+", "#", line.replace("*", "").rstrip())


@pytest.fixture
def files(tmp_path: Path) -> None:
    """Two digits as picture files, and a program with a mistake, as a user might have them."""
    shutil.copytree(README.parent / "examples", tmp_path / "examples")
    digits = load_digits()
    for i in (3, 7):
        pixels = np.rint(digits.images[i] * 255 / 16).astype(np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"scan-{digits.target[i]}.png")


@pytest.mark.usefixtures("files")
def test_console_blocks(chainrule: Run) -> None:
    """The blocks run one after the other in one folder, as a reader would type them."""
    for block in blocks("console"):
        command, *shown = block.strip().split("\n")
        assert command.startswith("$ chainrule ")
        outcome = chainrule(*shlex.split(command)[2:])
        assert outcome.code == (1 if "second_report" in command else 0), outcome.err
        printed = {shape_of(line) for line in outcome.out.split("\n")}
        for line in shown:
            assert line == "..." or shape_of(line) in printed, f"{command}\nprints no line like\n{line}\n{outcome.out}"


def test_python_blocks(capsys: pytest.CaptureFixture[str]) -> None:
    for block in blocks("python"):
        exec(compile(block, "README.md", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) == 30  # a line an epoch


def test_an_altered_line_is_seen() -> None:
    assert shape_of("test accuracy        98.61 %") == shape_of("test accuracy        97.22 %")
    assert shape_of("test accuracy        98.61 %") != shape_of("train accuracy       98.61 %")


def test_linked_files_are_there() -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", README.read_text()):
        assert (README.parent / link).exists(), link
