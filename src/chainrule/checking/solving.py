"""What a value would have to be for the gradients to be right, where no truth says it: gradients are linear in it.

``dW2 = reg * W2``, to which the data's part is added later, is the gradient of nothing. But each of its numbers moves
the gradient that is made of it, and as many equations as numbers say what they should have been.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy import ndarray

from chainrule.checking.compare import Slopes, differences
from chainrule.checking.effort import Limit
from chainrule.checking.experiment import Case, Result
from chainrule.checking.locate import Suspect
from chainrule.checking.trace import Event, Watch
from chainrule.checking.truths import Flow, Truth

MOST_NUMBERS = 64
"""A site through which more numbers pass is left out: each costs a run."""

SECONDS = 0.3
"""How long is spent on it."""

SMALL = 1e-9
"""Of a slope: no dependence, and a rank that is not full."""

RESIDUAL = 1e-6
"""How far the gradients that are solved for may be off, relative to the largest entry."""


def solved(
    watch: Watch,
    case: Case,
    seen: Flow,
    slopes: Slopes,
    wrong: frozenset[str],
    known: Sequence[Suspect],
) -> list[Suspect]:
    """Return the sites where one value, and no other, would make wrong gradients right; the watch is installed.

    Parameters
    ----------
    watch, case, seen, slopes
        As for :func:`chainrule.checking.locate.suspects`.
    wrong : frozenset of str
        The gradients that are.
    known : sequence of Suspect
        What is known already; its sites are not looked at again.
    """
    limit = Limit.of(SECONDS)
    names = [name for name, entries in slopes.entries.items() if len(entries) == case.parameters[name].size]
    passings: dict[int, list[Event]] = {}
    for event, touched in seen.backward.items():
        if touched & wrong:
            passings.setdefault(event[0], []).append(event)
    parts = dict.fromkeys(suspect.repaired for suspect in known)  # of two mistakes one may be alone to blame for some
    done = {suspect.site for suspect in known}
    found = []
    for site, events in passings.items():
        if site in done or sum(seen.events[event].size for event in events) > MOST_NUMBERS:
            continue
        if limit.over():
            break
        touched = frozenset().union(*(seen.backward[event] for event in events)) & frozenset(names)
        together = [touched, *(part for part in parts if part < touched)]
        wanted = ({name: slopes.values[name] for name in names if name in part} for part in together)
        values = next(filter(None, (_solution(watch, case, seen, events, one) for one in wanted)), None)
        if values is None:
            continue
        outcome = watch.injected(case, values)
        if isinstance(outcome, Result):
            judged = differences(outcome.gradients, case, slopes)
            right = frozenset(name for name, judgement in judged.items() if judgement.ok)
            if right & wrong and right >= judged.keys() - wrong:
                truth = Truth("what it should have been", tuple(values.values()))
                found.append(Suspect(site, truth, 1.0, values, right & wrong))
    return sorted(found, key=lambda one: -len(one.repaired))


def _solution(
    watch: Watch, case: Case, seen: Flow, events: Sequence[Event], wanted: Mapping[str, ndarray]
) -> dict[Event, ndarray] | None:
    """Return the values with which the gradients are the ones that are wanted, if these determine them."""
    here = _flat(seen.result, wanted)
    if here is None or not wanted:
        return None
    columns = []
    for event in events:
        for index in np.ndindex(seen.events[event].shape):
            moved = watch.nudged(case, event, index, 1.0)
            there = _flat(moved, wanted) if isinstance(moved, Result) else None
            if there is None:
                return None
            columns.append(there - here)
    matrix = np.array(columns).T
    used = np.abs(matrix).max(axis=0) > SMALL
    target = np.concatenate([wanted[name].reshape(-1) for name in wanted]) - here
    if not used.any() or np.linalg.matrix_rank(matrix[:, used], tol=SMALL) < used.sum():
        return None
    solution = np.zeros(len(used))
    solution[used] = np.linalg.lstsq(matrix[:, used], target, rcond=None)[0]
    if np.abs(matrix @ solution - target).max() > RESIDUAL * max(1e-3, np.abs(target).max()):
        return None
    values, start = {}, 0
    for event in events:
        value = seen.events[event]
        values[event] = value + solution[start : start + value.size].reshape(value.shape)
        start += value.size
    return values


def _flat(result: Result, names: Mapping[str, ndarray]) -> ndarray | None:
    """Return gradients as one vector, in the order of the names; None if one is missing or of another size."""
    parts = []
    for name, wanted in names.items():
        array = np.asarray(result.gradients.get(name, ()), np.float64).reshape(-1)
        if array.size != wanted.size:
            return None
        parts.append(array)
    return np.concatenate(parts) if parts else None
