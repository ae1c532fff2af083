"""When isolation itself cannot be had."""

from __future__ import annotations

from chainrule.errors import ChainruleError


class IsolationError(ChainruleError):
    """The process that runs strangers' code could not be started: ours is at fault, or the system is short."""

    exit_code = 2

    def __init__(self, module: str, reason: str) -> None:
        super().__init__(
            f"a separate process for {module} could not be started: {reason.strip() or 'it ended at once'}"
        )
