"""Where the forward pass goes wrong: put a value that is meant in the place of one that was computed.

The stages of the stated objective are known, as the true gradients are: see ``locate``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy import ndarray

from chainrule.checking.effort import Limit
from chainrule.checking.experiment import Case, Result
from chainrule.checking.locate import SECONDS, Suspect, placements
from chainrule.checking.trace import Event, Watch
from chainrule.checking.truths import Flow, Truth

AGREEMENT = 1e-7


def forward_suspects(
    watch: Watch, seen: Flow, stages: Sequence[Truth], holds: Callable[[Mapping[Event, ndarray]], bool]
) -> list[Suspect]:
    """Return the sites of the forward pass where a value that is meant makes it right.

    Parameters
    ----------
    watch, seen : Watch, Flow
    stages : sequence of Truth
        What is meant to be computed.
    holds : callable
        Whether the forward pass is right with other values in the place of some.
    """
    passings: dict[int, list[Event]] = {}
    for event in seen.events:
        if event not in seen.backward:
            passings.setdefault(event[0], []).append(event)
    found = []
    given: dict[str, int] = {}
    limit = Limit.of(SECONDS)
    for site, events in passings.items():
        if limit.over():
            break
        parts = list(_in_parts(stages, len(events)))
        right = next((part.name for part in parts if part.name not in given and _is(part, events, seen)), None)
        if right is not None:
            given[right] = site  # the first to give it as it is meant is not to blame; one that gives it again may be
            continue
        for stage in parts:
            values = next((one for one in placements(events, seen.events, stage, 1.0) if holds(one)), None)
            if values is not None:
                found.append(Suspect(site, stage, 1.0, values, frozenset({"loss"})))
                break
    for stage in stages:
        before = given.get(f"z{stage.name[1:]}") if stage.name[0] == "a" else None
        if before is None or stage.name in given or any(one.truth is stage for one in found):
            continue  # else the activation is computed nowhere, but may belong to what comes before it
        values = next((one for one in placements(passings[before], seen.events, stage, 1.0) if holds(one)), None)
        if values is not None and watch.sites[before].assigned:
            found.insert(0, Suspect(before, stage, 1.0, values, frozenset({"loss"})))
    return found


def gives_loss(watch: Watch, case: Case, loss: float) -> Callable[[Mapping[Event, ndarray]], bool]:
    """Return the function that says whether the loss is this one with other values in the place of some."""

    def holds(values: Mapping[Event, ndarray]) -> bool:
        outcome = watch.injected(case, values)
        return isinstance(outcome, Result) and abs(outcome.loss - loss) <= AGREEMENT * max(1.0, abs(loss))

    return holds


def _is(stage: Truth, events: list[Event], seen: Flow) -> bool:
    """Return whether what passed a site is a stage as it is meant."""
    return any(
        len(values) == len(events)
        and all(np.allclose(seen.events[event], value, rtol=1e-7, atol=1e-9) for event, value in values.items())
        for values in placements(events, seen.events, stage, 1.0)
    )


def _in_parts(stages: Sequence[Truth], times: int) -> Iterator[Truth]:
    """Yield stages and, for a site that is passed several times, what it may compute one after the other.

    That is the same stage of every layer, or of every example, or every number of a stage.
    """
    for kind in "za" if times > 1 else "":
        layers = [stage.arrays[0] for stage in stages if stage.name[0] == kind and stage.name[1:].isdigit()]
        last = [stage.arrays[0] for stage in stages if stage.name == ("scores" if kind == "z" else "probs")]
        for arrays in (layers, [*layers, *last]):
            if len(arrays) == times:
                yield Truth(f"every {kind}", tuple(arrays))
    yield from stages
    if times < 2:
        return
    for stage in stages:
        array = stage.arrays[0]
        if array.ndim and len(array) == times:
            yield Truth(f"rows of {stage.name}", tuple(np.asarray(row) for row in array))
        if array.ndim >= 2 and array.size == times:
            yield Truth(f"numbers of {stage.name}", tuple(np.asarray(number) for number in array.flat))
            yield Truth(f"numbers of {stage.name}", tuple(np.asarray(number) for number in array.T.flat))
