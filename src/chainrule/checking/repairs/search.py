"""The search for the mistakes of a program: of several ways to a right one, that on which least is changed."""

from __future__ import annotations

import ast
from collections import Counter

from chainrule.checking.effort import Limit, spent
from chainrule.checking.repairs.greedy import Greedy, Made, Outcome
from chainrule.checking.repairs.judge import Judge, Judgement
from chainrule.checking.repairs.places import Places, is_unusual
from chainrule.checking.repairs.stream import changes_of_loss

SHORTEST, LONGEST = 0.4, 1.2
"""Seconds that each of the other ways is looked for: as long as the first took, but within these."""

SMALL = 1.25
"""Different changes of at most this size are not likely to have gone round anything."""

AS_IT_IS = 2.2
"""Seconds in which a change must be found where the loss is an unusual one, before a usual one is supposed."""

ALIKE = 0.15
"""By how much less must be changed on another way than on the first for it to be better."""


def search(judge: Judge, first: Judgement, limit: Limit, opening: Limit) -> Outcome:
    """Return the mistakes of a program in the order in which they were found.

    Where a program has several, the first change may go round one of them and make the next one's change a larger one;
    and what looks like one mistake made twice may be another, made once. So the search is made again with the place of
    each change as it is, and with all places at which the same was wrong. A loss that is a sum is one that people
    write; but the mean may have been meant, though that makes no gradient right by itself.

    Parameters
    ----------
    judge : Judge
    first : Judgement
        Of the program as it came.
    limit, opening : Limit
        When to give up, and when if nothing has been found.
    """
    start = spent()
    unusual = any(map(is_unusual, first.conventions))
    best = Greedy(judge).run(first, limit, opening.within(AS_IT_IS) if unusual else opening)
    ways: list[Greedy] = []
    if unusual and not (best.judgement.complete and len(best.steps) < 2) and not limit.over():
        ways += [Greedy(judge, begun=begun) for begun in _with_usual_loss(judge, first, best.places)]
        if ways and not best.judgement.complete:
            other = ways.pop().run(first, limit, limit)
            best = other if other.judgement.complete else best
    if len(best.steps) < 2 or (best.judgement.complete and not ways and _is_plain(best)):
        return best
    own = {statement for unit in judge.units.live.values() for statement in ast.walk(unit.node)}
    changed = {step.statement: step.candidate for step in best.steps if step.candidate and step.statement in own}
    alike = Counter(candidate.mistake for candidate in changed.values())
    repeated = frozenset(one for one, candidate in changed.items() if alike[candidate.mistake] > 1)
    ways += [Greedy(judge, barred) for barred in ([repeated] if repeated else [])]
    ways += [Greedy(judge, frozenset({one})) for one in changed]
    otherwise = min(LONGEST, max(SHORTEST, spent() - start))
    for way in ways:
        if limit.over():
            break
        there = limit.within(otherwise)
        other = way.run(first, there, there)
        if other.judgement.complete and not (best.judgement.complete and _size(best) <= _size(other) + ALIKE):
            best = other
    return best


def _with_usual_loss(judge: Judge, first: Judgement, places: Places | None) -> list[tuple[Made, ...]]:
    """Return the change of an unusual loss that makes it a usual one, though it may make no gradient right, if any."""
    if places is None or not places.unusual:
        return []
    for candidate in changes_of_loss(places):
        after = Greedy(judge).tried(places.versions, candidate)
        convention = None if after is None else after.conventions[places.number]
        if after is not None and after.right >= first.right and convention is not None and not is_unusual(convention):
            return [((candidate, after, places),)]
    return []


def _is_plain(outcome: Outcome) -> bool:
    """Return whether there are small changes only, no two of them for the same reason."""
    made = [step.candidate for step in outcome.steps if step.candidate is not None]
    return all(one.size <= SMALL for one in made) and len({one.mistake for one in made}) == len(made)


def _size(outcome: Outcome) -> float:
    """Return how much of the program is changed."""
    return sum(step.candidate.size for step in outcome.steps if step.candidate is not None)
