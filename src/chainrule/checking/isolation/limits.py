"""How much of the machine a stranger's program may use."""

from __future__ import annotations

from dataclasses import dataclass, fields

from chainrule.errors import InputError

MiB = 2**20


@dataclass(frozen=True)
class Limits:
    """The limits of one run; each is that of the program and everything it starts, together."""

    seconds: float = 10.0
    """On the clock, and of processor time."""
    memory: int = 2048 * MiB
    """Bytes beyond what Python and our own modules take."""
    disk: int = 64 * MiB
    """Bytes in the working folder."""
    processes: int = 1
    """1: the program may start no other."""
    threads: int = 128
    result: int = 64 * MiB
    """Bytes of the result as JSON."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not value > 0:
                raise InputError(f"limit {field.name}", expected="a number above 0", got=repr(value))

    def memory_met(self) -> str:
        """Say that a program met the limit of memory."""
        return f"needs more memory than the {self.memory / MiB:.0f} MiB allowed"

    def time_met(self, of_what: str = "") -> str:
        """Say that a program met the limit of time."""
        return f"stopped after {self.seconds:g} s {of_what}".rstrip() + ", the limit"
