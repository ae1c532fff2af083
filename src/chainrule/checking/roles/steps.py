"""A step of training as a problem: what moves each parameter, and the losses that may be meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.record.tape import Tape, refs, resolved
from chainrule.checking.roles.flow import Flow, dominators
from chainrule.checking.roles.losses import USUAL, UsualLoss, one_hot
from chainrule.checking.roles.names import Names, names_over_time
from chainrule.checking.roles.problem import Objective, Origin, Parameter, Problem, stated
from chainrule.checking.roles.training import Step, Training
from chainrule.checking.truth.replay import Place

MOST_LOSSES = 12


def step_problem(found: Training, number: int) -> Problem:
    """Return the step ``number`` of a training as a problem."""
    flow, tape, step = found.flow, found.flow.tape, found.steps[number]
    names = Names(flow)
    sources = [step.moves[n].old for n in step.moves]
    fresh = _fresh(flow, sources, step)
    parameters = []
    for n, move in step.moves.items():
        name = names_over_time(flow, names, found.parameters[n].versions()) or f"parameter {n + 1}"
        parameters.append(Parameter(name, place_before(flow, move.old, step.start), _claims(flow, move.links, fresh)))
    unique = _with_unique_names(parameters)
    objectives = (*stated_losses(flow, names, fresh, step), *supposed_losses(flow, fresh, step, set(sources)))
    return Problem("training", "script", tape, step.start, step.end, tuple(unique), objectives)


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
        if link.moved_by >= 0 and link.moved_by in fresh:
            found += [one for one in dominators(flow, link.moved_by, fresh) if one not in found]
    return tuple(place_of(flow, one) for one in found)


def _with_unique_names(parameters: list[Parameter]) -> list[Parameter]:
    seen: dict[str, int] = {}
    result = []
    for one in parameters:
        seen[one.name] = seen.get(one.name, 0) + 1
        many = sum(other.name == one.name for other in parameters) > 1
        name = f"{one.name} ({seen[one.name]})" if many else one.name
        result.append(Parameter(name, one.place, one.claims))
    return result


def stated_losses(flow: Flow, names: Names, fresh: set[int], step: Step) -> Iterator[Objective]:
    """Yield the numbers of a step that may be its loss: shown, named or left over; those of one line as one sum."""
    tape = flow.tape
    shown = {flow.vertex(ref) for _, ref in tape.observed}
    by_site: dict[int, list[int]] = {}
    for vertex in sorted(fresh):
        value = tape.nodes[flow.node[vertex]].value
        if np.size(value) != 1 or np.asarray(value).dtype.kind != "f":
            continue
        event = tape.events[flow.event[vertex]]
        used = [one for one in flow.after[vertex] if flow.event[one] < step.end and one in fresh]
        if vertex in shown or not used or _loss_like(names.all(vertex)):
            by_site.setdefault(event.site, []).append(vertex)
    ranked = sorted(by_site.items(), key=lambda item: -_belief(item[1], names, shown))
    for _, vertices in ranked[:MOST_LOSSES]:
        last = _not_feeding(flow, vertices, step)
        statement = tape.statement_of(tape.events[flow.event[last[-1]]])
        name = names.best(last[-1], "the loss")
        yield stated(name, [place_of(flow, one) for one in last], statement)


def _loss_like(names: list[str]) -> bool:
    words = ("loss", "cost", "err", "nll", "obj", "ce", "mse")
    return any(word in name.lower() for name in names for word in words) or any(
        name in ("J", "E", "L", "C", "e", "j") for name in names
    )


def _belief(vertices: list[int], names: Names, shown: set[int]) -> float:
    return 2.0 * any(_loss_like(names.all(one)) for one in vertices) + any(one in shown for one in vertices)


def _not_feeding(flow: Flow, vertices: list[int], step: Step) -> list[int]:
    """Of values of one line, return those that no later one of them contains: of running sums the last."""
    feeding = set()
    for vertex in vertices:
        below = flow.downstream([vertex], end=step.end)
        if any(other in below for other in vertices if other != vertex):
            feeding.add(vertex)
    return [one for one in vertices if one not in feeding] or vertices[-1:]


def supposed_losses(flow: Flow, fresh: set[int], step: Step, sources: set[int]) -> Iterator[Objective]:
    """Yield the usual losses of what is compared with data in a step."""
    tape = flow.tape
    by_site: dict[tuple[int, int], list[tuple[Place, Any]]] = {}
    for event in tape.events[step.start : step.end]:
        for number, (output, target) in enumerate(_compared(flow, event.index, fresh, sources)):
            by_site.setdefault((event.site, number), []).append((place_of(flow, output), target))
    seen: set[Any] = set()
    for (site, _), pairs in by_site.items():
        key = (tuple(place for place, _ in pairs), tuple(np.asarray(target).tobytes() for _, target in pairs))
        if key in seen:
            continue
        seen.add(key)
        outputs = [_value(tape, place) for place, _ in pairs]
        statement = tape.sites[site].statement if site >= 0 else -1
        for usual in USUAL:
            if all(usual.fits(o, t) for o, (_, t) in zip(outputs, pairs, strict=True)):
                yield _supposed(usual, pairs, statement)


def _supposed(usual: UsualLoss, pairs: list[tuple[Place, Any]], statement: int) -> Objective:
    targets = [target for _, target in pairs]
    return Objective(
        Origin.SUPPOSED,
        usual.name,
        tuple(place for place, _ in pairs),
        lambda values: float(sum(np.sum(usual.value(o, t)) for o, t in zip(values, targets, strict=True))),
        lambda values: [usual.gradient(o, t) for o, t in zip(values, targets, strict=True)],
        statement,
    )


def _value(tape: Tape, place: Place) -> Any:
    return tape.nodes[place.node].value


def _is_one(value: Any) -> bool:
    return isinstance(value, (int, float)) and abs(value) == 1


def _compared(flow: Flow, index: int, fresh: set[int], sources: set[int]) -> Iterator[tuple[int, Any]]:
    """Yield what an event compares with data: a computed value, and the targets in its shape."""
    tape, event = flow.tape, flow.tape.events[index]
    if event.op in ("isubtract", "iadd") and flow.vertex(event.args[0]) in fresh and _is_one(event.args[2]):
        before = tape.value(event.args[0])
        marked = np.zeros(np.shape(before))
        marked[resolved(event.args[1], tape.value)] = 1.0
        if 0 < marked.sum() < marked.size:  # a one at the true class, wherever the program finds it
            yield flow.vertex(event.args[0]), marked
            return
    given = [(ref, flow.vertex(ref)) for ref in refs(event.args)]
    outputs = [(ref, vertex) for ref, vertex in given if vertex in fresh]
    data = [
        tape.value(ref) if ref in tape.snapshots or ref.version == tape.nodes[ref.node].version else None
        for ref, vertex in given
        if vertex not in fresh and vertex not in sources
    ]
    if not outputs or not data or event.op in ("matmul", "dot", "leaf"):
        return
    ref, vertex = outputs[0]
    output = tape.nodes[flow.node[vertex]].value
    for target in data:
        if target is None:
            continue
        if np.shape(target) == np.shape(output) and not np.all(np.asarray(target) == np.ravel(target)[:1]):
            yield vertex, target
        elif np.shape(target) == np.shape(output) and np.size(output) < 4:
            yield vertex, target
        elif isinstance(target, ndarray) and isinstance(output, ndarray):
            for table in one_hot(target, output):
                yield vertex, table


