"""A step of training as a problem: what moves each parameter, and the losses that may be meant."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from chainrule.checking.record.tape import Event, Ref, Tape, refs, resolved
from chainrule.checking.roles.flow import Flow, dominators
from chainrule.checking.roles.losses import USUAL, UsualLoss, one_hot
from chainrule.checking.roles.names import Names, names_over_time
from chainrule.checking.roles.problem import Objective, Origin, Parameter, Problem, stated, total
from chainrule.checking.roles.training import Step, Training
from chainrule.checking.truth.replay import Place

MOST_LOSSES = 8

UNNAMED = "the loss"
"""What a number is called that the program gives no name."""


class Compared(NamedTuple):
    """A computed value, its numbers, and the targets in its shape that it is compared with."""

    vertex: int
    output: Any
    target: Any


def step_problem(found: Training, number: int) -> Problem:
    """Return the step ``number`` of a training as a problem."""
    flow, tape, step = found.flow, found.flow.tape, found.steps[number]
    names = Names(flow)
    sources = [step.moves[n].old for n in step.moves]
    fresh = _fresh(flow, sources, step)
    parameters = []
    for n, move in step.moves.items():
        name = names_over_time(flow, names, found.parameters[n].versions()) or f"parameter {n + 1}"
        claims = _claims(flow, move.links, fresh)
        place = place_before(flow, move.old, step.start)
        by_entries = any(_writes_entries(flow, link.event) for link in move.links)
        change = (place, place_of(flow, move.new)) if by_entries or len(move.links) > 1 else None
        parameters.append(Parameter(name, place, claims, change))
    unique = _with_unique_names(parameters)
    later = found.steps[number + 1].end if number + 1 < len(found.steps) else len(tape.events)
    moved = flow.downstream([move.new for move in step.moves.values()], end=later)
    seen = flow.downstream(sources, end=later) - moved
    computed = {one for one in seen if flow.event[one] >= step.start and not _is_moved(flow, one, sources)}
    said = list(stated_losses(flow, names, computed, later))
    named = [one for one in said[:5] if one.name != UNNAMED]
    sums = [total(one, other) for one, other in itertools.combinations(named[:3], 2)]
    objectives = (*said, *sums, *supposed_losses(flow, names, fresh, step, set(sources)))
    end = max([step.end, *(place.time for one in said for place in one.places)])
    return Problem("training", "script", tape, step.start, end, tuple(unique), objectives)


def _is_moved(flow: Flow, vertex: int, sources: list[int]) -> bool:
    """Return whether a value is a parameter plus something: the parameter of the next step."""
    event = flow.tape.events[flow.event[vertex]]
    return event.op in ("add", "subtract", "iadd", "isub") and any(one in sources for one in flow.before[vertex][:1])


def place_before(flow: Flow, vertex: int, time: int) -> Place:
    """Return where a value is at a time."""
    return Place(flow.ref(vertex).node, time)


def place_of(flow: Flow, vertex: int) -> Place:
    """Return where a value is once it is made."""
    return Place(flow.node[vertex], flow.event[vertex] + 1)


def _fresh(flow: Flow, sources: list[int], step: Step) -> set[int]:
    """Return what is computed from the parameters in a step."""
    found = flow.downstream(sources, end=step.end)
    return {one for one in found if flow.event[one] >= step.start} - set(sources)


def _claims(flow: Flow, links: Any, fresh: set[int]) -> tuple[Place, ...]:
    found: list[int] = []
    for link in links:
        if link.moved_by < 0 or link.moved_by not in fresh:
            continue
        shape = np.shape(_node_value(flow, link.old))
        pending, seen = [link.moved_by], set[int]()
        while pending:
            for one in dominators(flow, pending.pop(), fresh):
                if one in seen:
                    continue
                seen.add(one)
                found += [one] if one not in found else []
                pending += _scaled(flow, one, fresh, shape)
    return tuple(place_of(flow, one) for one in found)


def _scaled(flow: Flow, vertex: int, fresh: set[int], shape: tuple[int, ...]) -> list[int]:
    """Return what is multiplied by a computed number there: a gradient that is clipped by its norm."""
    event = flow.tape.events[flow.event[vertex]]
    if event.op not in ("multiply", "true_divide", "imultiply", "itrue_divide"):
        return []
    given = [one for one in flow.arguments(event) if one in fresh]
    whole = [one for one in given if np.shape(_node_value(flow, one)) == shape]
    numbers = [one for one in given if np.size(_node_value(flow, one)) == 1]
    return whole if len(whole) == 1 and len(whole) + len(numbers) == len(given) and shape != () else []


def _node_value(flow: Flow, vertex: int) -> Any:
    return flow.tape.nodes[flow.node[vertex]].value


def _writes_entries(flow: Flow, index: int) -> bool:
    """Return whether an event writes into some entries of an array only."""
    event = flow.tape.events[index]
    return event.output is None and event.args[1] is not Ellipsis


def _with_unique_names(parameters: list[Parameter]) -> list[Parameter]:
    seen: dict[str, int] = {}
    result = []
    for one in parameters:
        seen[one.name] = seen.get(one.name, 0) + 1
        many = sum(other.name == one.name for other in parameters) > 1
        name = f"{one.name} ({seen[one.name]})" if many else one.name
        result.append(replace(one, name=name))
    return result


def stated_losses(flow: Flow, names: Names, fresh: set[int], end: int) -> Iterator[Objective]:
    """Yield the numbers of a step that may be its loss: shown, named or left over; those of one place as one sum."""
    tape = flow.tape
    shown = {flow.vertex(ref) for time, ref in tape.observed if time <= flow.length}
    by_path: dict[tuple[int, ...], list[int]] = {}
    for vertex in sorted(fresh):
        value = _node_value(flow, vertex)
        if np.size(value) != 1 or np.asarray(value).dtype.kind != "f":
            continue
        event = tape.events[flow.event[vertex]]
        if vertex in shown or not _is_used(flow, vertex, fresh, end) or _loss_like(names.all(vertex)):
            by_path.setdefault(path(tape, event), []).append(vertex)
    ranked = sorted(by_path.values(), key=lambda vertices: -_belief(vertices, names, shown))
    for vertices in ranked[:MOST_LOSSES]:
        last = _not_feeding(flow, vertices, end)
        statement = tape.statement_of(tape.events[flow.event[last[-1]]])
        name = names.best(last[-1], UNNAMED)
        yield stated(name, [place_of(flow, one) for one in last], statement)


def path(tape: Tape, event: Event) -> tuple[int, ...]:
    """Return where an event was done: its place in the text, and those of the calls around it."""
    found, frame = [event.site], event.frame
    while frame >= 0:
        found.append(tape.frames[frame].site)
        frame = tape.frames[frame].parent
    return tuple(found)


def _is_used(flow: Flow, vertex: int, fresh: set[int], end: int) -> bool:
    """Return whether something is computed from a value, not only of its shape."""
    further = [one for one in flow.after[vertex] if flow.event[one] < end]
    return any(
        flow.tape.events[flow.event[one]].op not in ("zeros_like", "ones_like")
        and not _is_running_sum(flow, one, vertex, fresh)
        for one in further
    )


def _is_running_sum(flow: Flow, vertex: int, term: int, fresh: set[int]) -> bool:
    """Return whether a value is a term added to what was summed up in earlier steps: ``total += loss``."""
    event = flow.tape.events[flow.event[vertex]]
    others = [one for one in flow.before[vertex] if one != term]
    if event.op not in ("add", "iadd") or len(others) != 1 or others[0] in fresh:
        return False
    made = flow.tape.events[flow.event[others[0]]]
    return made.site == event.site or (made.op == "leaf" and _node_value(flow, others[0]) == 0)


def _loss_like(names: list[str]) -> bool:
    words = ("loss", "cost", "err", "nll", "obj", "ce", "mse")
    return any(word in name.lower() for name in names for word in words) or any(
        name in ("J", "E", "L", "C", "e", "j") for name in names
    )


def _belief(vertices: list[int], names: Names, shown: set[int]) -> float:
    return 2.0 * any(_loss_like(names.all(one)) for one in vertices) + any(one in shown for one in vertices)


def _not_feeding(flow: Flow, vertices: list[int], end: int) -> list[int]:
    """Of values of one line, return those that no later one of them contains: of running sums the last."""
    feeding = set()
    for vertex in vertices:
        below = flow.downstream([vertex], end=end)
        if any(other in below for other in vertices if other != vertex):
            feeding.add(vertex)
    return [one for one in vertices if one not in feeding] or vertices[-1:]


def supposed_losses(flow: Flow, names: Names, fresh: set[int], step: Step, sources: set[int]) -> Iterator[Objective]:
    """Yield the usual losses of what is compared with data in a step; then those of named values that it is made of."""
    tape = flow.tape
    by_path: dict[tuple[int, ...], list[Compared]] = {}
    for event in tape.events[step.start : step.end]:
        for number, one in enumerate(_compared(flow, event.index, fresh, sources)):
            by_path.setdefault((number, *path(tape, event)), []).append(one)
    groups = list(by_path.values())
    earlier = [before for group in groups if (before := _before_it(flow, names, group, fresh))]
    seen: set[Any] = set()
    for group in (*groups, *earlier):
        pairs = [(place_of(flow, one.vertex), one.target) for one in group]
        key = (tuple(place for place, _ in pairs), tuple(np.asarray(target).tobytes() for _, target in pairs))
        if key in seen:
            continue
        seen.add(key)
        for usual in USUAL:
            if all(usual.fits(one.output, one.target) for one in group):
                yield _supposed(usual, names.best(group[0].vertex, "the output"), pairs)


def _before_it(flow: Flow, names: Names, group: list[Compared], fresh: set[int]) -> list[Compared]:
    """Return for outputs the named values of the same shape that they are computed from, if all have one."""
    found = []
    for one in group:
        pending, seen = [one.vertex], set[int]()
        before = -1
        while pending and before < 0 and len(seen) < 12:
            vertex = pending.pop(0)
            seen.add(vertex)
            if (
                vertex != one.vertex
                and names.all(vertex)
                and np.shape(_node_value(flow, vertex)) == np.shape(one.output)
            ):
                before = vertex
            pending += [other for other in flow.before[vertex] if other in fresh and other not in seen]
        ref = flow.ref(before) if before >= 0 else None
        if ref is None or not _is_there(flow.tape, ref):
            return []
        found.append(Compared(before, flow.tape.value(ref), one.target))
    return found


def _supposed(usual: UsualLoss, name: str, pairs: list[tuple[Place, Any]]) -> Objective:
    targets = [np.asarray(target, float) for _, target in pairs]
    return Objective(
        Origin.SUPPOSED,
        f"{usual.name} of {name}",
        tuple(place for place, _ in pairs),
        lambda values: float(sum(np.sum(usual.value(o, t)) for o, t in zip(values, targets, strict=True))),
        lambda values: [usual.gradient(o, t) for o, t in zip(values, targets, strict=True)],
    )


def _is_one(value: Any) -> bool:
    return isinstance(value, (int, float)) and abs(value) == 1


def _compared(flow: Flow, index: int, fresh: set[int], sources: set[int]) -> Iterator[Compared]:
    """Yield what an event compares with data."""
    tape, event = flow.tape, flow.tape.events[index]
    if event.op in ("isubtract", "iadd") and flow.vertex(event.args[0]) in fresh and _is_one(event.args[2]):
        before = tape.value(event.args[0])
        marked = np.zeros(np.shape(before))
        marked[resolved(event.args[1], tape.value)] = 1.0
        if 0 < marked.sum() < marked.size:  # a one at the true class, wherever the program finds it
            yield Compared(flow.vertex(event.args[0]), before, marked)
            return
    given = [(ref, flow.vertex(ref)) for ref in refs(event.args)]
    outputs = [(ref, vertex) for ref, vertex in given if vertex in fresh]
    data = [
        tape.value(ref) if _is_there(tape, ref) else None
        for ref, vertex in given
        if vertex not in fresh and vertex not in sources
    ]
    if not outputs or not data or event.op in ("matmul", "dot", "leaf"):
        return
    ref, vertex = outputs[0]
    if not _is_there(tape, ref):
        return
    output = tape.value(ref)
    for target in data:
        if target is None:
            continue
        varied = np.size(output) < 4 or not np.all(np.asarray(target) == np.ravel(target)[:1])
        if np.shape(target) == np.shape(output) and varied:
            yield Compared(vertex, output, target)
        elif isinstance(target, ndarray) and isinstance(output, ndarray):
            for table in one_hot(target, output):
                yield Compared(vertex, output, table)


def _is_there(tape: Tape, ref: Ref) -> bool:
    return ref in tape.snapshots or ref.version == tape.nodes[ref.node].version
