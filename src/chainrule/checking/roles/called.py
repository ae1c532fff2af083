"""A call that was made for a program, as a problem."""

from __future__ import annotations

from chainrule.checking.record.run import Called
from chainrule.checking.record.tape import Ref, Tape
from chainrule.checking.roles.problem import Parameter, Problem, handed, stated
from chainrule.checking.truth.replay import Place


def call_problem(tape: Tape, called: Called) -> Problem:
    """Return what a call has to be judged by."""
    made, end = called.made, called.end
    parameters = tuple(
        Parameter(name, Place(ref.node, called.start), tuple(_at_end(one, end) for one in called.claims.get(name, ())))
        for name, ref in called.inputs.items()
    )
    if called.loss is not None:
        objective = stated("its loss", [Place(called.loss.node, end)], -1)
    else:
        places = [Place(ref.node, end) for ref, _ in called.outputs]
        objective = handed("what it is handed", places, [given for _, given in called.outputs])
    return Problem(made.name, made.kind, tape, called.start, end, parameters, (objective,))


def _at_end(ref: Ref, end: int) -> Place:
    return Place(ref.node, end)
