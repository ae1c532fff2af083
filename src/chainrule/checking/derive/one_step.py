"""One step of the chain rule in names that are in reach: what a line should have been."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.checking.derive.adjoints import pulled
from chainrule.checking.derive.arguments import POSITIONAL
from chainrule.checking.derive.text import code, fill, name
from chainrule.checking.derive.values import CannotDerive, Manner, Operation, Scatter, Value
from chainrule.checking.judge import Judgement
from chainrule.checking.record.tape import Event, Ref, refs
from chainrule.checking.roles.flow import Flow
from chainrule.checking.roles.problem import Problem


def derived_expression(
    problem: Problem,
    judgement: Judgement,
    vertex: int,
    scope_names: Mapping[str, Ref],
    flow: Flow | None = None,
    manner: Manner | None = None,
) -> str | None:
    """Return the gradient of a forward value as an expression in names that are in reach.

    Parameters
    ----------
    problem, judgement
        Of the run: they tell what the gradient of every value is.
    vertex : int
        The forward value.
    scope_names : mapping of str to Ref
        What the names in reach hold where the expression is to stand: forward values, and gradients.

    Returns
    -------
    str or None
        None if a value that one step of the chain rule needs has no name there.
    """
    if not judgement.points:
        return None
    flow = flow or Flow(problem.tape)
    step = _Step(problem, judgement, scope_names, flow, manner or Manner())
    total: ast.expr | None = None
    for later in flow.after[vertex]:
        event = problem.tape.events[flow.event[later]]
        if not problem.start <= event.index < problem.end or step.gradient_of(event) is None:
            continue
        part = step.part(event, vertex)
        if part is None:
            return None
        total = part if total is None else fill("a + b", a=total, b=part)
    return None if total is None else code(total)


class _Step:
    def __init__(
        self, problem: Problem, judgement: Judgement, scope: Mapping[str, Ref], flow: Flow, manner: Manner
    ) -> None:
        self.tape, self.flow, self.manner = problem.tape, flow, manner
        self.truth = judgement.points[0].gradients.made
        self.values = {flow.vertex(ref): known for known, ref in [*scope.items()][::-1]}
        self.numbers = {known: np.asarray(self.tape.value(ref), float) for known, ref in scope.items()}

    def gradient_of(self, event: Event) -> Any:
        """Return the gradient of what an event made; None if the loss does not depend on it."""
        return self.truth.get(event.output) if isinstance(event.output, int) else None

    def part(self, event: Event, vertex: int) -> ast.expr | None:
        """Return what reaches a value through one event."""
        up = self._upstream(np.asarray(self.gradient_of(event), float))
        args = [self._argument(one) for one in event.args]
        if up is None or any(one is None for one in args):
            return None
        known = [one for one in args if one is not None]
        options = dict(zip(POSITIONAL.get(event.op, ()), event.args[1:], strict=False)) | event.kwargs
        out = self._named(event.output)
        shape = np.shape(self.tape.nodes[event.output].value)
        plain = {key: _plain(one) for key, one in options.items()}
        value = out or Value(name("out"), shape)
        nodes = [one.node for one in known]
        operation = Operation(event.op, known, nodes, plain, value, up, self.manner, "", out is not None)
        total: ast.expr | None = None
        for number, one in enumerate(event.args):
            if not isinstance(one, Ref) or self.flow.vertex(one) != vertex:
                continue
            try:
                made = pulled(operation, number)
            except (CannotDerive, KeyError, IndexError):
                return None
            if isinstance(made, Scatter) or "out" in {n.id for n in ast.walk(made.node) if isinstance(n, ast.Name)}:
                return None
            total = made.node if total is None else fill("a + b", a=total, b=made.node)
        return total

    def _upstream(self, truth: Any) -> Value | None:
        if truth.size == 1 and abs(float(truth.reshape(-1)[0]) - 1) < 1e-12:
            return Value(ast.Constant(1), ())
        for known, value in self.numbers.items():
            if value.shape == truth.shape and np.allclose(value, truth, rtol=1e-7, atol=1e-12):
                return Value(name(known), truth.shape)
        return None

    def _argument(self, one: Any) -> Value | None:
        if isinstance(one, Ref):
            known = self.values.get(self.flow.vertex(one))
            value = self.tape.value(one)
            if known is not None:
                return Value(name(known), np.shape(value))
            return Value(name(repr(float(value))), ()) if np.ndim(value) == 0 else None
        if any(True for _ in refs(one)):
            return None
        made = name(repr(one)) if isinstance(one, (int, float, str, tuple)) else ast.Constant(None)
        return Value(made, ())

    def _named(self, node: Any) -> Value | None:
        ref = Ref(node, self.tape.nodes[node].version)
        known = self.values.get(self.flow.vertex(ref))
        return None if known is None else Value(name(known), np.shape(self.tape.nodes[node].value))


def _plain(one: Any) -> Any:
    return None if isinstance(one, Ref) else one
