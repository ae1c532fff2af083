"""Parameters that never move although their gradients are computed, and those that a step is stored in place of."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from chainrule.checking.judge import Point
from chainrule.checking.record.tape import Event, Ref
from chainrule.checking.roles.chains import Chain
from chainrule.checking.roles.names import Names, names_over_time
from chainrule.checking.roles.training import Training
from chainrule.checking.truth.replay import Place
from chainrule.checking.truth.sweep import gradients
from chainrule.checking.updates.blame import unique
from chainrule.checking.updates.case import Case
from chainrule.checking.updates.findings import Finding, Kind
from chainrule.checking.updates.linear import proportional
from chainrule.checking.updates.lost import lost_chains, replaced_chains
from chainrule.checking.updates.observe import Series, equal_to

PRODUCTS = frozenset({"matmul", "dot", "einsum", "tensordot", "outer", "inner", "vdot"})
SUMS = frozenset({"add", "subtract", "iadd", "isubtract"})


def still_findings(case: Case) -> list[Finding]:
    """Return the parameters that stay what they are, or become something else than themselves."""
    return [*_stored_alone(case), *_replaced(case), *_never_moved(case)]


def stuck_findings(training: Training) -> list[Finding]:
    """Return the parameters of a training that is only suspected: their new values are computed and lost."""
    flow = training.flow
    found = []
    for number, chain in enumerate(training.parameters):
        moves = [step.moves[number] for step in training.steps if number in step.moves]
        if (
            len(moves) > 1
            and len({move.old for move in moves}) == 1
            and not any(flow.after[move.new] for move in moves)
        ):
            name = names_over_time(flow, Names(flow), chain.versions()[:1]) or f"parameter {number + 1}"
            events = [flow.tape.events[link.event] for link in moves[-1].links]
            statements = unique([flow.tape.statement_of(event) for event in events])
            found.append(_never(name, statements, "its new value is computed in every step and never used"))
    return found


def _stored_alone(case: Case) -> list[Finding]:
    """Return the parameters of a training that is only suspected: the step itself is stored in their place."""
    found = []
    for series in case.observed.series:
        moves = [step.moves[series.number] for step in case.training.steps]
        alone = all(link.moved_by == link.new for move in moves for link in move.links)
        if alone and proportional(series.after, series.gradients, series.before) is not None:
            found.append(_stored(series.name, case.blame.step(series)))
    return found


def _never(name: str, statements: Sequence[int], evidence: str) -> Finding:
    return Finding(Kind.NEVER_MOVES, (name,), tuple(statements), evidence, "a new value in every step")


def _stored(name: str, statements: Sequence[int]) -> Finding:
    return Finding(
        Kind.REPLACED,
        (name,),
        tuple(statements),
        "its new value is a multiple of the gradient alone",
        "the old value, moved",
    )


def _replaced(case: Case) -> list[Finding]:
    """Return parameters that are no sums of themselves and a step, but the step alone."""
    flow, judgement = case.training.flow, case.judgement
    start, end = judgement.problem.start, judgement.problem.end
    known = {link.new for one in case.training.parameters for link in one.links}
    found = []
    for chain in replaced_chains(flow):
        link = next((one for one in chain.links if start <= flow.event[one.new] < end), None)
        if link is None or link.new in known:
            continue
        place = Place(flow.node[link.old], start)
        truths = _truths(case, [place])
        node = flow.node[link.new]
        values = [point.values.made.get(node) for point in judgement.points]
        pairs = [(np.ravel(v), np.ravel(t[0])) for v, t in zip(values, truths, strict=True) if v is not None]
        if pairs and all(a.size == b.size and _parallel(a, b) for a, b in pairs):
            name = Names(flow).best(link.old, Names(flow).best(link.new, "a parameter"))
            found.append(_stored(name, [case.blame.made_at(link.new)]))
    return found


def _parallel(a: Any, b: Any) -> bool:
    size = float(b @ b)
    return size > 0 and bool(np.max(np.abs(a - (a @ b) / size * b)) <= 1e-6 * np.max(np.abs(a)))


def _truths(case: Case, places: Sequence[Place]) -> list[list[Any]]:
    """Return the gradients of the objective at some places, for every point."""
    judgement = case.judgement
    problem = judgement.problem
    tape = problem.tape

    def of(point: Point) -> list[Any]:
        seeds = judgement.objective.seeds(point.values.seen)

        def made(node: int) -> Any:
            return point.values.made.get(node, tape.nodes[node].value)

        found = gradients(tape, problem.start, problem.end, seeds, point.values.value, made, places)
        return [_filled(found.wanted.get(place), tape.nodes[place.node].value) for place in places]

    return [of(point) for point in judgement.points]


def _filled(value: Any, like: Any) -> Any:
    return np.zeros(np.shape(like)) if value is None else np.asarray(value, float)


def _never_moved(case: Case) -> list[Finding]:
    """Return what the loss depends on, whose gradient is computed and moves nothing."""
    flow, judgement = case.training.flow, case.judgement
    candidates = _constants(case)
    if not candidates:
        return []
    places = [Place(node, judgement.problem.start) for node in candidates.values()]
    truths = _truths(case, places)
    step = case.training.steps[case.observed.number]
    ends = [move.new for move in step.moves.values()] + [_vertex_at(case, one) for one in judgement.objective.places]
    alive = _alive(case, ends)
    names = Names(flow)
    lost = {chain.root: chain for chain in lost_chains(flow)}
    found = []
    for number, vertex in enumerate(candidates):
        truth = [one[number] for one in truths]
        place = equal_to(judgement, truth, case.observed.scale, _dead(case, alive))
        if place is None:
            place = equal_to(judgement, truth, case.observed.scale, _meant_for(case, vertex, names, lost))
        if place is None:
            continue
        source = case.blame.vertex(place.time - 1)
        statements = _lines(case, vertex, source)
        line = flow.tape.statements[case.blame.made_at(source)].line
        found.append(
            _never(
                names.best(vertex, "a parameter"),
                statements,
                f"its gradient is computed in line {line} and moves nothing",
            )
        )
    return found


def _alive(case: Case, ends: Sequence[int]) -> set[int]:
    """Return what some values are computed from, but not through a single number, as the norm of all gradients is."""
    flow = case.training.flow
    start = case.judgement.problem.start
    found, single = set[int](), set[int]()
    pending = list(ends)
    while pending:
        one = pending.pop()
        if one in found or flow.event[one] < start:
            continue
        found.add(one)
        size = np.size(flow.tape.nodes[flow.node[one]].value)
        for before in flow.before[one]:
            if size == 1 and one not in ends and np.size(flow.tape.nodes[flow.node[before]].value) > 1:
                single.add(before)
            else:
                pending.append(before)
    return found


def _vertex_at(case: Case, place: Place) -> int:
    return case.blame.vertex(place.time - 1)


def _dead(case: Case, alive: set[int]) -> Any:
    tape = case.training.flow.tape

    def asked(node: int) -> bool:
        return case.blame.vertex(tape.nodes[node].event) not in alive

    return asked


def _meant_for(case: Case, vertex: int, names: Names, lost: dict[int, Chain]) -> Any:
    """Return whether a value, though it moves others, is added to this one in vain, or called after it."""
    flow = case.training.flow
    own = {name.split(".")[-1].strip("[]'\"") for name in names.all(vertex)}
    start, end = case.judgement.problem.start, case.judgement.problem.end
    above: set[int] = set()
    if vertex in lost:
        new = [link.moved_by for link in lost[vertex].links if start <= link.event < end + 1000]
        above = flow.upstream(new, start=start)

    def asked(node: int) -> bool:
        made = case.blame.vertex(flow.tape.nodes[node].event)
        if made in above:
            return True
        called = [
            re.sub(r"^(d|g|grad|delta)_?|_?grad$", "", name.split(".")[-1].strip("[]'\"")) for name in names.all(made)
        ]
        return any(len(one) > 1 and one in own for one in called)

    return asked


def _constants(case: Case) -> dict[int, int]:
    """Return what a step uses that was there before training and is no data: vertex, and a node that shows it."""
    flow, problem = case.training.flow, case.judgement.problem
    tape = flow.tape
    first = case.training.steps[0]  # what is made last may be made after all that moves
    begin = first.end if case.observed.number > 0 else first.start
    moving = {v for chain in (*case.training.parameters, *case.training.states) for v in chain.versions()}
    storages = {tape.nodes[flow.node[v]].storage for v in moving} - {-1}
    olds = [move.old for move in case.training.steps[case.observed.number].moves.values()]
    fresh = flow.downstream(olds, end=problem.end)
    places: dict[tuple[int, int], list[tuple[int, Event]]] = {}
    nodes: dict[int, int] = {}
    for event in tape.events[problem.start : problem.end]:
        for position, arg in enumerate(event.args):
            if not isinstance(arg, Ref):
                continue
            vertex = flow.vertex(arg)
            places.setdefault((event.site, position), []).append((vertex, event))
            node = tape.nodes[flow.node[vertex]]
            still = flow.event[vertex] < begin and vertex not in moving and node.storage not in storages
            if still and np.asarray(node.value).dtype.kind == "f":
                nodes[vertex] = node.id
    data: set[int] = set()
    for those in places.values():
        if any(vertex in fresh and vertex not in olds for vertex, _ in those):
            data |= {vertex for vertex, _ in those}
    data |= _with_parameters(case, nodes, set(olds))
    return {vertex: node for vertex, node in nodes.items() if vertex not in data}


def _with_parameters(case: Case, nodes: dict[int, int], moving: set[int]) -> set[int]:
    """Return what is multiplied by a parameter, or as long as the batch is and multiplied by something: data."""
    flow, problem = case.training.flow, case.judgement.problem
    sizes = {
        n for place in case.judgement.objective.places for n in np.shape(flow.tape.nodes[place.node].value)[:1] if n > 1
    }
    targets = {
        n for one in problem.objectives for place in one.places for n in np.shape(flow.tape.nodes[place.node].value)
    }
    found = set()
    for event in flow.tape.events[problem.start : problem.end]:
        given = [flow.vertex(arg) for arg in event.args if isinstance(arg, Ref)]
        if event.op in PRODUCTS and len(given) == 2:
            roots = [_root(case, one) for one in given]
            for one, other in (roots, roots[::-1]):
                if one in nodes and other in moving:
                    found.add(one)
                elif one in nodes and other in nodes:
                    shape = np.shape(flow.tape.nodes[nodes[one]].value)
                    if set(shape) & (sizes or targets) and len(shape) > 1:
                        found.add(one)
    return found


def _root(case: Case, vertex: int) -> int:
    """Return what a value is a copy or transpose of."""
    flow = case.training.flow
    while flow.tape.events[flow.event[vertex]].op in ("transpose", "reshape", "copy", "array", "asarray", "getitem"):
        if len(flow.before[vertex]) < 1:
            break
        vertex = flow.before[vertex][0]
    return vertex


def _lines(case: Case, vertex: int, source: int) -> list[int]:
    """Return where the step of a parameter that has none is wrong, or would stand."""
    return unique([*_sums(case, vertex, source), *_loops(case), *_neighbours(case, vertex)])


def _sums(case: Case, vertex: int, source: int) -> Iterator[int]:
    """Yield the statements that add a value and its gradient, for nothing."""
    flow, step = case.training.flow, case.training.steps[case.observed.number]
    steps = case.training.steps[case.observed.number :][:2]
    moved = frozenset(move.new for move in step.moves.values())
    for one in sorted(flow.downstream([source], end=steps[-1].end, cut=moved), reverse=True):
        event = flow.tape.events[flow.event[one]]
        if event.op not in SUMS:
            continue
        given = {flow.vertex(arg) for arg in event.args if isinstance(arg, Ref)}
        around = given | {before for v in given for before in flow.before[v]}
        if vertex in around:
            yield flow.tape.statement_of(event)


def _loops(case: Case) -> Iterator[int]:
    """Yield the heads of the loops, and the lines, that move several parameters."""
    tape = case.training.flow.tape
    movers: dict[int, int] = {}
    for series in case.observed.series:
        for statement in case.blame.step(series):
            movers[statement] = movers.get(statement, 0) + 1
    heads = {(span.line, span.column): number for number, span in enumerate(tape.statements)}
    for statement in sorted(movers, key=lambda one: -movers[one]):
        if movers[statement] < 2:
            continue
        line = tape.statements[statement].line
        around = [
            node
            for node in ast.walk(case.program.tree)
            if isinstance(node, ast.For) and node.body[0].lineno <= line <= (node.end_lineno or 0)
        ]
        inner = max(around, key=lambda node: node.lineno, default=None)
        if inner is not None and (inner.lineno, inner.col_offset) in heads:
            yield heads[inner.lineno, inner.col_offset]
        yield statement


def _neighbours(case: Case, vertex: int) -> Iterator[int]:
    """Yield the updates of the parameters that were made before and after one, the nearest first."""
    flow = case.training.flow

    def distance(series: Series) -> tuple[bool, int]:
        root = flow.event[case.training.parameters[series.number].root]
        return root > flow.event[vertex], abs(root - flow.event[vertex])

    for series in sorted(case.observed.series, key=distance):
        yield from case.blame.step(series)
