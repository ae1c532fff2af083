"""What chainrule says to a person when something cannot be done: every message reads alike and is built here."""

from __future__ import annotations


class ChainruleError(Exception):
    """Base of every error a user can cause or meet; the command line prints it without a traceback.

    ``exit_code`` is what the command line leaves with: 2 for misuse and bad input, 1 for a finding or a failure.
    """

    exit_code = 1


class InputError(ChainruleError, ValueError):
    """Something given to chainrule cannot be used.

    Parameters
    ----------
    who : str
        What was given: an option, a file, an argument, by the name that the user knows it by.
    expected, got : str
        What would have been accepted, and what came.
    where : str, optional
        The place inside ``who``: a row, a member of an archive, a key.
    advice : str, optional
        What to do next.
    """

    exit_code = 2

    def __init__(self, who: str, *, expected: str, got: str, where: str = "", advice: str = "") -> None:
        self.who, self.expected, self.got, self.where, self.advice = who, expected, got, where, advice
        lines = [f"{who}: expected {expected}, got {got}"]
        if where:
            lines.append(f"  where: {where}")
        if advice:
            lines.append(f"  try: {advice}")
        super().__init__("\n".join(lines))


class StorageError(ChainruleError, OSError):
    """A file or folder could not be read or written (full disk, no permission, in use); nothing half-written stays."""

    exit_code = 2

    def __init__(self, what: str, reason: str, advice: str = "") -> None:
        self.what, self.reason, self.advice = what, reason, advice
        super().__init__(f"{what}: {reason}" + (f"\n  try: {advice}" if advice else ""))


class InterruptedByUser(ChainruleError):
    """Ctrl-C, or a polite kill; the exit code is the one that a shell expects of it."""

    exit_code = 130


class DivergedError(ChainruleError, ArithmeticError):
    """Training met a loss or a weight that is no finite number and stopped."""

    exit_code = 1
