"""``chainrule derive``: what it prints and writes, and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import chainrule
from chainrule.checking.derive.page import BEGINNING
from chainrule.errors import InputError

PROGRAMS = Path(__file__).parent / "programs"
RUN = [sys.executable, "-c", "from chainrule.cli import main; main()", "derive"]


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*RUN, *map(str, words)], capture_output=True, text=True, check=False)


def test_it_prints_the_lines_and_writes_the_page_and_the_program(tmp_path: Path) -> None:
    page, out = tmp_path / "page.html", tmp_path / "net.py"
    done = run(PROGRAMS / "own_script.py", "--comments", "--html", page, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "dw1 = X.T @ dz1" in done.stdout
    assert "# line" in done.stdout
    assert page.read_text(encoding="utf-8").startswith(BEGINNING)
    assert "<math" in page.read_text(encoding="utf-8")
    assert "<script" not in page.read_text(encoding="utf-8")
    assert "dw1 = X.T @ dz1" in out.read_text(encoding="utf-8")


def test_json() -> None:
    done = run(PROGRAMS / "own_two.py", "--json")
    data = json.loads(done.stdout)
    assert data["proved"] is True
    assert {one["name"] for one in data["gradients"]} >= {"self.params['W1']"}


def test_what_cannot_be_derived_ends_with_one(tmp_path: Path) -> None:
    path = tmp_path / "plain.py"
    path.write_text("x = 1\n")
    done = run(path)
    assert done.returncode == 1
    assert "not derived" in done.stdout


def test_misuse_ends_with_two(tmp_path: Path) -> None:
    assert run("nothing.py").returncode == 2
    broken = tmp_path / "broken.py"
    broken.write_text("def f(:\n")
    done = run(broken)
    assert done.returncode == 2
    assert "Traceback" not in done.stdout + done.stderr


def test_from_python() -> None:
    made = chainrule.derive(PROGRAMS / "own_two.py", "loss")
    assert made.proved
    assert "dscores" in made._repr_html_()
    with pytest.raises(InputError):
        chainrule.derive("nothing.py")
