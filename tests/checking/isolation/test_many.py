"""Many runs at once: each costs itself only, and nothing stays when they are left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chainrule.checking.isolation import Kind, Limits, run_many
from chainrule.checking.isolation.limits import MiB
from tests.checking.isolation.strays import processes_named, wait_until_gone

ENTRY = "tests.checking.isolation.entries:run_text"
ROOT = Path(__file__).parents[3]
HANG = "import ctypes\nctypes.CDLL(None).prctl(15, b'{name}')\nwhile True: pass"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names its processes through prctl")


def requests(*texts: str) -> Iterator[tuple[dict[str, Any], tuple[Path, ...]]]:
    for text in texts:
        yield {"text": text}, ()


def test_a_class_of_submissions() -> None:
    texts = (
        "answer = 0",
        "while True: pass",
        "import os; os.kill(os.getpid(), 11)",
        "held = b'1' * (1 << 40)",
        "answer = 4",
        "raise ValueError",
        "answer = 6",
    )
    limits = Limits(seconds=1.0, memory=512 * MiB)
    outcomes = dict(run_many(ENTRY, requests(*texts), limits=limits, workers=2))
    kinds = [outcomes[number].kind for number in range(len(texts))]
    assert kinds == [Kind.DONE, Kind.TIMEOUT, Kind.CRASH, Kind.MEMORY, Kind.DONE, Kind.ERROR, Kind.DONE]
    assert outcomes[4].value == {"answer": 4}


def test_outcomes_come_as_they_are_ready() -> None:
    texts = ("import time; time.sleep(1)", "pass", "pass", "pass")
    order = [number for number, _ in run_many(ENTRY, requests(*texts), workers=2)]
    assert order == [1, 2, 3, 0]


def test_requests_are_taken_as_they_are_needed() -> None:
    taken = []

    def endless() -> Iterator[tuple[dict[str, Any], tuple[Path, ...]]]:
        while True:
            taken.append(0)
            yield {"text": ""}, ()

    outcomes = run_many(ENTRY, endless(), workers=3)
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    assert len(taken) <= 4


def test_no_request_is_no_outcome() -> None:
    assert list(run_many(ENTRY, iter(()), workers=2)) == []


def test_leaving_ends_the_runs_on_their_way() -> None:
    texts = ("pass", HANG.format(name="stray-left"))
    outcomes = run_many(ENTRY, requests(*texts), limits=Limits(seconds=60.0), workers=2)
    number, _ = next(outcomes)
    assert number == 0
    outcomes.close()  # type: ignore[attr-defined]
    assert wait_until_gone("stray-left")


PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[2])
from chainrule.checking.isolation import Limits, run_isolated, run_many
from chainrule.checking.isolation.linux.forked import SERVERS
entry, text, how = json.loads(sys.argv[1])
limits = Limits(seconds=60.0)
try:
    if how == "one":
        run_isolated(entry, {"text": text}, limits=limits)
    else:
        list(run_many(entry, [({"text": text}, ())] * 4, limits=limits, workers=2))
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("system", ["whole", "nothing"])
@pytest.mark.parametrize("how", ["one", "many"])
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_parent_leaves_no_child(system: str, how: str, end: signal.Signals, tmp_path: Path) -> None:
    name = f"stray-{system[:4]}-{how[0]}{end}"
    job = [f"tests.checking.isolation.systems.{system}:run_text", HANG.format(name=name), how]
    command = [sys.executable, "-c", PROGRAM, json.dumps(job), str(ROOT)]
    with subprocess.Popen(command, env={**os.environ, "TMPDIR": str(tmp_path)}, start_new_session=True) as parent:
        deadline = time.monotonic() + 30
        while not processes_named(name) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert processes_named(name)
        assert list(tmp_path.iterdir())
        parent.send_signal(end)
        assert parent.wait(30) == (130 if end == signal.SIGINT else -signal.SIGKILL)
    assert wait_until_gone(name)
    deadline = time.monotonic() + 5
    while list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(tmp_path.iterdir()) == []
