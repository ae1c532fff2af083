"""What came of one isolated run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """How a run ended; only ``DONE`` has a value."""

    DONE = "done"
    ERROR = "error"
    """An exception came out, or the result is no JSON object, or is too large."""
    EXIT = "exit"
    """The program ended the process: ``sys.exit``, ``os._exit``."""
    CRASH = "crash"
    """A signal ended the process: a segmentation fault, a kill."""
    TIMEOUT = "timeout"
    MEMORY = "memory"
    PROCESSES = "processes"
    """More processes or threads than allowed."""
    DISK = "disk"


@dataclass(frozen=True)
class Outcome:
    """The end of one run."""

    kind: Kind
    value: dict[str, Any] | None = None
    """What the function returned. As JSON carries it, with Python's NaN and Infinity."""
    detail: str = ""
    """For people: what happened, where ``kind`` is not ``DONE``."""
    not_enforced: tuple[str, ...] = ()
    """Each promise that this system could not keep, and why."""
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the outcome as plain values."""
        return {**self.__dict__, "kind": str(self.kind), "not_enforced": list(self.not_enforced)}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Outcome:
        """Rebuild an outcome from its plain values."""
        return cls(**{**plain, "kind": Kind(plain["kind"]), "not_enforced": tuple(plain["not_enforced"])})
