"""What holds for every command: JSON alone with --json, exit codes, the manual page, completion, ``python -m``."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from chainrule.cli import COMMANDS, _application

from ..conftest import Run

SHELL_SETTINGS = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}  # a test has no shell above it
EXAMPLES = Path(__file__).parents[2] / "examples"


def run_chainrule(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    command = [sys.executable, "-m", "chainrule", *words]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **variables}, timeout=120)


def options_of(command: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr("sys.argv", ["chainrule", command])
    group = typer.main.get_command(_application())
    parameters = group.commands[command].params  # type: ignore[attr-defined]
    return [name for parameter in parameters for name in parameter.opts if name.startswith("--")]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_json(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "--json" in options_of(command, monkeypatch)


def test_json_is_all_that_is_printed_and_exit_codes_tell(chainrule: Run, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("a,b\n1,2\n")
    (tmp_path / "data.csv").write_text("a,b,label\n" + "".join(f"{i},{i % 7},{'xy'[i % 2]}\n" for i in range(40)))
    calls: list[tuple[int, tuple[str, ...]]] = [
        (0, ("train", "--data", "data.csv", "--epochs", "1", "--out", "run")),
        (0, ("train", "--data", "data.csv", "--epochs", "1", "--profile")),
        (1, ("train", "--data", "data.csv", "--learning-rate", "1e30", "--out", "diverged")),
        (2, ("train", "--data", "nowhere.csv")),
        (0, ("evaluate", "run")),
        (2, ("evaluate", "nowhere")),
        (0, ("predict", "run", "new.csv")),
        (1, ("predict", "run", "new.csv", "nowhere.csv")),
        (2, ("predict", "nowhere", "new.csv")),
        (1, ("check", str(EXAMPLES / "second_report.py"))),
        (2, ("check", "data.csv")),
        (0, ("info",)),
        (0, ("data", "digits")),
        (2, ("data", "nowhere")),
        (0, ("export", "run", "--to", "torch")),
        (2, ("export", "run", "--to", "torch", "--opset", "13")),
    ]
    for code, words in calls:
        outcome = chainrule(*words, "--json")
        assert outcome.code == code, (words, outcome)
        if outcome.out:
            json.loads(outcome.out)
        else:
            assert outcome.err.startswith("chainrule: ")
            assert code > 0


def test_json_has_the_profile_and_an_interrupted_run(chainrule: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told = json.loads(chainrule("train", "--epochs", 1, "--profile", "--json").out)
    assert set(told["profile"]) == {"gather", "products", "between", "penalty", "update"}
    assert told["finished"] == "all 41 steps taken"

    def interrupt(training: object, epoch: object) -> None:
        training.stop()  # type: ignore[attr-defined]

    monkeypatch.setattr("chainrule.cli.progress.EpochLines.on_epoch", lambda self, *told: interrupt(*told))
    outcome = chainrule("train", "--epochs", 3, "--out", "run", "--json")
    assert (outcome.code, json.loads(outcome.out)) == (130, {"run": "run", "finished": "", "steps": 41})


def test_the_manual_page_names_every_option(chainrule: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    outcome = chainrule("--man")
    assert outcome.code == 0
    page = outcome.out.replace(r"\-", "-")
    for command in COMMANDS:
        section = page.partition(f".SS chainrule {command}\n")[2].partition("\n.SS ")[0]
        assert "Examples:" in section
        for option in options_of(command, monkeypatch):
            assert re.search(rf"\\fB(-\w, )?{option}\b", section), (command, option)
    for name in ("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "EXIT STATUS", "ENVIRONMENT"):
        assert f".SH {name}\n" in page
    if shutil.which("groff"):
        groff = subprocess.run(
            ["groff", "-man", "-ww", "-Tutf8"], input=outcome.out, capture_output=True, text=True, check=True
        )
        assert groff.stderr == ""
        text = re.sub(r"\x1b\[[\d;]*m|.\x08", "", groff.stdout)
        assert "chainrule train --data photos/ --hidden 512,256" in " ".join(text.split())


def test_roff_is_escaped() -> None:
    from chainrule.cli.man import _coded

    assert _coded(".x `a-b` \\n") == r"\&.x \fBa\-b\fR \en"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("chainrule ev", "evaluate"),
        ("chainrule train --tens", "--tensorboard"),
        ("chainrule export --to o", "onnx"),
    ],
)
def test_words_are_completed(words: str, expected: str) -> None:
    number = str(len(words.split()) - 1)
    done = run_chainrule(_CHAINRULE_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=number)
    assert done.stdout.split() == [expected]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_completion_is_installed_and_bash_takes_it(tmp_path: Path) -> None:
    done = run_chainrule("--install-completion", "bash", HOME=str(tmp_path), **SHELL_SETTINGS)
    assert done.returncode == 0, done.stderr
    (script,) = (tmp_path / ".bash_completions").iterdir()
    assert str(script) in (tmp_path / ".bashrc").read_text(encoding="utf-8")
    (tmp_path / "chainrule").write_text(f"#!/bin/sh\nexec {sys.executable} -m chainrule\n")
    (tmp_path / "chainrule").chmod(0o755)
    typed = f"source {script}; COMP_WORDS=(chainrule pre); COMP_CWORD=1; _chainrule_completion chainrule"
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    shell = subprocess.run(
        ["bash", "-c", f"{typed}; echo ${{COMPREPLY[@]}}"], capture_output=True, text=True, env=environment
    )
    assert shell.stdout.split() == ["predict"], shell.stderr


def test_python_m_is_the_same() -> None:
    done = run_chainrule("--version")
    assert (done.returncode, done.stdout) == (0, "chainrule 0.1.0\n")
