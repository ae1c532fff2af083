"""One run as it is handed from process to process."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from chainrule.checking.isolation.limits import Limits


@dataclass(frozen=True)
class Job:
    """What to run, within which limits, and which paths it may read."""

    entry: str
    """``module:function``."""
    request: dict[str, Any]
    limits: Limits
    visible: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """The module that the function is in."""
        return self.entry.partition(":")[0]

    @property
    def function(self) -> str:
        """The function's name in it."""
        return self.entry.partition(":")[2]

    def to_json(self) -> dict[str, Any]:
        """Return the job as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Job:
        """Rebuild a job from its plain values."""
        return cls(plain["entry"], plain["request"], Limits(**plain["limits"]), tuple(plain["visible"]))
