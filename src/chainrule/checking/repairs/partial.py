"""Changes after which one more value is a true gradient, though no gradient that is returned becomes right yet.

Of two mistakes in a row, ``da1 = dscores @ dW2.T`` and a mask of the wrong array behind it, neither is undone with any
effect while the other is there. But with the first undone ``da1`` is dL/da1, as nudging ``a1`` has told.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from chainrule.checking.effort import Limit
from chainrule.checking.locate import Suspect, placements
from chainrule.checking.repairs.aims import Aim, simple_changes
from chainrule.checking.repairs.candidate import Candidate
from chainrule.checking.repairs.places import Places
from chainrule.checking.repairs.stream import edits_of, scopes_of
from chainrule.checking.trace import Event

PASSED = 1e-6
"""A value that is this close to a truth, relative to its largest entry, is one."""


@dataclass(frozen=True, eq=False)
class Passing:
    """A whole value that the backward pass assigns, once."""

    event: Event
    value: ndarray
    statement: ast.stmt


def partial_changes(places: Places, limit: Limit) -> list[Candidate]:
    """Return the changes that make a value a true gradient, the cheapest first, as far as they are known at a time."""
    found: dict[tuple[int, str], Candidate] = {}
    for passing in _passings(places):
        if limit.over():
            break
        for aim in _aims(places, passing):
            unit, _ = places.homes[passing.statement]
            before, _ = scopes_of(places, passing.statement)
            for change in simple_changes(aim, edits_of(places, passing.statement), before):
                candidate = Candidate(unit, change.changes, change.cost, change.mistake, change.cost)
                text = "\n".join(ast.unparse(new) for _, news in candidate.changes for new in news)
                found.setdefault((id(passing.statement), text), candidate)
    return sorted(found.values(), key=lambda one: one.cost)


def _passings(places: Places) -> Iterator[Passing]:
    """Yield the values that the backward pass assigns in one pass through their statements."""
    assert places.watch is not None
    assert places.seen is not None
    times: dict[int, int] = {}
    for number, _ in places.seen.backward:
        times[number] = times.get(number, 0) + 1
    for event in places.seen.backward:
        site = places.watch.sites[event[0]]
        if site.assigned and times[event[0]] == 1 and site.statement is not None and site.statement in places.scenes:
            yield Passing(event, places.seen.events[event], site.statement)


def _aims(places: Places, passing: Passing) -> Iterator[Aim]:
    """Yield the true gradients that a value may have been meant to be."""
    assert places.watch is not None
    assert places.seen is not None
    scene = places.scenes[passing.statement][0]
    wanted: list[ndarray] = []
    for truth in places.truths:
        for factor in (1.0, float(places.judge.cases[places.number].sizes.N)):
            for values in placements([passing.event], places.seen.events, truth, factor):
                value = values[passing.event]
                if not any(_same(value, other) for other in (passing.value, *wanted)):
                    wanted.append(value)
                    suspect = Suspect(passing.event[0], truth, factor, values, frozenset())
                    yield Aim(suspect, places.watch.sites[passing.event[0]], passing.statement, value, scene)


def _same(one: ndarray, other: ndarray) -> bool:
    return one.shape == other.shape and np.allclose(one, other, rtol=0, atol=PASSED * np.abs(other).max(initial=1e-9))
