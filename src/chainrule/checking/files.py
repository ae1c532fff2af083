"""The check of files: each in a process of its own, with limits of time and memory."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from chainrule.checking.answer import Answer, Target, Verdict
from chainrule.checking.beside import visible_to
from chainrule.checking.isolation import Kind, Limits, Outcome, run_isolated, run_many
from chainrule.checking.showing.as_json import from_wire
from chainrule.errors import ChainruleError

ENTRY = "chainrule.checking.child:check"


def check_file(path: Path, name: str | None, *, seconds: float, memory: int, marks: bool = True) -> Answer:
    """Check one file.

    Parameters
    ----------
    path : Path
        A ``.py`` file or a notebook. It may read the data beside it, and the modules beside it that it imports.
    name : str or None
        A class or function of it; None to find what can be checked.
    seconds : float
        How long it may take.
    memory : int
        Bytes that it may use.
    marks : bool
        Whether to say of every line what its value is.
    """
    start = time.monotonic()
    request, visible = _request(path, name, marks, seconds)
    outcome = run_isolated(ENTRY, request, limits=Limits(seconds=seconds, memory=memory), visible=visible)
    return _answer(path, name, outcome, time.monotonic() - start)


def check_many(
    checks: Sequence[tuple[Path, str | None]], *, seconds: float, memory: int, workers: int, marks: bool = True
) -> Iterator[tuple[int, Answer]]:
    """Check many files, some at once, and yield each answer with its number as it comes."""
    requests = (_request(path, name, marks, seconds) for path, name in checks)
    limits = Limits(seconds=seconds, memory=memory)
    for number, outcome in run_many(ENTRY, requests, limits=limits, workers=workers):
        yield number, _answer(*checks[number], outcome, outcome.seconds)


def _request(path: Path, name: str | None, marks: bool, seconds: float) -> tuple[dict[str, object], list[Path]]:
    whole = path.absolute()
    return {"path": str(whole), "name": name or "", "marks": marks, "seconds": seconds}, visible_to(whole)


def _answer(path: Path, name: str | None, outcome: Outcome, seconds: float) -> Answer:
    """Return what the process answered, in the words that the user named the file by; or that it gave no answer."""
    if outcome.kind is Kind.DONE:
        try:
            answer = from_wire(outcome.value)
        except ChainruleError as error:
            answer = Answer(Verdict.ERROR, Target(str(path), name or "", ""), not_checked=(str(error),))
    else:
        answer = Answer(Verdict.ERROR, Target(str(path), name or "", ""), not_checked=(outcome.detail,))
    not_checked = answer.not_checked + tuple(f"not enforced here: {what}" for what in outcome.not_enforced)
    return replace(answer, target=replace(answer.target, file=str(path)), not_checked=not_checked, seconds=seconds)
