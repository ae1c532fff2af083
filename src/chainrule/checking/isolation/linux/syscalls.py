"""System calls of Linux that Python does not wrap, by name."""

from __future__ import annotations

import ctypes
import os
import platform
from functools import cache
from typing import Any

from chainrule.checking.isolation.promises import UnavailableError

NUMBERS: dict[str, tuple[int | None, int | None]] = {
    # the network, and sockets in the file system
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    # processes and programs
    "fork": (57, None),
    "vfork": (58, None),
    "clone": (56, 220),
    "clone3": (435, 435),
    "execve": (59, 221),
    "execveat": (322, 281),
    # other processes
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "prlimit64": (302, 261),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "ioctl": (16, 29),
    # attributes of files
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "setxattrat": (463, 463),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
    # memory that no limit counts, and doors around this list
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "io_uring_setup": (425, 425),
    # the system
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount_setattr": (442, 442),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "capset": (126, 91),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
}
"""Name: the number on x86_64 and on aarch64, ``None`` where that machine has no such call."""

MACHINES = ("x86_64", "aarch64")


def number_of(name: str) -> int | None:
    """Return the number of a call on this machine."""
    machine = platform.machine()
    if machine not in MACHINES:
        raise UnavailableError(f"the system calls of {machine} are not known here")
    return NUMBERS[name][MACHINES.index(machine)]


@cache
def libc() -> ctypes.CDLL:
    """Return the C library, with its ``errno``."""
    return ctypes.CDLL(None, use_errno=True)


def checked(result: int, name: str) -> int:
    """Return what a call gave, or raise the ``OSError`` that it left in ``errno``."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def syscall(name: str, *arguments: Any) -> int:
    """Make a system call; ints are passed as C longs, anything else as ctypes has it."""
    number = number_of(name)
    passed = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return checked(libc().syscall(ctypes.c_long(number or -1), *passed), name)


def prctl(option: int, *arguments: Any) -> int:
    """Set something of this process: see ``prctl(2)``."""
    passed = [ctypes.c_ulong(one) if isinstance(one, int) else one for one in arguments]
    passed += [ctypes.c_ulong(0)] * (4 - len(passed))
    return checked(libc().prctl(option, *passed), "prctl")
