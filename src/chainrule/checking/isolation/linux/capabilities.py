"""Capabilities: the privileges of root, and those that a user namespace gives; the stranger gets none."""

from __future__ import annotations

import ctypes
import struct
from contextlib import suppress

from chainrule.checking.isolation.linux.syscalls import syscall
from chainrule.checking.isolation.promises import UnavailableError

VERSION_3 = 0x20080522


def drop_capabilities() -> None:
    """Give up every capability, for good: no program can be started that would give one back."""
    header = ctypes.c_char_p(struct.pack("Ii", VERSION_3, 0))
    none = ctypes.c_char_p(bytes(24))
    with suppress(OSError, UnavailableError):
        syscall("capset", header, none)
