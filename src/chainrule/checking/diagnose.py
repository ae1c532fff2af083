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

FORWARD, FORWARD_AFTER, FORWARD_SECONDS = 1.6, 1.35, 1.5
"""Up to which surprise changes of the forward pass are tried, after which round of the backward pass, and how long."""

SURE = 0.9
"""Changes that are less surprising are not compared with those under another loss."""

ENOUGH = 2.0
"""The round after which a change that makes only some gradients right is taken, and the next mistake looked for."""


@dataclass
class Diagnosis:
    """The mistakes of a subject."""

    subject: Subject
    repairs: list[Repair] = field(default_factory=list)
    """In the order in which they were found."""
    suspects: list[int] = field(default_factory=list)
    """Where nothing was found: statements, the most suspicious first."""
    located: bool = False
    """Whether there is a statement in whose place the truth makes wrong claims right."""

    @property
    def surprise(self) -> float:
        """How unlikely all its changes are."""
        return sum(repair.candidate.rank for repair in self.repairs)

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
    until = time.process_time() + seconds
    found = _diagnosed(subject, until)
    if found.proved and found.surprise < SURE:
        return found
    for other in subject.otherwise():
        again = _diagnosed(other, until + 0.5 * seconds)
        if again.proved and (not found.proved or again.surprise < found.surprise):
            found = again
    return found


def _diagnosed(subject: Subject, until: float) -> Diagnosis:
    result = Diagnosis(subject)
    while not result.final.judgement.right and len(result.repairs) < MOST_MISTAKES and time.process_time() < until:
        search = Search(result.final, until)
        repair = _next(search, until)
        result.located = result.located or bool(search.requirements)
        if repair is None:
            result.suspects = search.suspects
            break
        result.repairs.append(repair)
    return result


def _next(search: Search, until: float) -> Repair | None:
    """Return the change that makes everything right, or else one that makes more right than is right now."""
    best: Repair | None = None
    for surprise, candidates in search.rounds():
        repair = _best(search, candidates, until, RERUNS)
        if repair is not None and repair.subject.judgement.right:
            return in_the_helper(search, repair)
        best = _better(best, repair)
        if surprise == FORWARD_AFTER and time.process_time() < until:
            later = max(until, time.process_time() + FORWARD_SECONDS)
            repair = _best(search, ForwardSearch(search).stage(FORWARD, later), later, FORWARD_RERUNS)
            if repair is not None and repair.subject.judgement.right:
                return repair
            best = _better(best, repair)
        if best is not None and surprise >= ENOUGH:
            break
    return best


def _better(one: Repair | None, other: Repair | None) -> Repair | None:
    if one is None or other is None:
        return one or other
    return other if other.subject.score > one.subject.score else one


def _best(search: Search, candidates: list[Candidate], until: float, most: int) -> Repair | None:
    """Return the first candidate that makes everything right; else the one that makes most right, if any makes more."""
    before = search.subject.score
    best: Repair | None = None
    for number, candidate in enumerate(candidates):
        if number >= most or time.process_time() > until:
            break
        repair = search.in_full(candidate)
        if repair is None or len(repair.subject.judgement.claims) < len(search.judgement.claims):
            continue
        if repair.subject.judgement.right:
            return repair
        count = repair.subject.score
        if count > before and (best is None or count > best.subject.score):
            best = repair
    return best
