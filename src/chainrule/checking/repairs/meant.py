"""What a forward pass that is wrong was meant to compute, and where a value that is meant makes its loss right."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy import ndarray

from chainrule.checking.effort import Limit
from chainrule.checking.experiment import Case, Experiment
from chainrule.checking.locate import Suspect
from chainrule.checking.locate_forward import forward_suspects, gives_loss
from chainrule.checking.objective import ACTIVATIONS, LOSSES, PENALTIES, REDUCTIONS, Convention, Objective
from chainrule.checking.trace import Event, Watch
from chainrule.checking.truths import Flow, Truth

USUAL = Convention("ReLU", "softmax cross-entropy", "mean", next(iter(PENALTIES)), False)

APPLIED = 3
"""How many stages it is worth that an activation was applied to something."""

MOST_KINDS = 5
"""How many pairs of an activation and a loss are looked at."""

SECONDS = 1.2
"""How long conventions are tried."""


def meant(watch: Watch, case: Case, seen: Flow, objective: Objective, known: Convention | None) -> tuple[Suspect, ...]:
    """Return the sites where a value that is meant makes the loss right, in the conventions that have most of them.

    Parameters
    ----------
    watch : Watch
        Installed.
    case, seen : Case, Flow
        A draw, and one run of it.
    objective : Objective
    known : Convention or None
        The one that the program follows in other draws.
    """
    best: list[Suspect] = []
    most = 0
    limit = Limit.of(SECONDS)
    for convention in filter(objective.has, _conventions(seen.events, objective, known)):
        if limit.over():
            break
        stages, loss = objective.stages(convention), objective.loss(convention)
        found = forward_suspects(watch, seen, stages, gives_loss(watch, case, loss))
        if len(found) > most:
            best, most = found, len(found)
        elif len(found) == most:
            best += found
    return tuple(best)


def meant_output(watch: Watch, case: Case, seen: Flow, experiment: Experiment) -> tuple[Suspect, ...]:
    """Return the sites where the output that a layer of a known name is meant to have makes it right."""
    if experiment.expected is None or experiment.output is None:
        return ()
    output = experiment.output
    for accepted in experiment.expected(case):

        def holds(values: Mapping[Event, ndarray], accepted: ndarray = accepted) -> bool:
            given = watch.with_others(values, lambda: output(case))
            return given is not None and given.shape == accepted.shape and np.allclose(given, accepted, rtol=1e-7)

        found = forward_suspects(watch, seen, [Truth("output", (accepted,))], holds)
        if found:
            return tuple(found)
    return ()


def likely(events: Mapping[Event, ndarray], objective: Objective) -> list[Convention]:
    """Return activations and losses, those first of which most was computed."""
    kinds = [
        replace(USUAL, activation=activation, loss=loss)
        for activation, loss in itertools.product(ACTIVATIONS, LOSSES)
        if objective.has(replace(USUAL, activation=activation, loss=loss))
    ]
    passed = {fingerprint(value) for value in events.values()}
    hidden = {stage.arrays[0].size for stage in objective.stages(kinds[0]) if re.fullmatch(r"z\d+", stage.name)}
    inside = [value for value in events.values() if value.size in hidden]
    applied = [name for name, function in ACTIVATIONS.items() if _applied(function, inside, passed)]
    scores = [
        sum(fingerprint(stage.arrays[0]) in passed for stage in objective.stages(kind))
        + APPLIED * (kind.activation in applied)
        for kind in kinds
    ]
    order = sorted(range(len(kinds)), key=lambda position: -scores[position])  # stable: the most usual first
    return [kinds[position] for position in order]


def _applied(
    function: Callable[[ndarray], ndarray], values: Sequence[ndarray], passed: set[tuple[int, str, str]]
) -> bool:
    """Return whether an activation was applied to one of these values, be it right or wrong."""
    return any(
        value.ndim == 2 and value.min() < 0 < value.max() and fingerprint(function(value)) in passed for value in values
    )


def _conventions(
    events: Mapping[Event, ndarray], objective: Objective, known: Convention | None
) -> Iterator[Convention]:
    if known is not None:
        yield from (replace(known, penalty=penalty, biases_penalised=False) for penalty in PENALTIES)
        return
    kinds = likely(events, objective)
    for reduction, penalty in itertools.product(REDUCTIONS, PENALTIES):
        for kind in kinds[:MOST_KINDS]:
            yield replace(kind, reduction=reduction, penalty=penalty)


def fingerprint(value: ndarray) -> tuple[int, str, str]:
    """Return what arrays of the same numbers share, in whatever order; only a few others do."""
    return value.size, f"{value.sum():.8g}", f"{np.vdot(value, value):.8g}"


def same_numbers(value: ndarray, stage: ndarray) -> bool:
    """Return whether two arrays hold the same numbers, as they are, transposed, or one after the other.

    Axes of length 1 do not count.
    """
    wanted = [n for n in value.shape if n != 1]
    return any(
        ([n for n in turned.shape if n != 1] == wanted or wanted == [turned.size])
        and np.allclose(value.reshape(turned.shape), turned, rtol=1e-7, atol=1e-9)
        for turned in (stage, stage.T)
    )
