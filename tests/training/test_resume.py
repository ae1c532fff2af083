"""A run that is killed again and again ends with the bits of one that never was."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

COMMAND = (sys.executable, "-m", "chainrule", "train", "-q")
RESULTS = ("model.safetensors", "checkpoint.safetensors", "history.jsonl", "results.json")
NO_CTRL_C = pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to a console, not to a process")


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """An .npz that takes a few seconds to train on."""
    rng = np.random.default_rng(0)
    y = np.arange(4000) % 5
    X = rng.normal(size=(4000, 64)) + rng.normal(size=(5, 64))[y]
    np.savez(tmp_path / "rows.npz", X=X.astype(np.float32), y=y)
    return tmp_path / "rows.npz"


def train(rows: Path, out: str) -> tuple[str, ...]:
    options = (
        "--hidden 64,32 --activation tanh --dropout 0.1 --rule adam --reg 1e-4 --schedule cosine:1 --epochs 120 "
        "--batch-size 50"
    )
    return (*COMMAND, "--data", str(rows), "--out", out, *options.split(), "--checkpoint-seconds", "0.05")


@pytest.mark.parametrize("times", [6, pytest.param(20, marks=pytest.mark.slow)])
def test_killed_again_and_again_same_bits(rows: Path, tmp_path: Path, times: int) -> None:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run(train(rows, "whole"), cwd=tmp_path, env=environment, check=True)
    chance, kills, command = random.Random(0), 0, train(rows, "killed")
    while kills < times:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment)
        history = tmp_path / "killed" / "history.jsonl"
        length = history.stat().st_size if history.exists() else -1
        while process.poll() is None and (not history.exists() or history.stat().st_size <= length):
            time.sleep(0.005)  # until it trains: a kill during imports proves little
        time.sleep(chance.uniform(0, 0.12))
        process.kill()
        if process.wait() == 0:
            break
        kills += 1
        command = (*COMMAND, "--resume", "killed")
    assert kills >= times // 2, "the run ended before it could be killed often enough: make it longer"
    subprocess.run((*COMMAND, "--resume", "killed"), cwd=tmp_path, env=environment, check=True)
    for name in RESULTS:
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name


@NO_CTRL_C
def test_ctrl_c_saves_and_says_how_to_go_on(rows: Path, tmp_path: Path) -> None:
    command = [word for word in train(rows, "run") if word != "-q"]
    subprocess.run(train(rows, "whole"), cwd=tmp_path, check=True)
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    history = tmp_path / "run" / "history.jsonl"
    while process.poll() is None and (not history.exists() or history.stat().st_size == 0):
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "everything is saved. Go on with:\n  chainrule train --resume run\n" in out
    subprocess.run((*COMMAND, "--resume", "run"), cwd=tmp_path, check=True)
    for name in RESULTS:
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
