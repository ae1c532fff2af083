"""The two inner processes on Linux: the first of the namespaces, and the guest, which runs the stranger's code."""

from __future__ import annotations

import json
import os
import signal
from functools import partial
from pathlib import Path

from chainrule.checking.isolation.folder import settle
from chainrule.checking.isolation.guest import Function, answer, leave, write_all
from chainrule.checking.isolation.job import Job
from chainrule.checking.isolation.linux.capabilities import drop_capabilities
from chainrule.checking.isolation.linux.landlock import give_up_files
from chainrule.checking.isolation.linux.namespaces import own_mounts, own_network
from chainrule.checking.isolation.linux.seccomp import filter_calls
from chainrule.checking.isolation.linux.syscalls import prctl
from chainrule.checking.isolation.promises import (
    FILTER,
    LANDLOCK,
    MOUNT_NAMESPACE,
    NETWORK_NAMESPACE,
    RESOURCES,
    Ledger,
)
from chainrule.checking.isolation.resources import limit_resources

PR_SET_PDEATHSIG = 1


def run_first(job: Job, function: Function, folder: Path, channel: int, status: int) -> None:
    """Be the first process: lay out the namespaces, start the guest, and tell ``status`` how it ended.

    It is a process of its own because the first process of a namespace is special: it gets no signals from inside, so
    a program that kills itself would live on. When it leaves, the kernel ends everything else in the namespace.
    """
    ledger = Ledger()
    os.setsid()
    ledger.attempt(MOUNT_NAMESPACE, partial(own_mounts, folder, job.limits.disk))
    ledger.attempt(NETWORK_NAMESPACE, own_network)
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    guest = os.fork()
    if guest == 0:
        try:
            run_guest(job, function, folder, channel, ledger)
        finally:
            leave(1)
    os.close(channel)
    ended, code = os.waitpid(-1, 0)
    while ended != guest:  # an orphan of the guest's
        ended, code = os.waitpid(-1, 0)
    os.write(status, code.to_bytes(4, "little"))


def run_guest(job: Job, function: Function, folder: Path, channel: int, ledger: Ledger) -> None:
    """Be the guest: the account of what is enforced goes into the channel before the stranger's code runs."""
    os.setsid()
    _close_all_but(channel)
    settle(folder)
    drop_capabilities()
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    ledger.attempt(RESOURCES, partial(limit_resources, job.limits))
    ledger.attempt(LANDLOCK, partial(give_up_files, folder, job.visible))
    ledger.attempt(FILTER, partial(filter_calls, job.limits.processes))
    write_all(channel, json.dumps(ledger.to_json()).encode() + b"\n")
    write_all(channel, answer(function, job.request))
    leave(0)


def _close_all_but(channel: int) -> None:
    """Close what the processes before had open; 0, 1 and 2 are the null device."""
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 (names, not paths)
        if int(name) > 2 and int(name) != channel:
            try:
                os.close(int(name))
            except OSError:  # the one that listed them
                continue
