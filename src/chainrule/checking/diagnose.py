"""What is wrong with a subject: changes of statements, one mistake after the other, each proved by running it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from chainrule.checking.forward_search import forward_candidates
from chainrule.checking.search import Candidate, Repair, Search
from chainrule.checking.subject import Subject

SECONDS = 5.0
MOST_MISTAKES = 4
RERUNS = 8


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
        repair = _best(search, search.candidates(), until)
        if repair is None or not repair.subject.judgement.right:
            forward = _best(search, forward_candidates(search, until), until)
            if forward is not None and (repair is None or forward.subject.judgement.right):
                repair = forward
        if repair is None:
            result.suspects = search.looked.order
            break
        result.repairs.append(repair)
    return result


def _best(search: Search, candidates: list[Candidate], until: float) -> Repair | None:
    """Return the first candidate that makes everything right; else the one that makes most right, if any makes more."""
    before = search.judgement.count_right
    best: Repair | None = None
    for number, candidate in enumerate(candidates):
        if number >= RERUNS or time.monotonic() > until:
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
