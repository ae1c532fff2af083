"""Changes that give a value which is known to be the right one: tried where the value is computed, without a run.

Where the truth was put in the place of a value and made things right, that value is what its expression should have
come to. Most changes do not come to it; only those that do are worth a run of the program.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.effort import EXECUTED, spend
from chainrule.checking.locate import Suspect
from chainrule.checking.probes import Site
from chainrule.checking.repairs.edits import edits
from chainrule.checking.repairs.formulas import formulas
from chainrule.checking.repairs.placing import placed
from chainrule.checking.repairs.putting import put
from chainrule.checking.repairs.scope import Scope
from chainrule.checking.repairs.statements import StatementEdit
from chainrule.checking.trace import frozen

CLOSE = 3e-6
"""How far a value may be from the truth, relative to its largest entry: truths are central differences."""

TWICE = 2500
"""How many pairs of changes of one expression are tried where no single one comes to the truth."""

WHOLE_TERMS = ("penalty missing", "the true class's part missing")
"""Changes that can be made wherever a value passes, so they come after smaller ones."""

ANOTHER_FORMULA = "another formula"

TWO_CHANGES = 1.0
"""What a second change of the same expression costs beyond the two."""


@dataclass(frozen=True, eq=False)
class Aim:
    """A place in a program, and the value that it should have come to in one run."""

    suspect: Suspect
    site: Site
    statement: ast.stmt
    wanted: ndarray
    scene: Mapping[str, Any]
    """The variables right before the statement, in the pass that the wanted value is of."""

    def met_by(self, value: object) -> bool:
        """Return whether a value is the one that is wanted, whatever axes of length 1 it has."""
        if not isinstance(value, (ndarray, float, int)) or isinstance(value, bool):
            return False
        array, wanted = np.asarray(value), self.wanted
        if array.dtype.kind not in "fi" or array.size != wanted.size:
            return False
        if [n for n in array.shape if n != 1] != [n for n in wanted.shape if n != 1]:
            return False
        apart = np.abs(array.reshape(wanted.shape) - wanted).max(initial=0.0)
        return bool(apart <= CLOSE * max(np.abs(wanted).max(initial=0.0), 1e-3))


def simple_changes(aim: Aim, known: Sequence[StatementEdit], before: Scope) -> Iterator[StatementEdit]:
    """Yield the changes of a statement, in one place, after which the value is the one that is wanted.

    Parameters
    ----------
    aim : Aim
    known : sequence of StatementEdit
        The changes of its statement.
    before : Scope
        What was within reach before it.
    """
    return (one for one in _in_one_place(aim, known, before) if one.mistake not in WHOLE_TERMS)


def larger_changes(aim: Aim, known: Sequence[StatementEdit], before: Scope) -> Iterator[StatementEdit]:
    """Yield whole terms, changes in two places, and other formulas, that come to the value that is wanted."""
    yield from (one for one in _in_one_place(aim, known, before) if one.mistake in WHOLE_TERMS)
    with np.errstate(all="ignore"):
        for one in [aim] if not aim.site.after else _of_operands(aim, before):
            yield from _of_expression_twice(one, before)
            yield from _other_formulas(one, before)


def _in_one_place(aim: Aim, known: Sequence[StatementEdit], before: Scope) -> Iterator[StatementEdit]:
    with np.errstate(all="ignore"):
        if not aim.site.after:
            yield from _of_expression(aim, before)
        if aim.site.assigned and isinstance(aim.statement, (ast.Assign, ast.AugAssign, ast.Expr)):
            read = _read(aim)
            for change in known:
                if read is not None and len(change.changes) == 1 and _meets(aim, change, read, before.names):
                    yield change


def _of_operands(aim: Aim, scope: Scope) -> Iterator[Aim]:
    """Yield what the right side of ``x *= e`` or ``x += e`` should have come to for x to be what is wanted."""
    statement = aim.statement
    if not isinstance(statement, ast.AugAssign):
        return
    x = scope.value(_readable(statement.target))
    if not isinstance(x, ndarray) or x.shape != aim.wanted.shape:
        return
    if isinstance(statement.op, (ast.Add, ast.Sub)):
        operands = [aim.wanted - x if isinstance(statement.op, ast.Add) else x - aim.wanted]
    elif isinstance(statement.op, (ast.Mult, ast.Div)) and np.all(x) and np.all(aim.wanted):
        operand = aim.wanted / x if isinstance(statement.op, ast.Mult) else x / aim.wanted
        constant = np.ptp(operand) <= CLOSE * abs(operand.flat[0])
        operands = [operand, operand.flat[:1].reshape(())] if constant else [operand]
    else:
        operands = []
    site = replace(aim.site, expression=statement.value, after=False)
    yield from (replace(aim, site=site, wanted=operand) for operand in operands)


def _of_expression(aim: Aim, scope: Scope) -> Iterator[StatementEdit]:
    old = aim.site.expression
    for edit in edits(old, scope):
        if aim.met_by(scope.value(edit.expression)):
            yield StatementEdit(edit.cost, put(aim.statement, old, edit.expression), edit.mistake)


def _of_expression_twice(aim: Aim, scope: Scope) -> Iterator[StatementEdit]:
    old, tried = aim.site.expression, 0
    for first in sorted(edits(old, scope), key=lambda edit: edit.cost):
        for second in edits(first.expression, scope):
            tried += 1
            if tried > TWICE:
                return
            if aim.met_by(scope.value(second.expression)):
                cost = first.cost + second.cost + TWO_CHANGES
                mistake = f"{first.mistake}, {second.mistake}"
                yield StatementEdit(cost, put(aim.statement, old, second.expression), mistake)
                return


def _other_formulas(aim: Aim, scope: Scope) -> Iterator[StatementEdit]:
    for cost, expression in formulas(scope, aim.wanted, aim.met_by):
        change = put(aim.statement, aim.site.expression, expression)
        yield StatementEdit(cost + 2 * TWO_CHANGES, change, ANOTHER_FORMULA)


def _read(aim: Aim) -> ast.expr | None:
    """Return the expression that reads the value behind the statement; None if it is only a part of one."""
    statement = aim.statement
    if aim.site.after:
        return aim.site.expression
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and statement.value is aim.site.expression:
        target = statement.targets[0]
        if isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)):
            return _readable(target)
    return None


def _readable(target: ast.Name | ast.Attribute | ast.Subscript) -> ast.expr:
    """Return a target as an expression that reads it."""
    fresh = copy.copy(target)
    fresh.ctx = ast.Load()
    return fresh


def _meets(aim: Aim, change: StatementEdit, read: ast.expr, names: Mapping[str, Any]) -> bool:
    """Run the statements that come in the place of one, on copies of what they see, and look at the value."""
    spend(EXECUTED)
    variables = {**names, **frozen(dict(aim.scene), depth=4)}  # all as globals: comprehensions look there
    try:
        module = ast.Module([placed(one) for one in change.changes[0][1]], [])
        expression = ast.Expression(placed(read))
        exec(compile(module, "<change>", "exec"), variables)  # the program's own text, in its own process
        value = eval(compile(expression, "<change>", "eval"), variables)
    except Exception:  # whatever a change makes of a stranger's program
        return False
    return aim.met_by(value)
