"""A call that was made for a program, as a problem."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.checking.record.run import Called
from chainrule.checking.record.tape import SCALAR, Ref, Tape
from chainrule.checking.roles.flow import Flow
from chainrule.checking.roles.names import Names
from chainrule.checking.roles.problem import Objective, Parameter, Problem, handed, stated
from chainrule.checking.roles.steps import supposed_losses
from chainrule.checking.roles.training import Step
from chainrule.checking.truth.replay import Place


def call_problem(tape: Tape, called: Called) -> Problem:
    """Return what a call has to be judged by."""
    made, end = called.made, called.end
    parameters = tuple(
        Parameter(name, Place(ref.node, called.start), tuple(_at_end(one, end) for one in called.claims.get(name, ())))
        for name, ref in called.inputs.items()
    )
    if called.loss is not None:
        objectives = (stated("its loss", [Place(called.loss.node, end)], -1), *_supposed(tape, called))
        return Problem(made.name, made.kind, tape, called.start, end, parameters, objectives)
    if called.outputs:
        places = [Place(ref.node, end) for ref, _ in called.outputs]
        objective = handed("what it is handed", places, [given for _, given in called.outputs])
    else:
        return Problem(made.name, made.kind, tape, called.start, end, parameters, tuple(_supposed(tape, called)))
    return Problem(made.name, made.kind, tape, called.start, end, parameters, (objective,))


def _supposed(tape: Tape, called: Called) -> Iterator[Objective]:
    """Yield the usual losses of what is compared with labels in a call."""
    flow = Flow(tape)
    nodes = [tape.nodes[ref.node] for ref in called.inputs.values()]
    sources = {
        flow.number_vertex(node.id) if node.storage == SCALAR else flow.memory_vertex(node.storage, called.start)
        for node in nodes
    }
    fresh = {one for one in flow.downstream(sources, end=called.end) if flow.event[one] >= called.start} - sources
    return supposed_losses(flow, Names(flow), fresh, Step(called.start, called.end, {}), sources)


def _at_end(ref: Ref, end: int) -> Place:
    return Place(ref.node, end)
