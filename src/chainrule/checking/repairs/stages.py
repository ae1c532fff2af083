"""How far a forward pass is right: which of the values on the way to the loss it computes at all.

This tells progress where two mistakes hide behind one another, and no single change makes the loss right.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from chainrule.checking.objective import Convention
from chainrule.checking.repairs.judge import Judge
from chainrule.checking.repairs.meant import USUAL, fingerprint, likely, same_numbers
from chainrule.checking.trace import Event, Watch
from chainrule.checking.units import Function

MAIN = (
    "z",
    "a",
    "scores",
    "probs",
    "log probs of the true classes",
    "losses",
    "data loss",
    "sum of squares",
    "penalty",
    "loss",
)
"""The stages that every program goes through in some form; those between are not missed by a program without them."""


@dataclass(frozen=True)
class Reached:
    """Which stages a version computes."""

    names: frozenset[str]
    frontier: tuple[ast.stmt, ...]
    """The statements that ran after the last stage that is right, in order."""


def reached(judge: Judge, versions: Mapping[str, Function], number: int, convention: Convention) -> Reached:
    """Run a version with its values watched, and compare them with those that are meant."""
    objective = judge.objective(number)
    assert objective is not None
    watch = Watch(judge.units, versions)
    with watch.installed():
        _, events = watch.record(judge.cases[number])
    last, names = -1, set()
    order = list(events)
    passed: dict[tuple[int, str, str], list[tuple[int, ndarray]]] = {}
    for position, value in [*enumerate(events.values()), *_gathered(events)]:
        passed.setdefault(fingerprint(value), []).append((position, value))
    for stage in objective.stages(convention):
        for position, value in passed.get(fingerprint(stage.arrays[0]), ()):
            if same_numbers(value, stage.arrays[0]):
                names.add(stage.name)
                if stage.name[0] in "za" or stage.name in MAIN:
                    last = max(last, position) if stage.arrays[0].size > 1 else last
                break
    gathers = any(position == last for position, _ in _gathered(events))  # then those after it may be numbers, too
    later = [
        event
        for event in order[last + 1 :]
        if (events[event].size > 1 or gathers) and not _is_given(events[event], judge, number)
    ]
    statements = [watch.sites[event[0]].statement for event in later]
    return Reached(frozenset(names), tuple(dict.fromkeys(s for s in statements if s is not None)))


def frontier(judge: Judge, versions: Mapping[str, Function], number: int) -> tuple[Convention, Reached]:
    """Return the convention in which a version gets furthest, and how far."""
    objective = judge.objective(number)
    assert objective is not None
    watch = Watch(judge.units, versions)
    with watch.installed():
        _, events = watch.record(judge.cases[number])
    convention = next(iter(likely(events, objective)), USUAL)
    return convention, reached(judge, versions, number, convention)


def _gathered(events: Mapping[Event, ndarray]) -> Iterator[tuple[int, ndarray]]:
    """Yield what loops compute one after the other, in one array, with the position of the last of it."""
    sites: dict[int, list[tuple[int, ndarray]]] = {}
    for position, (event, value) in enumerate(events.items()):
        sites.setdefault(event[0], []).append((position, value))
    for passings in sites.values():
        if len(passings) > 1 and len({value.shape for _, value in passings}) == 1:
            yield passings[-1][0], np.stack([value for _, value in passings])


def _is_given(value: ndarray, judge: Judge, number: int) -> bool:
    """Return whether a value is an input or a parameter, not yet worked on."""
    case = judge.cases[number]
    return any(same_numbers(value, array) for array in (case.X, *case.parameters.values()))
