"""What shows only from outside: compiled code that is kept, folders that cannot be written to, memory that is short."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.engine import compiling
from chainrule.engine.compiled import CompiledEngine, must_compile

from .test_twins import make_problem, run

KEPT = """
import json
from tests.engine.test_twins import make_problem, run
from chainrule.engine.compiled import CompiledEngine, must_compile
from chainrule.engine.steps import run_steps
before = must_compile()
weights, _ = run(CompiledEngine(), make_problem(0, (5, 4, 3)), "adam", 0.1)
print(json.dumps([before, sum(run_steps.stats.cache_hits.values()), weights.parameters.buffer.tolist()]))
"""

NEVER_KEPT = """
import json
from chainrule.engine.compiled import must_compile
from chainrule.engine.kernels import exp_of_negative
print(json.dumps([must_compile(), exp_of_negative(0.0), exp_of_negative.stats.cache_path or "nowhere"]))
"""
"""Imports all of the engine, and compiles one small function of it: the loop would take ten times as long."""

ROOT = Path(__file__).parent.parent.parent


def run_program(program: str, **environment: str) -> Any:
    """Run a program in a process of its own; return what it prints."""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_compiled_code_is_kept_for_the_next_process() -> None:
    """This process compiles the loop, or finds it compiled; the next one finds it, and has the same bits of it."""
    weights, _ = run(CompiledEngine(), make_problem(0, (5, 4, 3)), "adam", 0.1)
    assert not must_compile()
    assert run_program(KEPT) == [False, 1, weights.parameters.buffer.tolist()]


def test_a_cache_folder_that_cannot_be_written_to_is_no_error() -> None:
    assert run_program(NEVER_KEPT, NUMBA_CACHE_DIR="/dev/null/nowhere") == [True, 1.0, "nowhere"]


def test_a_function_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "from chainrule.engine.compiling import compiled\n@compiled()\ndef twice(x):\n    return 2 * x\n"
    (tmp_path / "small.py").write_text(source)
    monkeypatch.setattr(compiling._config, "CACHE_DIR", str(tmp_path / "cache"))
    found = []
    for _ in range(2):
        twice = runpy.run_path(str(tmp_path / "small.py"))["twice"]
        found.append((len(compiling.kept_versions(twice)), twice(21), sum(twice.stats.cache_hits.values())))
    assert found == [(0, 42, 0), (1, 42, 1)]


def test_a_changed_source_is_another_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(compiling, "__file__", str(tmp_path / "compiling.py"))
    folders = []
    for content in ("a = 1", "a = 2", "a = 1"):
        (tmp_path / "kernels.py").write_text(content)
        compiling._folder.cache_clear()
        folders.append(compiling._folder())
    compiling._folder.cache_clear()
    assert folders[0] == folders[2] != folders[1]


def test_compiled_code_that_was_not_used_for_longest_is_removed(tmp_path: Path) -> None:
    for age, name in enumerate(("newest", "newer", "old", "oldest")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "code.nbc").touch()
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    compiling.forget_all_but_newest(tmp_path, 2)
    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["newer", "newest"]


LIMIT = 450 * 2**20  # bytes of memory of its own that the process below may have


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's own memory apart from mapped files")
def test_rows_three_times_the_memory(tmp_path: Path) -> None:
    """A sparse file takes no space on the disk, and is read like any other."""
    n = 3 * LIMIT // 768 + 1
    X = np.lib.format.open_memmap(tmp_path / "X.npy", "w+", np.uint8, (n, 16, 16, 3))
    X[::1000] = 200
    y = (np.arange(n) % 1000 == 0).astype(np.int64)
    np.save(tmp_path / "y.npy", y)
    del X
    options = f"train --data {tmp_path} --hidden 8 --batch-size 200 --steps 40 --validation 1000 --test 2000 --json"

    def limit_memory() -> None:
        import resource  # not on Windows

        resource.setrlimit(resource.RLIMIT_DATA, (LIMIT, LIMIT))

    command = [sys.executable, "-m", "chainrule", *options.split(), "--out", "run"]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "2"}  # each thread has memory of its own
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, preexec_fn=limit_memory
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["steps"] == 40
