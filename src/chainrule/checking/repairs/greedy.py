"""One way to a right program: one change after the other, each the one that makes most right."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chainrule.checking.effort import Limit
from chainrule.checking.locate import Suspect
from chainrule.checking.repairs.aims import ANOTHER_FORMULA
from chainrule.checking.repairs.candidate import Candidate
from chainrule.checking.repairs.judge import FORWARD, Item, Judge, Judgement, more_right
from chainrule.checking.repairs.partial import partial_changes
from chainrule.checking.repairs.places import Places, is_unusual
from chainrule.checking.repairs.ranks import ranks
from chainrule.checking.repairs.stages import frontier, reached
from chainrule.checking.repairs.stream import candidates
from chainrule.checking.units import Function

MOST_MISTAKES = 6
SECONDS_EACH, LONGEST_EACH = 2.0, 3.0
"""How long a change is looked for that makes everything right that is wrong, before one that makes part of it right
is taken; and how long at most in a program that is slow itself."""

RUNS_EACH = 4000
"""How many runs of the program that is to be time enough for."""

SECONDS_TWO = 1.5
"""How long two changes are looked for of which the first has no effect while the second is not made."""

SECONDS_PARTIAL = 0.6
"""How long the first of the two is looked for, whichever it may be."""

SECOND, SECOND_COST = 150, -1.5
"""How many changes are tried as the second of the two, and what it may cost: a single change, of a likely place."""

TRIES = 60
"""How many changes are tried after one that makes right what is looked at, in case another makes everything right."""

MARGIN = 0.6
"""How much dearer a change may be than one that makes right what is looked at, if it makes more right."""

DEAREST = 2.2
"""What a change may cost at most that makes a forward pass right for longer, and not to its end."""


Versions = Mapping[str, Function]
Made = tuple[Candidate, Judgement, Places]
"""A change, how the program is judged with it, and what was known before it."""


@dataclass(frozen=True, eq=False)
class Step:
    """One mistake: the statement, and what was proved to undo it."""

    unit: str
    statement: ast.stmt
    """As it stood in the version before this repair."""
    candidate: Candidate | None
    """None where no change was found that makes anything right."""
    suspect: Suspect | None
    forward: bool
    gained: frozenset[Item]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What the search came to."""

    steps: tuple[Step, ...]
    versions: Mapping[str, Function]
    """The repaired program."""
    judgement: Judgement
    """Of the repaired program."""
    places: Places | None
    """What was known of the program as it came."""

    @property
    def changed(self) -> dict[str, Function]:
        """Those functions of the repaired program that were changed."""
        return {step.unit: self.versions[step.unit] for step in self.steps if step.candidate is not None}


@dataclass(frozen=True)
class Greedy:
    """Makes one change after the other.

    Attributes
    ----------
    judge : Judge
    barred : frozenset of ast.stmt
        Statements that are to stay as they are.
    begun : tuple of Made
        Changes that are made before any is looked for.
    """

    judge: Judge
    barred: frozenset[ast.stmt] = frozenset()
    begun: tuple[Made, ...] = ()

    def run(self, first: Judgement, limit: Limit, opening: Limit) -> Outcome:
        """Return the changes in the order in which they were found.

        Parameters
        ----------
        first : Judgement
            Of the program as it came.
        limit, opening : Limit
            When to give up, and when if nothing has been found.
        """
        judge = self.judge
        versions: dict[str, Function] = {key: unit.node for key, unit in judge.units.live.items()}
        steps: list[Step] = []
        judgement, came = first, None
        each = _seconds_each(judge)
        made: Sequence[Made] = self.begun
        while not judgement.complete and len(steps) < MOST_MISTAKES and not (steps and limit.over()):
            if steps or not self.begun:
                places = Places.of(judge, versions, judgement)
                came = came or places
                made = self._next(versions, judgement, places, limit if steps else opening, each)
            if not made:
                ranked = ranks(places)
                if ranked:
                    place = min(ranked, key=lambda key: (ranked[key], isinstance(key, (ast.If, ast.For, ast.While))))
                    suspect = places.suspect_of(place)
                    steps.append(Step(places.homes[place][0], place, None, suspect, places.forward, frozenset()))
                break
            for candidate, after, seen in made:
                suspect = seen.suspect_of(candidate.statement)
                gained = after.right - judgement.right
                steps.append(Step(candidate.unit, candidate.statement, candidate, suspect, seen.forward, gained))
                versions = {**versions, candidate.unit: candidate.applied(versions[candidate.unit])}
                judgement = after
        return Outcome(tuple(steps), versions, judgement, came)

    def _next(self, versions: Versions, before: Judgement, places: Places, limit: Limit, each: float) -> list[Made]:
        """Return the next change, or two that belong together; none if nothing was found."""
        found = self._best(versions, before, places, limit.within(each))
        if found is None:
            found = self._further(versions, before, places, limit.within(each))
        if found is not None and found[0].mistake != ANOTHER_FORMULA:
            return [found]
        # another formula may pass by a mistake on the way to it
        two = self._two_in_a_row(versions, before, places, limit.within(SECONDS_TWO))
        return two or ([found] if found is not None else [])

    def _best(self, versions: Versions, before: Judgement, places: Places, limit: Limit) -> Made | None:
        """Return the cheapest change after which all of the case looked at is right, or else most."""
        best: Made | None = None
        dearest, tries = float("inf"), TRIES
        for candidate in self._candidates(places):
            if limit.over() or candidate.cost > dearest:
                break
            after = self.tried(versions, candidate, (before, places.number))
            tries -= best is not None and best[1].right >= places.wrong_here
            if tries < 0:
                break
            if after is None or not more_right(after.right, before.right) or not after.right & places.wrong_here:
                continue
            if candidate.of_loss and (after.losses == before.losses or self._stays_unusual(after, places)):
                continue
            if candidate.natural:
                return candidate, after, places
            in_shape = after.fits >= before.fits
            if candidate.promised and not places.one_suffices and in_shape and _kept(candidate, after, places):
                return best if best is not None and _worth(best[1]) >= _worth(after) else (candidate, after, places)
            if best is None or _worth(after) > _worth(best[1]):
                best = candidate, after, places
            if after.complete and in_shape:
                break
            if after.right >= places.wrong_here:
                dearest = min(dearest, candidate.cost + MARGIN)
        return best

    def _stays_unusual(self, after: Judgement, places: Places) -> bool:
        """Return whether a loss that was to become a usual one is none."""
        return places.unusual and is_unusual(after.conventions[places.number])

    def _further(self, versions: Versions, before: Judgement, places: Places, limit: Limit) -> Made | None:
        """Return the change with which the forward pass, not right in the end, goes right for longer."""
        number = places.number
        if not self.judge.forward or self.judge.objective(number) is None or (FORWARD, number) in before.right:
            return None
        convention, here = frontier(self.judge, versions, number)
        places.frontier = here.frontier
        for candidate in self._candidates(places):
            if limit.over() or candidate.cost > DEAREST:
                break
            after = self.tried(versions, candidate)
            if after is None or (after.losses[number] == before.losses[number] and after.errors[number] is None):
                continue
            function = candidate.applied(versions[candidate.unit])
            if reached(self.judge, {**versions, candidate.unit: function}, number, convention).names > here.names:
                return candidate, after, places
        return None

    def _two_in_a_row(self, versions: Versions, before: Judgement, places: Places, limit: Limit) -> list[Made]:
        """Return a change after which one value more is a true gradient, and another one that then makes all right."""
        if places.seen is None:
            return []
        for candidate in partial_changes(places, limit.within(SECONDS_PARTIAL)):
            if limit.over():
                break
            after = self.tried(versions, candidate)
            if after is None or not after.right >= before.right:
                continue
            if after.complete:
                return [(candidate, after, places)]
            changed = {**versions, candidate.unit: candidate.applied(versions[candidate.unit])}
            there = Places.of(self.judge, changed, after)
            for second in itertools.islice(self._candidates(there), SECOND):
                if limit.over():
                    return []
                if second.cost > SECOND_COST or second.statement.lineno == candidate.statement.lineno:
                    continue
                last = self.tried(changed, second, (after, there.number))
                if last is not None and last.right >= there.wrong_here | after.right:
                    return [(candidate, after, places), (second, last, there)]
        return []

    def tried(
        self,
        versions: Versions,
        candidate: Candidate,
        gain: tuple[Judgement, int] | None = None,
    ) -> Judgement | None:
        """Return the judgement of a version with a change, if in the case of a number it gains anything on another."""
        try:
            changed = {**versions, candidate.unit: candidate.applied(versions[candidate.unit])}
            if gain is not None and not self.judge.gains(changed, *gain):
                return None
            return self.judge.judge(changed)
        except (SyntaxError, ValueError, LookupError, StopIteration, TypeError, RecursionError):
            return None  # that is no program

    def _candidates(self, places: Places) -> Iterator[Candidate]:
        for candidate in candidates(places):
            if not any(old in self.barred for old, _ in candidate.changes):
                yield candidate


def _seconds_each(judge: Judge) -> float:
    """Return how long one change is looked for, from how long one run of the program takes."""
    return min(LONGEST_EACH, max(SECONDS_EACH, RUNS_EACH * judge.cases[0].cost))


def _worth(judgement: Judgement) -> tuple[int, bool]:
    """Return what makes one change better than another: how much is right, then whether gradients fit their shapes."""
    return len(judgement.right), judgement.fits


def _kept(candidate: Candidate, after: Judgement, places: Places) -> bool:
    """Return whether a change made right what the truth in its place had."""
    return {(name, places.number) for name in candidate.promised} <= after.right
