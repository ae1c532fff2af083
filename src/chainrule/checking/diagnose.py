"""What is wrong with a subject: changes of statements, one mistake after the other, each proved by running it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from chainrule.checking.forward_search import ForwardSearch
from chainrule.checking.helpers import in_the_helper
from chainrule.checking.search import Candidate, Repair, Search
from chainrule.checking.subject import Subject

SECONDS = 5.0
MOST_MISTAKES = 4
RERUNS, FORWARD_RERUNS = 8, 25

STAGES = ((1.35, 0.0), (2.0, 1.6), (3.5, 0.0))
"""Surprises up to which changes of the backward and then of the forward pass are tried, before the next."""

ENOUGH = 2.0
"""The stage after which a change that makes only some gradients right is taken, and the next mistake looked for."""


@dataclass
class Diagnosis:
    """The mistakes of a subject."""

    subject: Subject
    repairs: list[Repair] = field(default_factory=list)
    """In the order in which they were found."""
    suspects: list[int] = field(default_factory=list)
    """Where nothing was found: statements, the most suspicious first."""

    @property
    def final(self) -> Subject:
        """The subject with all repairs."""
        return self.repairs[-1].subject if self.repairs else self.subject

    @property
    def proved(self) -> bool:
        """Whether everything is right with the repairs."""
        return bool(self.repairs) and self.final.judgement.right


def diagnose(subject: Subject, seconds: float = SECONDS) -> Diagnosis:
    """Look for the changes that make a subject's gradients right."""
    until = time.monotonic() + seconds
    found = _diagnosed(subject, until)
    if found.proved:
        return found
    for other in getattr(subject, "otherwise", list)():
        again = _diagnosed(other, until + 0.5 * seconds)
        if again.proved:
            return again
    return found


def _diagnosed(subject: Subject, until: float) -> Diagnosis:
    result = Diagnosis(subject)
    while not result.final.judgement.right and len(result.repairs) < MOST_MISTAKES and time.monotonic() < until:
        search = Search(result.final, until)
        repair = _next(search, until)
        if repair is None:
            result.suspects = search.looked.order
            break
        result.repairs.append(repair)
    return result


def _next(search: Search, until: float) -> Repair | None:
    """Return the change that makes everything right, or else one that makes more right than is right now."""
    best: Repair | None = None
    forward: ForwardSearch | None = None
    for surprise, further in STAGES:
        repair = _best(search, search.stage(surprise), until, RERUNS)
        if repair is not None and repair.subject.judgement.right:
            return in_the_helper(search, repair)
        best = best or repair
        if further and time.monotonic() < until:
            forward = forward or ForwardSearch(search)
            repair = _best(search, forward.stage(further, until), until, FORWARD_RERUNS)
            if repair is not None and repair.subject.judgement.right:
                return repair
            best = best or repair
        if best is not None and surprise >= ENOUGH:
            break
    return best


def _best(search: Search, candidates: list[Candidate], until: float, most: int) -> Repair | None:
    """Return the first candidate that makes everything right; else the one that makes most right, if any makes more."""
    before = search.judgement.count_right
    best: Repair | None = None
    for number, candidate in enumerate(candidates):
        if number >= most or time.monotonic() > until:
            break
        repair = search.in_full(candidate)
        if repair is None or len(repair.subject.judgement.claims) < len(search.judgement.claims):
            continue
        if repair.subject.judgement.right:
            return repair
        count = repair.subject.judgement.count_right
        if count > before and (best is None or count > best.subject.judgement.count_right):
            best = repair
    return best
