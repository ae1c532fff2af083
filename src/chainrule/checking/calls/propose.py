"""Calls for the functions and classes of a program that have gradients."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from chainrule.checking.calls.bench import Bench, Clock, bench
from chainrule.checking.calls.call import Call
from chainrule.checking.calls.connected import connected
from chainrule.checking.calls.containers import filled
from chainrule.checking.calls.drafting import Draft
from chainrule.checking.calls.guess import EASY_VARIANT, VARIANTS
from chainrule.checking.calls.own import own_calls, templates
from chainrule.checking.calls.plans import Subject, subjects
from chainrule.checking.calls.search import Found, Search
from chainrule.checking.reading.program import Program
from chainrule.checking.record.run import Called, CallFailed, Limits, Run, call
from chainrule.checking.record.tape import Frame

SECONDS, TRIES = 3.0, 90
"""For one function or class; a way to call it has a share of them, if there are several."""

LIMITS = Limits(2.0, 30_000)
"""Of one call."""

ALL_SECONDS = 20.0
"""For a program."""


@dataclass
class CalledGroup:
    """One function, class or pair of functions, and the calls of it that ran."""

    name: str
    kind: str
    called: list[Called] = field(default_factory=list)
    reason: str = ""
    """Why none could be run, if so."""
    line: int = 0
    """Where the backward pass begins."""
    stopped: int = 0
    """The line of the program in which the best try stopped, if none ran."""


def proposed_calls(
    program: Program, run: Run, *, trained: Collection[str] = frozenset(), seconds: float = ALL_SECONDS
) -> list[CalledGroup]:
    """Call what a program defines and does not run itself.

    Parameters
    ----------
    program : Program
    run : Run
        Of it; the calls are put on its tape.
    trained : collection of str
        Functions (``f``, ``Class.method``) that were judged already as a part of training.
    seconds : float
        For all of them together.
    """
    at, frames = bench(program, run), [*run.tape.frames]
    clock = Clock(seconds, 10_000)
    groups, known = [], list[Found]()
    for one in subjects(program, run, set(trained)):
        if not clock.tick():
            groups.append(CalledGroup(one.name, one.kind, [], "the time for this file was over", one.line))
            continue
        try:
            group = _group(filled(one, known), program, run, at, frames, known)
        except Exception as error:  # a row of its own is better than no answer
            group = CalledGroup(one.name, one.kind, [], f"{type(error).__name__}: {error}", one.line)
        if group is not None:
            groups.append(group)
    return groups


def _group(
    subject: Subject, program: Program, run: Run, at: Bench, frames: Sequence[Frame], known: list[Found]
) -> CalledGroup | None:
    search = Search(at, program.tree)
    found, first = _first(subject, search, run, frames)
    if found is None or first is None:
        reason = search.reason or "no arguments were found that it runs with"
        group = CalledGroup(subject.name, subject.kind, [], reason, subject.line, search.line)
        return group if subject.certain else None
    known.append(found)
    group = CalledGroup(subject.name, subject.kind, [first], "", subject.line)
    for made in _further(subject, found, search, run, frames):
        with contextlib.suppress(CallFailed):
            group.called.append(call(run, made, LIMITS))
    return group


def _first(subject: Subject, search: Search, run: Run, frames: Sequence[Frame]) -> tuple[Found | None, Called | None]:
    """Return the best way to call something, and the call."""
    clock = Clock(SECONDS, 1000)
    best: tuple[Found | None, Called | None] = None, None
    for plan in subject.plans:
        if not clock.tick():
            break
        share = Clock(SECONDS / 2, TRIES if len(subject.plans) == 1 else TRIES // 2)
        found = search.run(plan, VARIANTS[0], share, templates=templates(plan, run, VARIANTS[0], frames))
        if found is None or (best[0] is not None and found.draft.score <= best[0].draft.score):
            continue
        try:
            called = call(run, _call(subject, found.draft, found.plan.kind), LIMITS)
        except CallFailed as error:
            search.reason = search.reason or str(error)
            continue
        if not connected(run.tape, called):
            search.reason = "its loss does not depend on what it gives gradients of"
            continue
        best = found, called
        if found.draft.complete:
            break
    return best


def _further(subject: Subject, found: Found, search: Search, run: Run, frames: Sequence[Frame]) -> Iterator[Call]:
    """Yield calls with other sizes and settings, and with the program's own arguments."""
    variants = [*VARIANTS[1:]]
    if re.search("pool|conv", subject.name, re.I):
        variants.append(EASY_VARIANT)
    for variant in variants:
        other = search.run(
            found.plan, variant, Clock(0.8, 20), [found.style], templates(found.plan, run, variant, frames)
        )
        if other is not None and other.draft.claims.keys() >= found.draft.claims.keys():
            easy = ("windows do not overlap",) if variant is EASY_VARIANT else ()
            yield _call(subject, other.draft, found.plan.kind, easy)
    for draft in own_calls(found.plan, run, search.bench, frames):
        yield _call(subject, draft, found.plan.kind, own=True)


def _call(subject: Subject, draft: Draft, kind: str, easy: Sequence[str] = (), own: bool = False) -> Call:
    return Call(
        subject.name,
        kind,
        draft.setup,
        draft.text,
        draft.given,
        draft.inputs,
        draft.claims,
        draft.loss,
        draft.outputs,
        draft.supposed,
        tuple(easy),
        own,
    )
