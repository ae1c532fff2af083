"""The backward pass of one entry, written: a session, its scope, and the parts of text that come of it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.checking.derive.calls import Derivation as Scope
from chainrule.checking.derive.entry import Entry
from chainrule.checking.derive.facts import Facts
from chainrule.checking.derive.find_composites import composites_of
from chainrule.checking.derive.insert import indentation, step_of
from chainrule.checking.derive.lines import Kept, Line
from chainrule.checking.derive.loops import free_names, names_of, needed
from chainrule.checking.derive.parameters import parameters_of
from chainrule.checking.derive.result import DerivedLine, Part
from chainrule.checking.derive.scope import Adjoint
from chainrule.checking.derive.seeing import Sightings, number_of
from chainrule.checking.derive.session import Session, functions_of, manner_of
from chainrule.checking.derive.text import code
from chainrule.checking.derive.values import CannotDerive, Value
from chainrule.checking.record.tape import Tape
from chainrule.checking.roles.flow import Flow
from chainrule.checking.truth.replay import Place, Replay
from chainrule.checking.truth.sweep import gradients


@dataclass
class Written:
    """A backward pass that is not proved yet."""

    entry: Entry
    parts: list[Part]
    kept: list[Kept]
    pairs: list[tuple[str, str]]
    """Expressions of parameters (or containers of them), each with that of its gradient."""
    loss: str
    notes: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


def write(
    tree: ast.Module, text: str, tape: Tape, sightings: Sightings, entry: Entry, *, all_arrays: bool = False
) -> Written:
    """Write the backward pass of an entry.

    Raises
    ------
    CannotDerive
        If a line on the way has no backward pass here.
    """
    flow = Flow(tape)
    known = parameters_of(entry, tree, tape, flow, sightings, all_arrays=all_arrays)
    if not known:
        raise CannotDerive(f"line {entry.loss.lineno}: the loss depends on no array that looks like a parameter")
    back = flow.upstream([flow.vertex(entry.ref)], entry.start)
    active = flow.downstream(known, entry.end + 1) & back
    facts = Facts(sightings, tape, flow, entry.start, entry.end, active)
    session = Session(tree, text, facts, manner_of(tree, text), functions_of(tree))
    own = facts.within({entry.frame})
    _composites(session, own, entry, flow, known, back)
    session.facts = Facts(sightings, tape, flow, entry.start, entry.end, own.active)
    arguments = [one.arg for one in session.functions[entry.source].args.args] if entry.source else []
    scope = session.scope(entry.statements, own, entry.source, inline=True, arguments=arguments)
    last = scope.body[-1]
    loss = _loss_in(last, entry)
    scope.line = last.lineno
    refusals: list[str] = []
    if isinstance(loss, ast.Name) and isinstance(loss.ctx, ast.Store):
        scope.env[loss.id] = Adjoint(Value(ast.Constant(1), ()), named=False)
        scope.back(scope.body)
        shown = loss.id
    else:
        if isinstance(last, ast.Assign) and last.value is loss and isinstance(last.targets[0], ast.Name):
            shown = last.targets[0].id
        else:
            shown = code(loss)
        scope.pull(loss, Value(ast.Constant(1), ()))
        scope.back(scope.body[:-1])
    scope.flush()
    pairs = _pairs(session, scope)
    if not pairs:
        raise CannotDerive(f"line {last.lineno}: no gradient reaches a parameter from here")
    return Written(entry, _parts(session, scope, entry, text), session.kept, pairs, shown, session.notes, refusals)


def _loss_in(last: ast.stmt, entry: Entry) -> ast.expr:
    wanted = number_of(entry.loss)
    for one in ast.walk(last):
        if isinstance(one, ast.expr) and number_of(one) == wanted:
            return one
    raise CannotDerive(f"line {last.lineno}: the loss was not found again")


def _composites(session: Session, own: Facts, entry: Entry, flow: Flow, known: dict[int, str], back: set[int]) -> None:
    """Find scores whose gradient is known at once, and leave out what only leads from them to the loss."""
    replay = Replay(own.tape, entry.start, entry.end)
    place = Place(entry.ref.node, entry.end)
    values = replay.run((), [place], keep=True)
    if values.error:
        return
    tape = own.tape

    def made(number: int) -> Any:
        return values.made.get(number, tape.nodes[number].value)

    truth = gradients(
        tape, entry.start, entry.end, [(place, np.ones(np.shape(values.seen[place])))], values.value, made
    )
    found = composites_of(entry.statements, own, truth.made)
    for number, (composite, vertices) in found.items():
        session.composites[number] = composite
        own.active = flow.downstream(known, entry.end + 1, frozenset(vertices)) & back


def _pairs(session: Session, scope: Scope) -> list[tuple[str, str]]:
    pairs = []
    holders = set()
    for base, (made, _) in session.containers.get(id(scope), {}).items():
        pairs.append((base, made))
        holders.add(made)
    for key, place in scope.leaves.items():
        if place.gradient.split("[")[0] in holders:
            continue
        adjoint = scope.env.get(key)
        pairs.append((key, code(adjoint.value.node) if adjoint is not None else place.gradient))
    return pairs


def _parts(session: Session, scope: Scope, entry: Entry, text: str) -> list[Part]:
    step = step_of(text)
    parts = []
    for made in session.made.values():
        indent = " " * made.function.col_offset
        end = made.function.end_lineno or made.function.lineno
        lines = [Line(0, made.header, made.function.lineno), *(_deeper(one) for one in made.lines)]
        parts.append(Part(made.helper.name, end, indent, tuple(_derived(one, step, text) for one in lines)))
    last = entry.statements[-1]
    after = last.lineno - 1 if isinstance(last, ast.Return) else last.end_lineno or last.lineno
    indent = indentation(text, last.lineno)
    used = free_names(scope.lines)
    again, _ = needed(scope.body, used & set(scope.stale), set(), set(scope.stale))
    front: list[Line] = []
    for statement in again:
        scope.line = statement.lineno
        front += [Line(0, one, statement.lineno, note="recomputed") for one in scope.runnable(statement)]
    missing = (used & set(scope.stale)) - {one for line in front for one in names_of(line.text)} - _previous(scope)
    for one in sorted(missing):
        raise CannotDerive(f"{scope.stale[one]} is overwritten before the backward pass needs it")
    lines = [*session.preamble(scope), *front, *scope.lines]
    parts.append(Part("", after, indent, tuple(_derived(one, step, text) for one in lines)))
    return parts


def _previous(scope: Scope) -> set[str]:
    return {one.previous for many in scope.rounds.of.values() for one in many}


def _deeper(line: Line) -> Line:
    return Line(line.depth + 1, line.text, line.source, line.upstream, line.local, line.shape, line.note)


def _derived(line: Line, step: str, text: str) -> DerivedLine:
    rows = text.split("\n")
    forward = rows[line.source - 1].strip() if 0 < line.source <= len(rows) else ""
    product = line.text.split(" = ", 1)[1] if " = " in line.text else ""
    return DerivedLine(
        step * line.depth + line.text, line.source, forward, line.upstream, line.local, product, line.shape, line.note
    )
