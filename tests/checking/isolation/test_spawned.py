"""The way of systems other than Linux, run on whatever system this is."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

import pytest

from chainrule.checking.isolation.job import Job
from chainrule.checking.isolation.limits import Limits, MiB
from chainrule.checking.isolation.outcome import Kind, Outcome
from chainrule.checking.isolation.spawned import SpawnedCall


def start(text: str, **limits: Any) -> SpawnedCall:
    limits = {"seconds": 20.0, "result": MiB, **limits}
    return SpawnedCall(Job("tests.checking.isolation.entries:run_text", {"text": text}, Limits(**limits)))


def run(text: str, **limits: Any) -> Outcome:
    return start(text, **limits).wait()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("answer = 1", Kind.DONE),
        ("raise ValueError", Kind.ERROR),
        ("answer = 'x' * 10**7", Kind.ERROR),
        ("import os; os._exit(3)", Kind.EXIT),
        ("import os; os.abort()", Kind.CRASH),
        ("import os\nfor _ in range(500): os.write(1, b'x' * 1_000_000)", Kind.DONE),
        ("import os; os.closerange(0, 1000)", Kind.EXIT),
    ],
)
def test_an_end_has_its_kind(text: str, kind: Kind) -> None:
    assert run(text).kind is kind


def test_time_is_limited() -> None:
    outcome = run("while True: pass", seconds=1.5)
    assert outcome.kind is Kind.TIMEOUT
    assert outcome.seconds < 10


def test_memory_is_limited_or_it_is_said() -> None:
    outcome = run("answer = len(bytes(100 * 10**9))")
    assert outcome.kind is Kind.MEMORY or any("memory of one process" in said for said in outcome.not_enforced)


def test_what_only_linux_offers_is_said() -> None:
    said = run("answer = 1").not_enforced
    assert "that there is no network (network namespace: only on Linux; system call filter: only on Linux)" in said
    assert any(sentence.startswith("that no file outside the working folder is written") for sentence in said)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not fork")
def test_a_child_that_holds_the_channel_is_not_waited_for() -> None:
    text = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(8)\n    os._exit(0)\nanswer = 1"
    outcome = run(text)
    assert outcome.value == {"answer": 1}
    assert outcome.seconds < 8


def test_a_stopped_run_ends_at_once() -> None:
    call = start("import time; time.sleep(60)", seconds=60.0)
    threading.Timer(0.5, call.stop).start()
    began = time.monotonic()
    assert call.wait().kind is Kind.CRASH
    assert time.monotonic() - began < 10
