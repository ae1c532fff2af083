"""However a program ends, there is an outcome, and the next program finds everything as it was."""

from __future__ import annotations

import builtins
import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from chainrule.checking.isolation import IsolationError, Kind, Limits, Outcome, run_isolated
from chainrule.checking.isolation.limits import MiB
from chainrule.errors import InputError

ENTRY = "tests.checking.isolation.entries:run_text"
RETURN = "tests.checking.isolation.entries:return_text"

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems run each program in a fresh process")


def run(text: str, seconds: float = 20.0, **limits: int) -> Outcome:
    return run_isolated(ENTRY, {"text": text}, limits=Limits(seconds=seconds, **limits))


def test_a_result_comes_back() -> None:
    outcome = run("answer = {'loss': [1.5, float('inf')], 'name': 'W₁'}")
    assert outcome.kind is Kind.DONE
    assert outcome.value == {"answer": {"loss": [1.5, float("inf")], "name": "W₁"}}
    assert outcome.detail == ""
    assert 0 < outcome.seconds < 20


@pytest.mark.parametrize(
    ("text", "kind", "detail"),
    [
        ("raise KeyError('W1')", Kind.ERROR, "KeyError: 'W1'"),
        ("raise KeyboardInterrupt", Kind.ERROR, "KeyboardInterrupt"),
        ("raise BaseException('x' * 10**7)", Kind.ERROR, "BaseException: xxx"),
        ("def f(): f()\nf()", Kind.ERROR, "RecursionError"),
        ("import sys; sys.exit('done')", Kind.EXIT, "the program ended itself: SystemExit: done"),
        ("import os; os._exit(3)", Kind.EXIT, "the program ended itself without a result, exit code 3"),
        ("import os; os.kill(os.getpid(), 9)", Kind.CRASH, "the process was ended by a signal: SIGKILL"),
        ("import os; os.abort()", Kind.CRASH, "the process was ended by a signal: SIGABRT"),
        ("import ctypes; ctypes.string_at(0)", Kind.CRASH, "the process was ended by a signal: SIGSEGV"),
        ("import os, signal; os.kill(os.getpid(), 40)", Kind.CRASH, "the process was ended by a signal: 40"),
        ("import numpy; numpy.zeros(10**11)", Kind.MEMORY, "needs more memory than the 2048 MiB allowed"),
    ],
)
@on_linux
def test_an_end_has_its_kind(text: str, kind: Kind, detail: str) -> None:
    outcome = run(text)
    assert (outcome.kind, outcome.value) == (kind, None)
    assert outcome.detail.startswith(detail)
    assert len(outcome.detail) < 3000


@pytest.mark.parametrize(
    "text",
    [
        "while True: pass",
        "import time; time.sleep(60)",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "import signal\nfor s in (1, 2, 15, 24): signal.signal(s, signal.SIG_IGN)\nwhile True: pass",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
        "class Slow(Exception):\n    def __str__(self):\n        while True: pass\nraise Slow",
    ],
)
def test_time_is_limited(text: str) -> None:
    outcome = run(text, seconds=0.4)
    assert outcome.kind is Kind.TIMEOUT
    assert outcome.detail.startswith("stopped after 0.4 s")
    assert outcome.seconds < 10


def test_a_thread_that_never_ends_is_not_waited_for() -> None:
    outcome = run("import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\nanswer = 1")
    assert outcome.value == {"answer": 1}
    assert outcome.seconds < 20


def test_a_gigabyte_is_printed_into_nothing() -> None:
    text = """
import os, sys
for _ in range(500):
    print('x' * 1_000_000)
    os.write(2, b'x' * 1_000_000)
answer = 'printed'
"""
    assert run(text, seconds=60).value == {"answer": "printed"}


def test_nothing_is_to_be_read_from_the_keyboard() -> None:
    assert run("input()").detail.startswith("EOFError")


@pytest.mark.parametrize("text", ["pass", "os._exit(0)"])
def test_closed_descriptors_are_no_error_of_ours(text: str) -> None:
    assert run(f"import os; os.closerange(0, 1000); {text}").kind is Kind.EXIT


def test_a_result_that_somebody_scribbled_on_is_refused() -> None:
    text = """
import os
for descriptor in range(3, 64):
    try:
        os.write(descriptor, b'scribble\\n')
    except OSError:
        pass
"""
    outcome = run(text)
    assert (outcome.kind, outcome.detail) == (Kind.ERROR, "the result cannot be read as JSON")


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("object()", "TypeError: Object of type object is not JSON serializable"),
        ("{'a': object()}", "TypeError: Object of type object is not JSON serializable"),
        ("[1, 2]", "the result is a list, not a dictionary"),
        ("None", "the result is a NoneType, not a dictionary"),
        ("{'a': 'x' * 3_000_000}", "the result is too large"),
    ],
)
def test_a_result_of_another_form_is_refused(text: str, detail: str) -> None:
    outcome = run_isolated(RETURN, {"text": text}, limits=Limits(seconds=20.0, result=2 * MiB))
    assert (outcome.kind, outcome.detail) == (Kind.ERROR, detail)


def test_a_result_up_to_the_limit_comes_through() -> None:
    outcome = run_isolated(RETURN, {"text": "{'a': 'x' * 3_000_000}"}, limits=Limits(seconds=20.0))
    assert outcome.value == {"a": "x" * 3_000_000}


def test_a_program_that_exchanges_numpy_and_builtins_harms_itself_only() -> None:
    text = """
import builtins, json, os, sys, numpy
numpy.sum = numpy.ndarray = lambda *_: 42
builtins.len = lambda _: 13
builtins.dict = None
os._exit = os.fork = os.write = lambda *_: None
json.dumps = lambda *_: 'null'
sys.modules.clear()
"""
    run(text)
    assert np.sum([1.0, 2.0]) == 3.0
    assert builtins.len([1]) == 1
    after = run("import json, numpy; answer = [float(numpy.sum([1.0, 2.0])), len([1]), json.dumps({'a': 1})]")
    assert after.value == {"answer": [3.0, 1, '{"a": 1}']}


def test_the_working_folder_is_empty_and_gone_afterwards() -> None:
    text = """
import os, tempfile
open('mine', 'w').write('x')
os.mkdir('deep'); os.mkdir('deep/er'); os.symlink('/', 'deep/er/link')
answer = [os.getcwd(), os.listdir('.'), os.path.expanduser('~'), tempfile.gettempdir()]
"""
    first, second = run(text), run(text)
    for outcome in (first, second):
        assert outcome.value is not None
        folder, inside, home, temporary = outcome.value["answer"]
        assert folder == home == temporary
        assert sorted(inside) == ["deep", "mine"]
        assert not Path(folder).exists()


def test_the_environment_holds_no_secrets_and_is_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", "secret")
    text = "import os; answer = [sorted(os.environ), hash('W1'), os.environ['OPENBLAS_NUM_THREADS']]"
    first, second = run(text), run(text)
    assert first.value is not None
    assert first.value == second.value
    names, _, threads = first.value["answer"]
    assert "API_TOKEN" not in names
    assert threads == "1"
    assert set(os.environ) - set(names)


@on_linux
def test_a_server_that_was_killed_is_replaced() -> None:
    entry = "tests.checking.isolation.systems.whole:run_text"
    text = "import os; answer = os.environ['PYTHONPATH']"
    assert run_isolated(entry, {"text": text}).kind is Kind.DONE
    from chainrule.checking.isolation.linux.forked import SERVERS

    server = SERVERS._running[os.getpid(), entry.partition(":")[0]]
    os.kill(server._process.pid, signal.SIGKILL)
    server._process.wait()
    assert run_isolated(entry, {"text": text}).kind is Kind.DONE


@on_linux
def test_a_module_that_cannot_be_imported_is_said() -> None:
    with pytest.raises(IsolationError, match=r"a separate process for no\.such could not be started(.|\n)*No module"):
        run_isolated("no.such:module", {})


def test_a_function_that_is_not_there_is_said() -> None:
    outcome = run_isolated("tests.checking.isolation.entries:missing", {})
    assert outcome.kind is Kind.CRASH
    assert "has no attribute 'missing'" in outcome.detail


@pytest.mark.parametrize("name", ["seconds", "memory", "processes", "result"])
def test_a_limit_is_above_nothing(name: str) -> None:
    with pytest.raises(InputError, match=f"limit {name}: expected a number above 0, got 0"):
        Limits(**{name: 0})
