"""A filter of system calls (seccomp): what no exercise in NumPy needs is refused with "Operation not permitted".

Sockets of any kind, other programs, other processes (unless some are allowed), signals to anything but itself, memory
that no limit counts, the attributes of files (which Landlock does not guard), keys of the user, and the calls that
have most often led out of a sandbox. The filter lasts for the life of the process and of those it starts.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterator

from chainrule.checking.isolation.linux.syscalls import number_of, prctl

# A filter is a program of the kernel's small machine: (operation, jump if true, jump if false, constant).
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
CALL, MACHINE = 0, 4  # where the number of the call and the machine stand in what the filter is shown
ALLOW, KILL, REFUSE, ABSENT = 0x7FFF0000, 0x80000000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
AUDIT_MACHINE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_CALLS = 0x40000000
CLONE_THREAD, CLONE_NAMESPACES = 0x10000, 0x7E020000
TIOCSTI, TIOCLINUX = 0x5412, 0x541C  # put keystrokes into a terminal
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, MODE_FILTER = 22, 38, 2

REFUSED = (
    "socket", "connect", "bind", "listen",
    "execve", "execveat",
    "pidfd_open", "pidfd_getfd", "pidfd_send_signal", "ptrace", "process_vm_readv", "process_vm_writev",
    "process_madvise", "setpriority", "ioprio_set",
    "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat",
    "utime", "utimes", "futimesat", "utimensat",
    "setxattr", "lsetxattr", "fsetxattr", "setxattrat", "removexattr", "lremovexattr", "fremovexattr", "removexattrat",
    "file_setattr",
    "memfd_create", "memfd_secret", "shmget", "msgget", "semget", "io_uring_setup",
    "unshare", "setns", "bpf", "perf_event_open", "userfaultfd", "add_key", "request_key", "keyctl",
)  # fmt: skip
SIGNALS = ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")

Instruction = tuple[int, int, int, int]


def filter_calls(processes: int) -> tuple[str, ...]:
    """Install the filter for this process."""
    program = list(filter_program(processes, os.getpid()))
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    holder = ctypes.create_string_buffer(code)
    pointer = struct.pack("HP", len(program), ctypes.addressof(holder))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.c_char_p(pointer))
    kept = ("network", "local sockets", "attributes")
    return (*kept, "processes", "signals") if processes == 1 else kept


def filter_program(processes: int, own: int) -> Iterator[Instruction]:
    """Yield the filter for a process whose number is ``own`` and that may be one of so many."""
    machine = platform.machine()
    number_of("socket")  # says so where this machine's calls are not known
    yield LOAD, 0, 0, MACHINE
    yield EQUAL, 1, 0, AUDIT_MACHINE[machine]
    yield RETURN, 0, 0, KILL
    yield LOAD, 0, 0, CALL
    if machine == "x86_64":  # a second way to write the same calls
        yield AT_LEAST, 0, 1, X32_CALLS
        yield RETURN, 0, 0, KILL
    for name in REFUSED:
        yield from _when(name, [(RETURN, 0, 0, REFUSE)])
    yield from _when("clone3", [(RETURN, 0, 0, ABSENT)])  # its flags cannot be seen from here; clone is used instead
    if processes == 1:
        yield from _when("fork", [(RETURN, 0, 0, REFUSE)])
        yield from _when("vfork", [(RETURN, 0, 0, REFUSE)])
        yield from _when("clone", _allowed_if(0, ANY_BIT, CLONE_THREAD))
        yield from _when("tkill", [(RETURN, 0, 0, REFUSE)])
        for name in SIGNALS:
            yield from _when(name, _allowed_if(0, EQUAL, own))
    else:
        yield from _when("clone", _refused_if(0, ANY_BIT, CLONE_NAMESPACES))
    yield from _when("prlimit64", _allowed_if(0, EQUAL, 0))
    yield from _when("ioctl", _refused_if(1, EQUAL, TIOCSTI) + _refused_if(1, EQUAL, TIOCLINUX))
    yield RETURN, 0, 0, ALLOW


def _when(name: str, body: list[Instruction]) -> Iterator[Instruction]:
    """Yield the body, to be run where the call is this one; a call that the body lets through is allowed."""
    number = number_of(name)
    if number is not None:
        yield EQUAL, 0, len(body) + 1, number
        yield from body
        yield RETURN, 0, 0, ALLOW


def _argument(position: int) -> Instruction:
    """Load the lower half of an argument of the call; all that are looked at fit into it."""
    return LOAD, 0, 0, 16 + 8 * position


def _allowed_if(position: int, comparison: int, constant: int) -> list[Instruction]:
    return [_argument(position), (comparison, 1, 0, constant), (RETURN, 0, 0, REFUSE)]


def _refused_if(position: int, comparison: int, constant: int) -> list[Instruction]:
    return [_argument(position), (comparison, 0, 1, constant), (RETURN, 0, 0, REFUSE)]
