"""Where a gradient goes wrong: put the true value in the place of one that was computed, and see what becomes right.

If everything downstream is right once the truth stands behind a statement, and not when it stands before it, then
the mistake is in that statement, whatever the program looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from chainrule.checking.compare import Slopes, differences
from chainrule.checking.effort import Limit
from chainrule.checking.experiment import Case, Result
from chainrule.checking.trace import Event, Watch
from chainrule.checking.truths import Flow, Truth

MOST_LAYERS = 6
"""A value that is computed for more layers than this is not looked for in loops over some of them."""

MOST_TRUTHS = 3
"""How many truths are kept that make the same right at one place: dL/da, and dL/dz of a masked one."""

SECONDS = 1.0
"""How long truths are put in the place of values."""


@dataclass(frozen=True, eq=False)
class Suspect:
    """A site, and what the truth in its place makes right."""

    site: int
    truth: Truth
    factor: float
    """The value is the truth times this (N where the division by N comes later)."""
    values: Mapping[Event, ndarray]
    """What stands in its place."""
    repaired: frozenset[str]
    """The gradients that are wrong, and right with it."""
    right_as_it_is: bool = False
    """Whether the value is a truth already, and only another multiple of it would make things right."""


def suspects(
    watch: Watch,
    case: Case,
    seen: Flow,
    known: Sequence[Truth],
    slopes: Slopes,
    wrong: frozenset[str],
) -> list[Suspect]:
    """Return the sites where a truth makes wrong gradients right, the most telling first; the watch is installed.

    Of two that make the same gradients right, the earlier one stands first. What time does not allow is left out.
    """
    limit = Limit.of(SECONDS)
    parameters = _parameters(case, slopes)
    known = [*_distinct(known), *_of_every_layer(parameters), *parameters]
    passings: dict[int, list[Event]] = {}
    of_all: dict[int, list[Event]] = {}
    named_again: set[int] = set()  # ``db = dscores``: right for others, and perhaps not to be handed on as it is
    for event, touched in seen.backward.items():
        of_all.setdefault(event[0], []).append(event)
        if touched & wrong:
            if touched - wrong and _is_known(seen.events[event], known):
                named_again.add(event[0])
            passings.setdefault(event[0], []).append(event)
    found: dict[int, list[Suspect]] = {}
    for site, events in passings.items():
        right_as_it_is = _is_known(seen.events[events[-1]], known)
        for truth in known if not limit.over() else ():
            for factor in (1.0, float(case.sizes.N), 1.0 / case.sizes.N):
                places = [] if site in named_again else [*placements(events, seen.events, truth, factor)]
                if len(truth.arrays) == len(of_all[site]) > len(events):  # two signs are wrong: one gradient is right
                    places += placements(of_all[site], seen.events, truth, factor)
                resized = site not in named_again or truth.arrays[0].size != seen.events[events[-1]].size
                if factor == 1.0 and watch.sites[site].assigned:
                    if resized and truth.name in wrong and not watch.sites[site].after:
                        places.append({events[-1]: truth.arrays[0]})  # whatever its shape
                    elif len(events) == len(truth.arrays) == 1 and _is_sum(truth.arrays[0], seen.events[events[0]]):
                        places.append({events[0]: truth.arrays[0]})
                for values in places:
                    outcome = watch.injected(case, values)
                    if not isinstance(outcome, Result):
                        continue
                    judged = differences(outcome.gradients, case, slopes)
                    right = frozenset(name for name, judgement in judged.items() if judgement.ok)
                    if any(name not in right for name in judged if name not in wrong):
                        continue
                    repaired = right & wrong
                    if repaired:
                        again = right_as_it_is and is_scaled(values, seen)
                        found.setdefault(site, []).append(Suspect(site, truth, factor, values, repaired, again))
    telling = [one for of_site in found.values() for one in _most_telling(of_site)]
    return sorted(telling, key=lambda one: (-len(one.repaired), one.right_as_it_is))  # stable: in order of passing


def _is_sum(truth: ndarray, value: ndarray) -> bool:
    """Return whether a value may be what a truth is the sum of, over rows or columns."""
    return truth.ndim == 1 and value.ndim == 2 and len(truth) > 1 and len(truth) in value.shape


def is_scaled(values: Mapping[Event, ndarray], seen: Flow) -> bool:
    """Return whether what was computed is a constant multiple of values, and not the values."""
    wanted = np.concatenate([value.reshape(-1) for value in values.values()])
    here = np.concatenate([seen.events[event].reshape(-1) for event in values])
    if here.size != wanted.size or not here.any():
        return False
    factor = here @ wanted / (here @ here)
    return bool(np.allclose(factor * here, wanted, rtol=1e-5, atol=1e-9) and not np.isclose(factor, 1.0))


def _most_telling(of_site: list[Suspect]) -> list[Suspect]:
    """Return those of a site that make most right, whatever values stand in its place."""
    most = max(len(suspect.repaired) for suspect in of_site)
    return [suspect for suspect in of_site if len(suspect.repaired) == most][:MOST_TRUTHS]


def settled(seen: Flow, known: Sequence[Truth], found: Sequence[Suspect]) -> frozenset[int]:
    """Return the sites of the backward pass that give true gradients, and where no other one makes anything right."""
    telling = {one.site for one in found if one.factor == 1.0 and not one.right_as_it_is}
    passings: dict[int, list[ndarray]] = {}
    for event in seen.backward:
        passings.setdefault(event[0], []).append(seen.events[event])
    return frozenset(
        site
        for site, values in passings.items()
        if site not in telling and all(value.any() and _is_known(value, known) for value in values)
    )


def _is_known(value: ndarray, known: Sequence[Truth]) -> bool:
    """Return whether a value is a true gradient as it is: if right gradients come from it too, it is not to blame."""
    return any(
        value.shape == array.shape and np.allclose(value, array, rtol=1e-5, atol=1e-8)
        for truth in known
        if not truth.name.startswith("-")  # that of ``-v`` is the wrong one of v
        for array in truth.arrays
        if array.size > 1
    )


def placements(
    events: list[Event], present: Mapping[Event, ndarray], truth: Truth, factor: float
) -> Iterator[dict[Event, ndarray]]:
    """Yield the ways to put a truth in the place of what passes a site, once or in a loop."""
    times = len(truth.arrays)
    orders = []
    if times == len(events):
        orders.append((events, truth.arrays))
        if times > 1:
            orders.append((events, truth.arrays[::-1]))
    elif times == 1:
        orders += [(events, rows) for rows in _in_rows(truth.arrays[0], len(events))]
        orders.append((events[-1:], truth.arrays))
    elif 1 < len(events) < times <= MOST_LAYERS:  # of some layers in a row, as a loop over the hidden ones
        for start in range(times - len(events) + 1):
            window = truth.arrays[start : start + len(events)]
            orders += [(events, window), (events, window[::-1])]
    elif len(events) == 1 and truth.arrays[0].ndim <= 1 and len({array.shape for array in truth.arrays}) == 1:
        orders.append((events, (np.array(truth.arrays),)))
    for places, arrays in orders:
        shapes = [present[event].shape for event in places]
        for turned in (False, True):
            fitted = [_fit(array, shape, turned) for array, shape in zip(arrays, shapes, strict=True)]
            if all(array is not None for array in fitted):
                yield {place: factor * array for place, array in zip(places, fitted, strict=True) if array is not None}


def _in_rows(array: ndarray, times: int) -> Iterator[tuple[ndarray, ...]]:
    """Yield the rows, and the columns, of an array as values that pass one after the other."""
    for turned in (array, array.T) if array.ndim == 2 else ():
        if len(turned) == times:
            yield tuple(np.array(row) for row in turned)


def _fit(array: ndarray, shape: tuple[int, ...], turned: bool) -> ndarray | None:
    """Return an array in a shape that differs by axes of length 1 or, turned, by a transposition; or None."""
    if turned:
        return array.T if array.ndim == 2 and array.T.shape == shape and 1 not in shape else None
    same = [n for n in array.shape if n != 1] == [n for n in shape if n != 1]
    return array.reshape(shape) if same else None


def _distinct(known: Sequence[Truth]) -> list[Truth]:
    """Leave out truths that say the same numbers as another one, and those that are nothing but zeros.

    Of the same numbers, what has a name of its own is kept: ``z1`` rather than ``X @ W1``.
    """
    kept: list[Truth] = []
    for truth in sorted(known, key=lambda one: not one.name.isidentifier()):
        if any(np.any(array) for array in truth.arrays) and not any(_equal(truth, other) for other in kept):
            kept.append(truth)
    return kept


def _equal(one: Truth, other: Truth) -> bool:
    return len(one.arrays) == len(other.arrays) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=1e-5, atol=1e-7)
        for a, b in zip(one.arrays, other.arrays, strict=True)
    )


def _parameters(case: Case, slopes: Slopes) -> list[Truth]:
    """Return the gradients of the parameters as truths, where all of their entries were nudged."""
    return [
        Truth(name, (slopes.values[name].reshape(parameter.shape),))
        for name, parameter in case.parameters.items()
        if len(slopes.entries[name]) == parameter.size and slopes.values[name].any()
    ]


def _of_every_layer(parameters: Sequence[Truth]) -> Iterator[Truth]:
    """Yield the gradients of all weights, and of all biases, as what one place computes layer after layer."""
    for name, arrays in (("every W", _of_axes(parameters, 2)), ("every b", _of_axes(parameters, 1))):
        if len(arrays) > 1:
            yield Truth(name, arrays)
    kinds = dict.fromkeys(_kind(one.name) for one in parameters)  # a weight of one output has one axis that counts
    for kind in kinds:
        arrays = tuple(one.arrays[0] for one in parameters if _kind(one.name) == kind)
        if len(arrays) > 1 and len({_axes(array) for array in arrays}) > 1:
            yield Truth(f"every {kind}", arrays)


def _of_axes(parameters: Sequence[Truth], axes: int) -> tuple[ndarray, ...]:
    return tuple(one.arrays[0] for one in parameters if _axes(one.arrays[0]) == axes)


def _kind(name: str) -> str:
    return re.sub(r"\d+", "", name)


def _axes(array: ndarray) -> int:
    return sum(length != 1 for length in array.shape)
