"""The small process that guests are forked from: single-threaded, with our modules imported already.

Importing NumPy and SciPy costs more than checking a file, so it is done once. Run with ``-m``, a descriptor and the
name of a module. The descriptor is a socket; what comes through it is nothing but other sockets, each of a client with
one job.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys
import traceback
from pathlib import Path

from chainrule.checking.isolation.folder import remove
from chainrule.checking.isolation.guest import leave
from chainrule.checking.isolation.linux.keeper import keep

READY = b"ready\n"


def serve(control: socket.socket, module: str) -> None:
    """Import the module, say so, and fork a keeper for each socket that arrives, until the other end closes."""
    gc.disable()  # imports make little garbage, and looking for it takes a good part of their time
    try:
        functions = importlib.import_module(module)
    except BaseException:
        control.sendall(traceback.format_exc().encode())
        return
    gc.enable()
    gc.freeze()  # the collector of a fork need not touch, and so copy, what was here before
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers need no waiting for
    control.sendall(READY)
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        client = socket.socket(fileno=descriptors[0])
        if os.fork() == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                keep(client, functions)
            finally:
                leave(0)
        client.close()


if __name__ == "__main__":
    try:
        serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
    finally:
        remove(Path.cwd())  # the client may be dead
