"""The check that is measured, one file in a process of its own, with a time limit."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from chainrule.checking.answer import Answer, Target, Verdict
from chainrule.checking.showing.as_json import from_wire
from chainrule.errors import ChainruleError

Check = Callable[[Path], Answer]
API = "chainrule.checking.api"
SECONDS = 30.0
START = 60.0
"""How long a process may take to start."""

_starting = threading.Lock()


def check_by_api(path: Path) -> Answer:
    """Check a file in this process."""
    from chainrule.checking.api import check_file  # type: ignore[import-not-found,unused-ignore]

    answer: Answer = check_file(path)
    return answer


def check_by_command(path: Path) -> Answer:
    """Check a file with ``chainrule check FILE --json``."""
    command = [sys.executable, "-m", "chainrule", "check", str(path), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return from_wire(json.loads(done.stdout))
    except (ValueError, ChainruleError) as error:
        return no_answer(path, f"the command ended with {done.returncode} and no answer ({error})")


def engine(name: str) -> Check:
    """Return the check of a name, ``new`` or ``old``; the command, as long as there is no other."""
    return check_by_api if name == "new" and _has_api() else check_by_command


def prepare(check: Check) -> None:
    """Have what the check imports imported once, before its processes are forked."""
    if _method() == "forkserver":
        modules = ["numpy", check.__module__]
        multiprocessing.set_forkserver_preload([*modules, API] if check is check_by_api else modules)


def isolated(check: Check, path: Path, seconds: float = SECONDS) -> Answer:
    """Check a file in a new process; whatever happens there, it comes to an answer."""
    context = multiprocessing.get_context(_method())
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(check, path, sender))  # type: ignore[attr-defined]
    with _starting:
        process.start()
    sender.close()
    try:
        return _received(receiver, path, seconds)
    finally:
        _end(process.pid)
        process.join()
        receiver.close()


def no_answer(path: Path, why: str) -> Answer:
    """Return the answer that a file could not be checked."""
    return Answer(Verdict.ERROR, Target(str(path), "", ""), not_checked=(why,))


def _received(receiver: Connection, path: Path, seconds: float) -> Answer:
    try:
        if not receiver.poll(START):
            return no_answer(path, f"its process did not start within {START:g} seconds")
        receiver.recv()
        start = time.monotonic()
        if not receiver.poll(seconds):
            why = f"no answer within {seconds:g} seconds"
        else:
            answer: Answer = receiver.recv()
            return answer
    except EOFError:
        why = "its process ended without an answer"
    return replace(no_answer(path, why), seconds=time.monotonic() - start)


def _child(check: Check, path: Path, sender: Connection) -> None:
    with contextlib.suppress(AttributeError):  # a group of its own, so that what it starts ends with it
        os.setsid()
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(silence, stream)
    sender.send("started")
    start = time.monotonic()
    try:
        answer = check(path)
    except Exception as error:  # an engine that breaks gives no answer, and the next file is checked
        answer = no_answer(path, f"{type(error).__name__}: {error}")
    taken = time.monotonic() - start
    sender.send(answer if check is check_by_command and answer.seconds else replace(answer, seconds=taken))


def _end(group: int | None) -> None:
    """End a process and those that it started."""
    if group is None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(group, signal.SIGKILL)


def _method() -> str:
    return "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def _has_api() -> bool:
    return importlib.util.find_spec(API) is not None
