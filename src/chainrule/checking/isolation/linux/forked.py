"""The client's side of the server: start it once for a module, hand it a socket for each job."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from chainrule.checking.isolation.environment import scrubbed
from chainrule.checking.isolation.errors import IsolationError
from chainrule.checking.isolation.job import Job
from chainrule.checking.isolation.outcome import Kind, Outcome

START_SECONDS = 60.0
"""For the server to import our modules, on a slow disk."""
GRACE = 20.0
"""Seconds beyond its limit before a run that nothing is heard of is given up."""
CHUNK = 1 << 16


class Server:
    """A running server, from which runs of one module's functions are forked."""

    def __init__(self, module: str) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="chainrule-"))
        self._control, theirs = socket.socketpair()
        command = [sys.executable, "-m", "chainrule.checking.isolation.linux.server", str(theirs.fileno()), module]
        with theirs:
            self._process = subprocess.Popen(
                command,
                env=scrubbed(self._home),
                cwd=self._home,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for us; we tell the keepers by closing their sockets
            )
        self._wait_until_ready(module)

    def _wait_until_ready(self, module: str) -> None:
        self._control.settimeout(START_SECONDS)
        said = b""
        try:
            while not said.endswith(b"ready\n") and (chunk := self._control.recv(CHUNK)):
                said += chunk
        except TimeoutError:
            said = f"no answer in {START_SECONDS:g} s".encode()
        self._control.settimeout(None)
        if said != b"ready\n":
            self.close()
            raise IsolationError(module, said.decode(errors="replace"))

    def start(self, job: Job) -> socket.socket:
        """Start a run and return the socket that its outcome will come through."""
        line = json.dumps(job.to_json()).encode() + b"\n"
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._control, [b"j"], [theirs.fileno()])
            ours.sendall(line)
        except OSError:
            ours.close()
            raise
        return ours

    def close(self) -> None:
        """End the server, and remove its folder."""
        self._control.close()
        try:
            self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._home, ignore_errors=True)


class Servers:
    """The servers of this process, one for each module; a fork of this process must start its own."""

    def __init__(self) -> None:
        self._running: dict[tuple[int, str], Server] = {}
        self._lock = threading.Lock()

    def start(self, job: Job) -> socket.socket:
        """Start a run on the server of the job's module, on a new one where there is none or it has died."""
        key = (os.getpid(), job.module)
        with self._lock:
            if key in self._running:
                with contextlib.suppress(OSError):
                    return self._running[key].start(job)
                self._running.pop(key).close()
            self._running[key] = Server(job.module)
            return self._running[key].start(job)

    def close(self) -> None:
        """End the servers that this process started."""
        with self._lock:
            for process, module in list(self._running):
                server = self._running.pop((process, module))
                if process == os.getpid():
                    server.close()


SERVERS = Servers()
atexit.register(SERVERS.close)


class ForkedCall:
    """A run on its way in a fork of the server."""

    def __init__(self, job: Job) -> None:
        self._socket = SERVERS.start(job)
        self._socket.settimeout(job.limits.seconds + GRACE)

    def wait(self) -> Outcome:
        """Return the outcome when there is one."""
        received = bytearray()
        try:
            while chunk := self._socket.recv(CHUNK):
                received += chunk
        except OSError as error:
            return Outcome(Kind.CRASH, detail=f"nothing is heard of the process: {error}")
        finally:
            self._socket.close()
        if not received:
            return Outcome(Kind.CRASH, detail="the process that watches was killed; the system may be out of memory")
        return Outcome.from_json(json.loads(received))

    def stop(self) -> None:
        """End the run; whoever waits gets an outcome at once."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
