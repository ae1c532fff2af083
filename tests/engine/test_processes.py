"""What shows only from outside: compiled code that is kept, folders that cannot be written to, memory that is short."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from chainrule.engine import compiling

PROGRAM = """
import json
import numpy as np
from tests.engine.test_twins import make_problem, run
from chainrule.engine.compiled import CompiledEngine, must_compile
from chainrule.engine.steps import run_steps
before = must_compile()
weights, _ = run(CompiledEngine(), make_problem(0, (5, 4, 3)), "adam", 0.1)
hits = sum(run_steps.stats.cache_hits.values())
print(json.dumps([before, hits, must_compile(), weights.parameters.buffer.tolist()]))
"""
ROOT = Path(__file__).parent.parent.parent


def run_program(cache: str) -> tuple[bool, int, bool, list[float]]:
    """Run the program with compiled code kept in ``cache``; return what it prints."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    before, hits, after, weights = json.loads(done.stdout)
    return before, hits, after, weights


def test_compiled_code_is_kept_for_the_next_process(tmp_path: Path) -> None:
    first = run_program(str(tmp_path))
    second = run_program(str(tmp_path))
    assert first[:3] == (True, 0, False)
    assert second[:3] == (False, 1, False)
    assert second[3] == first[3]


def test_a_cache_folder_that_cannot_be_written_to_is_no_error() -> None:
    before, hits, after, _ = run_program("/dev/null/nowhere")
    assert (before, hits, after) == (True, 0, True)


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


LIMIT = 600 * 2**20  # bytes of memory of its own that the process below may have


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's own memory apart from mapped files")
def test_rows_three_times_the_memory(tmp_path: Path) -> None:
    """A sparse file takes no space on the disk, and is read like any other."""
    n = 3 * LIMIT // 3072 + 1
    X = np.lib.format.open_memmap(tmp_path / "X.npy", "w+", np.uint8, (n, 32, 32, 3))
    X[::1000] = 200
    y = (np.arange(n) % 1000 == 0).astype(np.int64)
    np.save(tmp_path / "y.npy", y)
    del X
    options = f"train --data {tmp_path} --hidden 8 --batch-size 200 --steps 40 --validation 1000 --test 2000 --json"

    def limit_memory() -> None:
        import resource  # not on Windows

        resource.setrlimit(resource.RLIMIT_DATA, (LIMIT, LIMIT))

    command = [sys.executable, "-m", "chainrule", *options.split(), "--out", "run"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, preexec_fn=limit_memory)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["steps"] == 40
