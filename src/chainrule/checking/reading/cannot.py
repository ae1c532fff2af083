"""What the check says when it finds nothing that it could check."""

from __future__ import annotations

from chainrule.errors import ChainruleError


class CannotCheck(ChainruleError):
    """A file that cannot be checked: the message says what was seen, and what to write to tell more."""

    exit_code = 2
