"""What the limited process does: read one file, check it, answer in plain values."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from chainrule.checking.answer import Answer, Target, Verdict
from chainrule.checking.budget import Budget
from chainrule.checking.examine import examine
from chainrule.checking.reading import CannotCheck, load, open_program
from chainrule.checking.showing.as_json import to_wire


def check(request: dict[str, Any]) -> dict[str, Any]:
    """Check the file of a request, ``{"path": str, "name": str, "marks": bool, "seconds": float}``."""
    warnings.simplefilter("ignore")  # what a stranger's program is warned of is not the check's business
    return to_wire(
        checked(Path(request["path"]), request["name"], with_marks=request["marks"], seconds=request["seconds"])
    )


def checked(path: Path, name: str, *, with_marks: bool, seconds: float) -> Answer:
    """Check one file, in so many seconds; one that cannot be checked is an answer too."""
    budget = Budget(seconds)
    try:
        program = open_program(path)
        return examine(program, load(program, name), with_marks=with_marks, budget=budget)
    except CannotCheck as error:
        reason = str(error).replace(f"{path}: ", "").replace(str(path), path.name)
        return Answer(Verdict.ERROR, Target(str(path), name, ""), not_checked=(reason,))
