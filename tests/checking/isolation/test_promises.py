"""Each promise is kept, or the answer says that it is not: with all that this system offers, and with less.

The programs below are harmless where nothing stops them: the home is a temporary folder, the fork bomb has an end.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chainrule.checking.isolation import Kind, Limits, Outcome, run_isolated
from chainrule.checking.isolation.limits import MiB
from chainrule.checking.isolation.promises import PROMISES
from tests.checking.isolation.strays import processes_named

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers are those of Linux")

SYSTEMS = ("whole", "container", "only_namespaces", "only_landlock", "only_filter", "nothing", "blind")
SOON = Limits(seconds=20.0)


@pytest.fixture(params=SYSTEMS)
def entry(request: pytest.FixtureRequest) -> str:
    """The door of each system."""
    return f"tests.checking.isolation.systems.{request.param}:run_text"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder that may be lost."""
    folder = tmp_path / "home"
    (folder / "thesis").mkdir(parents=True)
    (folder / "thesis" / "chapter.txt").write_text("years of work")
    return folder


def promised(outcome: Outcome, promise: str) -> bool:
    """Tell whether the answer leaves it at the promise."""
    name, _ = PROMISES[promise]
    return not any(sentence.startswith(name) for sentence in outcome.not_enforced)


def unguarded(entry: str) -> bool:
    """Tell whether nothing stands in the way of a program: there, its deeds are seen, so they would be elsewhere."""
    return entry.startswith("tests.checking.isolation.systems.nothing")


def test_the_home_folder_cannot_be_deleted(entry: str, home: Path) -> None:
    text = "import shutil; shutil.rmtree(home, ignore_errors=True)"
    outcome = run_isolated(entry, {"text": text, "home": str(home)}, limits=SOON)
    assert outcome.kind is Kind.DONE
    assert (home / "thesis" / "chapter.txt").exists() or not promised(outcome, "writing")
    assert not home.exists() or not unguarded(entry)


@pytest.mark.parametrize(
    "text",
    [
        "open(file, 'a').write('!')",
        "open(file + '.new', 'w').write('!')",
        "import os; os.truncate(file, 0)",
        "import os; os.rename(file, file + '.old')",
        "import os; os.link(file, file + '.twin')",
        "import os; os.symlink('/', file + '.link')",
        "import os; os.mkdir(file + '.folder')",
        "import os; os.mkfifo(file + '.pipe')",
        "import os; os.unlink(file)",
    ],
)
def test_nothing_outside_is_written(entry: str, home: Path, text: str) -> None:
    file = home / "thesis" / "chapter.txt"
    outcome = run_isolated(entry, {"text": text, "file": str(file)}, limits=SOON, visible=[home])
    if promised(outcome, "writing"):
        assert outcome.kind is Kind.ERROR
        assert list(file.parent.iterdir()) == [file]
        assert file.read_text() == "years of work"
    assert (outcome.kind is Kind.DONE) or not unguarded(entry)


@pytest.mark.parametrize(
    "text", ["os.chmod(file, 0)", "os.fchmod(os.open(file, os.O_RDONLY), 0)", "os.utime(file, (0, 0))"]
)
def test_no_attribute_outside_is_changed(entry: str, home: Path, text: str) -> None:
    file = home / "thesis" / "chapter.txt"
    before = file.stat()
    outcome = run_isolated(entry, {"text": f"import os; {text}", "file": str(file)}, limits=SOON, visible=[home])
    if promised(outcome, "attributes"):
        after = file.stat()
        assert outcome.kind is Kind.ERROR
        assert (after.st_mode, after.st_mtime) == (before.st_mode, before.st_mtime)
    assert (outcome.kind is Kind.DONE) or not unguarded(entry)


def test_what_is_not_visible_cannot_be_read(entry: str, home: Path) -> None:
    text = "import os; answer = [open(file).read(), os.listdir(home)]"
    request = {"text": text, "home": str(home), "file": str(home / "thesis" / "chapter.txt")}
    shown = run_isolated(entry, request, limits=SOON, visible=[home])
    assert shown.value == {"answer": ["years of work", ["thesis"]]}
    hidden = run_isolated(entry, request, limits=SOON)
    assert hidden.kind is Kind.ERROR or not promised(hidden, "reading")
    assert (hidden.kind is Kind.DONE) or not unguarded(entry)


@pytest.mark.parametrize("family", ["INET", "UNIX"])
def test_no_connection_is_made(entry: str, family: str, tmp_path: Path) -> None:
    address = ("127.0.0.1", 0) if family == "INET" else str(tmp_path / "door")
    with socket.socket(getattr(socket, f"AF_{family}")) as listener:
        listener.bind(address)
        listener.listen()
        listener.settimeout(0.1)
        door = listener.getsockname()
        text = f"""
import socket
caller = socket.socket(socket.AF_{family})
caller.settimeout(1)
caller.connect(tuple(door) if isinstance(door, list) else door)
"""
        outcome = run_isolated(entry, {"text": text, "door": door}, limits=SOON, visible=[tmp_path])
        if promised(outcome, "network" if family == "INET" else "local sockets"):
            assert outcome.kind is Kind.ERROR
            with pytest.raises(TimeoutError):
                listener.accept()
        elif unguarded(entry):
            listener.accept()[0].close()


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process of the same user."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("call", ["os.kill(other, 15)", "signal.pidfd_send_signal(os.pidfd_open(other), 15)"])
def test_other_processes_get_no_signals(entry: str, call: str, bystander: subprocess.Popen[bytes]) -> None:
    outcome = run_isolated(entry, {"text": f"import os, signal; {call}", "other": bystander.pid}, limits=SOON)
    if promised(outcome, "signals"):
        assert outcome.kind is Kind.ERROR
        time.sleep(0.05)
        assert bystander.poll() is None
    elif unguarded(entry):
        assert bystander.wait(5) == -15


FORK_BOMB = """
import os, time
answer = 0
for _ in range(200):
    try:
        child = os.fork()
    except OSError:
        continue
    if child == 0:
        time.sleep(3)
        os._exit(0)
    answer += 1
time.sleep(0.5)
"""


def test_what_is_not_kept_is_said_with_the_reason() -> None:
    outcome = run_isolated("tests.checking.isolation.systems.nothing:run_text", {"text": ""}, limits=SOON)
    reason = "turned off by the test"
    assert outcome.not_enforced == (
        f"that other processes get no signals (process namespace: {reason}; system call filter: {reason}; "
        f"Landlock: {reason})",
        f"that there is no network (network namespace: {reason}; system call filter: {reason})",
        f"that no other program is reached through a socket (system call filter: {reason})",
        f"that no file outside the working folder is written (mount namespace: {reason}; Landlock: {reason})",
        f"that no file outside changes its mode, owner or times (mount namespace: {reason}; "
        f"system call filter: {reason})",
        f"that only Python's files and those named can be read (Landlock: {reason})",
    )


def test_a_fork_bomb_is_bounded(entry: str) -> None:
    outcome = run_isolated(entry, {"text": FORK_BOMB}, limits=SOON)
    if promised(outcome, "processes"):
        assert outcome.value == {"answer": 0} or outcome.kind is Kind.PROCESSES


def test_a_process_too_many_is_seen(entry: str) -> None:
    outcome = run_isolated(entry, {"text": FORK_BOMB}, limits=Limits(seconds=20.0, processes=4))
    if promised(outcome, "processes"):
        assert outcome.kind is Kind.PROCESSES


def test_threads_are_bounded(entry: str) -> None:
    text = """
import threading, time
threading.stack_size(65536)
for _ in range(300):
    threading.Thread(target=time.sleep, args=(3,), daemon=True).start()
time.sleep(1)
"""
    outcome = run_isolated(entry, {"text": text}, limits=SOON)
    if promised(outcome, "threads"):
        assert outcome.kind is Kind.PROCESSES
        assert "128 allowed" in outcome.detail


def test_no_child_is_left_behind(entry: str) -> None:
    text = """
import ctypes, os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(15, b'stray-daemon')
        time.sleep(8)
    os._exit(0)
time.sleep(0.2)
"""
    outcome = run_isolated(entry, {"text": text}, limits=Limits(seconds=20.0, processes=8))
    assert outcome.kind is Kind.DONE
    if promised(outcome, "children"):
        assert not processes_named("stray-daemon")


def test_memory_is_limited(entry: str) -> None:
    outcome = run_isolated(entry, {"text": "answer = len(bytes(100 * 10**9))"}, limits=SOON)
    assert outcome.kind is Kind.MEMORY
    assert outcome.detail.startswith("needs more memory than the 2048 MiB allowed")


def test_memory_is_limited_for_all_processes_together(entry: str) -> None:
    text = """
import os, time
for _ in range(4):
    if os.fork() == 0:
        held = b'1' * (100 << 20)
        time.sleep(2)
        os._exit(0)
time.sleep(2)
"""
    outcome = run_isolated(entry, {"text": text}, limits=Limits(seconds=20.0, processes=8, memory=256 * MiB))
    assert outcome.kind is Kind.MEMORY or not promised(outcome, "memory together")


def test_files_are_limited_together(entry: str) -> None:
    text = """
import time
for number in range(6):
    open(str(number), 'wb').write(bytes(10 << 20))
time.sleep(0.5)
"""
    outcome = run_isolated(entry, {"text": text}, limits=Limits(seconds=20.0, disk=32 * MiB))
    if promised(outcome, "disk"):
        assert outcome.kind is Kind.DISK or "No space left" in outcome.detail


def test_processor_time_is_limited(entry: str) -> None:
    text = """
import hashlib, threading
def burn():
    while True:
        hashlib.sha256(bytes(10**6))
threading.Thread(target=burn).start()
burn()
"""
    outcome = run_isolated(entry, {"text": text}, limits=Limits(seconds=2.0))
    assert outcome.kind is Kind.TIMEOUT
    assert promised(outcome, "processor time")
    assert outcome.seconds < 10
