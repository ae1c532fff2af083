"""Namespaces of Linux: a process that has its own processes, mounts and network cannot reach those outside.

The process namespace: the program sees no process but its own, so it can signal none, and when the first process of
the namespace ends, the kernel ends all of it. The mount namespace: every mount is read-only, and the working folder is
a small file system in memory that is gone with the namespace. The network namespace: no interface but a loopback of
its own, which is down.

Namespaces need a privilege, or a user namespace, which gives that privilege inside itself only. Containers and some
distributions allow neither.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from pathlib import Path

from chainrule.checking.isolation.linux.syscalls import checked, libc, syscall

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = (
    0x20000,
    0x8000000,
    0x10000000,
    0x20000000,
    1 << 30,
)
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MS_PRIVATE = 1, 2, 1 << 18
MS_NOSUID, MS_NODEV = 2, 4
FILES_IN_MEMORY = 10_000


class MountAttributes(ctypes.Structure):
    """``struct mount_attr``."""

    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("user_namespace", ctypes.c_uint64),
    )


def own_processes() -> tuple[str, ...]:
    """Let the children of this process live in a namespace of their own; the first of them is its process 1."""
    try:
        _own_user(CLONE_NEWPID)
    except OSError as refused:
        try:
            syscall("unshare", CLONE_NEWPID)  # root where user namespaces are turned off
        except OSError:
            raise refused from None
    return "children", "signals"


def _own_user(others: int) -> None:
    """Enter a user namespace, and the others with its privilege, as the same user as before."""
    user, group = os.geteuid(), os.getegid()
    syscall("unshare", CLONE_NEWUSER | others)
    for name, content in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        Path(f"/proc/self/{name}").write_text(content)


def own_mounts(folder: Path, size: int) -> tuple[str, ...]:
    """Make every mount read-only for this process, and put a file system in memory of ``size`` bytes on ``folder``."""
    syscall("unshare", CLONE_NEWNS)
    attributes = MountAttributes(set=MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, propagation=MS_PRIVATE)
    where, how = ctypes.c_char_p(b"/"), ctypes.byref(attributes)
    syscall("mount_setattr", AT_FDCWD, where, AT_RECURSIVE, how, ctypes.sizeof(attributes))
    options = f"size={size},nr_inodes={FILES_IN_MEMORY},mode=700".encode()
    path = ctypes.c_char_p(os.fsencode(folder))
    flags = ctypes.c_ulong(MS_NOSUID | MS_NODEV)
    checked(libc().mount(b"tmpfs", path, b"tmpfs", flags, ctypes.c_char_p(options)), "mount")
    return "writing", "attributes", "disk"


def own_network() -> tuple[str, ...]:
    """Leave the network, and the message queues and shared memory of System V."""
    with suppress(OSError):
        syscall("unshare", CLONE_NEWIPC)
    syscall("unshare", CLONE_NEWNET)
    return ("network",)
