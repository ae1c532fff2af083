"""What the gradient at each value of the forward pass truly is: nudge the value where it passes, and run on.

No reference implementation is asked, so this holds for any program that computes a loss.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from chainrule.checking.compare import STEP
from chainrule.checking.effort import Limit
from chainrule.checking.experiment import Case, Result
from chainrule.checking.trace import ALL, Event, Watch

MOST_NUMBERS = 400
"""Larger values than this are left out: each of their numbers would cost two runs."""


SMALLEST = 0.1
"""Smaller values than this are nudged as if they were this: a step is a part of the value, for ratios and logs."""

MANY = 12
"""A site that is passed more often than this is in a loop whose passings are not told apart."""

SECONDS = 0.6
"""How long a program is nudged to see what depends on what."""


@dataclass(frozen=True, eq=False)
class Truth:
    """dL/dv at one site, for each time that it was passed (None where it was not taken)."""

    name: str
    """The expression as it stands in the program: ``z1``, ``X.dot(W1) + b1``; or a parameter's name."""
    arrays: tuple[ndarray, ...]


@dataclass(frozen=True)
class Flow:
    """What one run computed, and what of it the loss and the gradients depend on."""

    events: Mapping[Event, ndarray]
    forward: tuple[Event, ...]
    """Events that the loss depends on, in order."""
    backward: Mapping[Event, frozenset[str]]
    """Events that only gradients depend on, in order, with the names of these gradients."""
    result: Result


def flow(watch: Watch, case: Case) -> Flow | Exception:
    """Run with every value nudged once, as a whole, and see what moves. The watch must be installed.

    All passings of a site in a long loop are nudged together. What time does not allow is in neither direction.
    """
    outcome, events = watch.record(case)
    if not isinstance(outcome, Result):
        return outcome
    limit = Limit.of(SECONDS)
    times = Counter(site for site, _ in events)
    random = np.random.default_rng(0)
    forward: list[Event] = []
    backward: dict[Event, frozenset[str]] = {}
    looped: dict[int, frozenset[str] | None] = {}
    for event, value in events.items():
        site = event[0]
        if site in looped:
            _note(event, looped[site], forward, backward)
            continue
        if limit.over():
            break
        many = times[site] > MANY
        size = 1e-3 if many else 1e-3 * (1.0 + np.abs(value)) * random.uniform(0.5, 1.5, value.shape)
        moved = watch.nudged(case, (site, ALL) if many else event, None, size)
        touched = None
        if isinstance(moved, Result) and moved.loss == outcome.loss:
            touched = _moved(outcome.gradients, moved.gradients)
        if many:
            looped[site] = touched
        _note(event, touched, forward, backward)
    return Flow(events, tuple(forward), backward, outcome)


def _note(
    event: Event, touched: frozenset[str] | None, forward: list[Event], backward: dict[Event, frozenset[str]]
) -> None:
    """Note an event by what moved with it: None stands for the loss."""
    if touched is None:
        forward.append(event)
    elif touched:
        backward[event] = touched


def _moved(before: Mapping[str, ndarray], after: Mapping[str, ndarray]) -> frozenset[str]:
    return frozenset(
        name for name, value in before.items() if name not in after or not np.array_equal(value, after[name])
    )


def truths(watch: Watch, case: Case, seen: Flow, *, seconds: float) -> dict[int, Truth]:
    """Return dL/dv for the values of the forward pass, by site; what time does not allow is left out."""
    limit = Limit.of(seconds)
    found: dict[int, list[ndarray]] = {}
    whole: set[int] = set()
    for event in seen.forward:
        site, value = event[0], seen.events[event]
        if value.size > MOST_NUMBERS or site in whole:
            continue
        slope = _slope(watch, case, event, value, limit)
        if slope is None:
            whole.add(site)  # a site is known for all of its passings or not at all
            found.pop(site, None)
        else:
            found.setdefault(site, []).append(slope)
    return {site: Truth(_name(watch, site), tuple(slopes)) for site, slopes in found.items()}


def _slope(watch: Watch, case: Case, event: Event, value: ndarray, limit: Limit) -> ndarray | None:
    slope = np.empty(value.shape)
    for index in np.ndindex(value.shape):
        if limit.over():
            return None
        step = STEP * min(max(abs(float(value[index])), SMALLEST), 100.0)
        above = watch.nudged(case, event, index, step)
        below = watch.nudged(case, event, index, -step)
        if not isinstance(above, Result) or not isinstance(below, Result):
            return None
        slope[index] = (above.loss - below.loss) / (2 * step)
    return slope if np.all(np.isfinite(slope)) else None


def _name(watch: Watch, number: int) -> str:
    import ast

    site = watch.sites[number]
    statement = site.statement
    if site.assigned and isinstance(statement, ast.Assign) and len(statement.targets) == 1 and not site.after:
        return ast.unparse(statement.targets[0])
    return ast.unparse(site.expression)
