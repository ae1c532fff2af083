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
MOUNT_ATTR_RDONLY, MS_PRIVATE = 1, 1 << 18
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
    user, group = os.geteuid(), os.getegid()
    try:
        syscall("unshare", CLONE_NEWUSER | CLONE_NEWPID)
    except OSError as refused:
        try:
            syscall("unshare", CLONE_NEWPID)  # root may, also where user namespaces are turned off
        except OSError:
            raise refused from None
    else:
        _stay(user, group)
    return "children", "signals"


def _stay(user: int, group: int) -> None:
    """Be the same user in a new user namespace as before."""
    for name, content in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        Path(f"/proc/self/{name}").write_text(content)


def own_mounts(folder: Path, size: int) -> tuple[str, ...]:
    """Put a file system in memory of ``size`` bytes on ``folder``, and make every other mount read-only."""
    syscall("unshare", CLONE_NEWNS)
    _set_mounts(Path("/"), AT_RECURSIVE, MountAttributes(propagation=MS_PRIVATE))
    path, flags = ctypes.c_char_p(os.fsencode(folder)), ctypes.c_ulong(MS_NOSUID | MS_NODEV)
    options = ctypes.c_char_p(f"size={size},nr_inodes={FILES_IN_MEMORY},mode=700".encode())
    checked(libc().mount(b"tmpfs", path, b"tmpfs", flags, options), "mount")
    _set_mounts(Path("/"), AT_RECURSIVE, MountAttributes(set=MOUNT_ATTR_RDONLY))
    _set_mounts(folder, 0, MountAttributes(clear=MOUNT_ATTR_RDONLY))
    return "writing", "attributes", "disk"


def _set_mounts(path: Path, flags: int, attributes: MountAttributes) -> None:
    """Change the mount at ``path``, or all below it as well."""
    where, how = ctypes.c_char_p(os.fsencode(path)), ctypes.byref(attributes)
    syscall("mount_setattr", AT_FDCWD, where, flags, how, ctypes.sizeof(attributes))


def own_network() -> tuple[str, ...]:
    """Leave the network, and the message queues and shared memory of System V."""
    with suppress(OSError):
        syscall("unshare", CLONE_NEWIPC)
    syscall("unshare", CLONE_NEWNET)
    return ("network",)
