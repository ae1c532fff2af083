"""Landlock of Linux (5.13 and later): a process gives up the files that it does not need, without any privilege.

What is left: Python's own files and those of the system can be read, and so can what the caller names; only the
working folder can be written. The home folder, the files of others and the devices are out of reach, though the user
who runs the check could read and delete them. Later versions also stop truncation, TCP and signals.
"""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import chainrule
from chainrule.checking.isolation.linux.syscalls import prctl, syscall

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE, IOCTL_DEVICE = (1 << bit for bit in (0, 1, 2, 3, 14, 15))
READ = EXECUTE | READ_FILE | READ_DIR
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEVICE
RIGHTS_OF_VERSION = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""Version: how many rights over files it knows, the lowest bits (2 adds renaming across folders, 3 truncation)."""
TCP, SIGNALS_AND_SOCKETS = 0b11, 0b11
PR_SET_NO_NEW_PRIVS = 38

SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/opt", "/nix/store", "/gnu/store", "/etc",
          "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system")  # fmt: skip
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


class Ruleset(ctypes.Structure):
    """``struct landlock_ruleset_attr``."""

    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class PathBeneath(ctypes.Structure):
    """``struct landlock_path_beneath_attr``."""

    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def pythons_files() -> Iterator[str]:
    """Yield the folders that Python, its packages and their libraries live in."""
    yield from {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    yield from (entry for entry in sys.path if entry)
    yield str(Path(chainrule.__file__).parent)
    yield from (entry for entry in os.environ.get("LD_LIBRARY_PATH", "").split(":") if entry)


def give_up_files(folder: Path, visible: Iterable[str]) -> tuple[str, ...]:
    """Keep only ``folder`` to write to, and what is visible, Python's and the system's to read."""
    version = syscall("landlock_create_ruleset", None, 0, 1)
    files = (1 << RIGHTS_OF_VERSION[min(version, 5)]) - 1
    rules = Ruleset(files, TCP if version >= 4 else 0, SIGNALS_AND_SOCKETS if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = syscall("landlock_create_ruleset", ctypes.byref(rules), size, 0)
    try:
        for path in (*SYSTEM, *pythons_files(), *visible):
            _allow(ruleset, path, READ)
        for path in DEVICES:
            _allow(ruleset, path, (READ_FILE | WRITE_FILE | TRUNCATE | IOCTL_DEVICE) & files)
        _allow(ruleset, str(folder), files)
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        syscall("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)
    return ("reading", *(("writing",) if version >= 3 else ()), *(("signals",) if version >= 6 else ()))


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Add a rule for a path and all below it; a path that is not there needs none."""
    with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not stat.S_ISDIR(os.fstat(opened).st_mode):
                rights &= OF_A_FILE
            rule = PathBeneath(rights, opened)
            syscall("landlock_add_rule", ruleset, 1, ctypes.byref(rule), 0)
        finally:
            os.close(opened)
