"""The check of a file in this process."""

from __future__ import annotations

from pathlib import Path

from chainrule.checking.answer import Answer, Target, Verdict
from chainrule.checking.check_program import check_program
from chainrule.checking.reading import CannotCheck
from chainrule.checking.reading.program import open_program


def check_file(path: Path, name: str = "") -> Answer:
    """Check one file; one that cannot be checked is an answer too.

    It runs the file as it is: see ``files.check_file`` for a stranger's.
    """
    try:
        return check_program(open_program(path), name)
    except CannotCheck as error:
        reason = str(error).replace(f"{path}: ", "").replace(str(path), path.name)
        return Answer(Verdict.ERROR, Target(str(path), name, ""), not_checked=(reason,))
