"""What the limited process does: read one file, check it, answer in plain values."""

from __future__ import annotations

import os
import time
import warnings
from pathlib import Path
from typing import Any

from chainrule.checking.answer import Answer, Target, Verdict
from chainrule.checking.budget import Budget
from chainrule.checking.check_program import check_program
from chainrule.checking.examine import examine
from chainrule.checking.reading import CannotCheck, Program, load, open_program
from chainrule.checking.showing.as_json import to_wire


def check(request: dict[str, Any]) -> dict[str, Any]:
    """Check the file of a request, ``{"path": str, "name": str, "marks": bool, "seconds": float}``."""
    warnings.simplefilter("ignore")  # what a stranger's program is warned of is not the check's business
    return to_wire(
        checked(Path(request["path"]), request["name"], with_marks=request["marks"], seconds=request["seconds"])
    )


def checked(path: Path, name: str, *, with_marks: bool, seconds: float) -> Answer:
    """Check one file, in so many seconds; one that cannot be checked is an answer too.

    Two ways are gone. One recognises the course's classes and functions, and calls them; what it does not know, or
    finds wrong without a proof, is judged by what the program does when it runs.
    """
    start, budget = time.monotonic(), Budget(SHARE * seconds)
    try:
        program = open_program(path)
    except CannotCheck as error:
        return _refused(path, name, str(error))
    try:
        recognised = examine(program, load(program, name), with_marks=with_marks, budget=budget)
    except CannotCheck as error:
        recognised = _refused(path, name, str(error))
    except Exception as error:  # what a stranger's values may do to what looks at them
        if "CHAINRULE_DEBUG" in os.environ:
            raise
        recognised = _refused(path, name, f"{type(error).__name__}: {error}")
    if name or (recognised.verdict is Verdict.WRONG and _is_certain(recognised)):
        return recognised
    left = seconds - (time.monotonic() - start)
    if left < (0.3 if recognised.verdict is Verdict.ERROR else 0.75) * seconds:
        return recognised  # what took long once is not run again
    return _surer(recognised, _watched(program, left, recognised.verdict is not Verdict.CORRECT))


SHARE = 0.6
"""The part of the time that the first way may take."""


def _watched(program: Program, seconds: float, calls: bool) -> Answer:
    try:
        return check_program(program, seconds=0.5 * seconds, calls=calls)
    except Exception as error:
        if "CHAINRULE_DEBUG" in os.environ:
            raise
        return _refused(program.path, "", f"{type(error).__name__}: {error}")


def _is_certain(answer: Answer) -> bool:
    """Return whether an answer is proved: right gradients of a known loss, or changes that make everything right."""
    if answer.verdict is Verdict.WRONG:
        return all(finding.verified for finding in answer.findings)
    return answer.verdict is Verdict.CORRECT


def _surer(recognised: Answer, watched: Answer) -> Answer:
    """Return the answer that more is known by; of gradients that are right, the steps may still be wrong."""
    if recognised.verdict is Verdict.ERROR:
        return watched if watched.verdict is not Verdict.ERROR else recognised
    if recognised.verdict is Verdict.CORRECT and watched.verdict is Verdict.CORRECT:
        return recognised
    return watched if _is_certain(watched) else recognised


def _refused(path: Path, name: str, error: str) -> Answer:
    reason = error.replace(f"{path}: ", "").replace(str(path), path.name)
    return Answer(Verdict.ERROR, Target(str(path), name, ""), not_checked=(reason,))
