"""How suspicious each statement of a version is: what is added to the cost of its changes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import numpy as np
from numpy import ndarray

from chainrule.checking.units import Function

if TYPE_CHECKING:
    from chainrule.checking.repairs.places import Places

UNUSUAL, NEXT, WEAKER, READ, BACKWARD, OTHER, ELSEWHERE = -0.35, 0.15, 0.45, 0.2, 0.6, 0.8, 1.2
"""By how suspicious a statement is: part of a loss that is a sum, as telling as the first suspect, less so, read by it
(for each step), elsewhere in the backward pass, elsewhere, in a part of the backward pass that no wrong gradient
depends on."""

ALIAS, NOTHING = 0.3, 0.5
"""What is taken off for a suspicious statement that does nothing but name a value again, and for ``x = x``."""


def ranks(places: Places) -> dict[ast.stmt, float]:
    """Return every statement that ran with its rank, about 0 for the most suspicious."""
    assert places.watch is not None
    found = {statement: BACKWARD if statement in places.backward else OTHER for statement in places.scenes}
    found |= dict.fromkeys(places.elsewhere & found.keys(), ELSEWHERE)
    if places.unusual:
        found |= dict.fromkeys(places.reducing & found.keys(), UNUSUAL)
    elif places.forward and not places.frontier:
        for statements, rank in ((places.in_loops, NEXT), (places.reducing, -READ)):
            parts = [one for one in statements & found.keys() if isinstance(one, (ast.Assign, ast.AugAssign))]
            found |= dict.fromkeys(parts, rank)
    for position, statement in enumerate(places.frontier[:8]):
        if statement in found:
            found[statement] = min(found[statement], READ * position)
    found |= dict.fromkeys(places.shared & found.keys(), 0.0)
    leading = _of_suspects(places, found) or _last_to_write(places, found)
    if places.judge.unused & places.judgement.wrong(places.number):  # the forward pass leaves out a parameter
        for statement in found.keys() - places.backward:
            found[statement] = min(found[statement], -NEXT)
    if places.apart:  # several gradients are wrong, each in its own way: or the loss is, in one
        for statement in places.reducing & found.keys():
            found[statement] = min(found[statement], NEXT)
    if places.crashed_at is not None:
        around = [one for one in found if one.lineno <= places.crashed_at <= _end(one)]
        leading = sorted(around, key=lambda one: -one.lineno)[:1]
        found |= dict.fromkeys(leading, 0.0)
    for start in leading[:2]:
        inside = [other for other in found if _is_called_by(places, other, start)]
        for other in inside:
            found[other] = min(found[other], NEXT)
        near = [start]
        for hop in (1, 2, 3):
            near = [other for one in near for other in _read_by(places, one)]
            for other in near:
                found[other] = min(found[other], READ * hop)
    for statement in places.settled & found.keys():
        found[statement] = max(found[statement], WEAKER)
    for statement in found:
        if isinstance(statement, ast.If):  # what it lets happen, or not
            found[statement] = min(found[statement], *(found.get(one, OTHER) for one in statement.body))
    for statement in found:
        if _hands_back(statement):
            found[statement] += READ  # what is only handed back was computed before
        if found[statement] > 2 * READ:
            continue
        if _names_again(statement) or _repeats(places, statement) or _does_nothing(places, statement):
            idle = _does_nothing(places, statement) or _is_whole(places.homes[statement][1], statement)
            found[statement] -= NOTHING if idle else 0.0 if isinstance(statement, ast.Return) else ALIAS
    return found


def _of_suspects(places: Places, found: dict[ast.stmt, float]) -> list[ast.stmt]:
    """Rank the statements of the suspects; return the most telling of them."""
    most = len(places.suspects[0].repaired) if places.suspects else 0
    leading: list[ast.stmt] = []
    for suspect in places.suspects:
        statement = places.statement_of(suspect)
        if statement is None or statement not in found:
            continue
        first = not leading or (len(leading) == 1 and places.homes[leading[0]][0] != places.homes[statement][0])
        rank = WEAKER if len(suspect.repaired) < most else 0.0 if first else NEXT
        if rank < WEAKER and statement not in leading:
            leading.append(statement)
        found[statement] = min(found[statement], rank)
    return leading


def _last_to_write(places: Places, found: dict[ast.stmt, float]) -> list[ast.stmt]:
    """Rank the statements behind which a variable is a wrong gradient as it is returned; return them."""
    if places.seen is None or places.watch is None:
        return []
    gradients = places.seen.result.gradients
    wrong = [gradients[name].reshape(-1) for name in places.judgement.wrong(places.number) if name in gradients]
    last = {event[0]: places.seen.events[event] for event in places.seen.backward}  # of a loop, the last time
    leading = []
    for number, value in last.items():
        site = places.watch.sites[number]
        if site.assigned and value.size > 1 and any(np.array_equal(value.reshape(-1), one) for one in wrong):
            statement = site.statement
            if statement in found and statement is not None and statement not in leading:
                leading.append(statement)
    for picked in [_base(one.value) for one in leading if isinstance(one, ast.Assign)]:  # dx = dxp[:, :, 1:-1, 1:-1]
        leading += [one for one in found if isinstance(one, ast.AugAssign) and picked and _base(one.target) == picked]
    for statement in leading:
        found[statement] = min(found[statement], NEXT)
    return leading


def _base(node: ast.expr) -> str:
    """Return ``x`` for ``x[i]``; nothing for what is no part of a variable."""
    picked = node.value if isinstance(node, ast.Subscript) else None
    return picked.id if isinstance(picked, ast.Name) else ""


def _read_by(places: Places, statement: ast.stmt) -> list[ast.stmt]:
    """Return the statements that make what a statement reads, and those that call the function it stands in."""
    unit = places.homes[statement][0]
    read = {node.id for node in ast.walk(head(statement)) if isinstance(node, ast.Name)}
    function = places.versions[unit]
    parameters = {one.arg for one in function.args.args} if isinstance(function, ast.FunctionDef) else set()
    found = []
    for other in places.scenes:
        if other is statement:
            continue
        if places.homes[other][0] == unit:
            if read & _written(other):
                found.append(other)
        elif read & parameters and isinstance(function, ast.FunctionDef) and _calls(other, function):
            found.append(other)
    return found


def _is_called_by(places: Places, other: ast.stmt, statement: ast.stmt) -> bool:
    """Return whether a statement stands in a function that another one calls."""
    unit = places.homes[other][0]
    return unit != places.homes[statement][0] and _calls(statement, places.versions[unit])


def head(statement: ast.stmt) -> ast.AST:
    """Return the part of a statement that is its own: of a loop its head."""
    for name in ("test", "iter"):
        part = getattr(statement, name, None)
        if isinstance(part, ast.expr):
            return part
    return statement


def _hands_back(statement: ast.stmt) -> bool:
    """Return whether a statement returns several variables, or makes a dictionary of them, and computes nothing."""
    value = statement.value if isinstance(statement, (ast.Return, ast.Assign)) else None
    parts = value.values if isinstance(value, ast.Dict) else value.elts if isinstance(value, ast.Tuple) else []
    inner = [one for part in parts for one in (part.values if isinstance(part, ast.Dict) else [part])]
    return len(inner) > 1 and all(isinstance(one, ast.Name) for one in inner)


def _names_again(statement: ast.stmt) -> bool:
    """Return whether a statement only gives a value another name, where something may have been left out."""
    if isinstance(statement, ast.Return):
        return isinstance(statement.value, ast.Name)
    if isinstance(statement, ast.Assign):
        return isinstance(statement.targets[0], ast.Name) and isinstance(statement.value, ast.Name)
    return False


def _repeats(places: Places, statement: ast.stmt) -> bool:
    """Return whether a statement computes what another variable holds already, to the last bit."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
        return False
    value = places.behind.get(statement, [{}])[0].get(statement.targets[0].id)
    before = places.scenes[statement][0].values()
    return isinstance(value, ndarray) and any(
        isinstance(other, ndarray) and other.shape == value.shape and np.array_equal(other, value) for other in before
    )


def _does_nothing(places: Places, statement: ast.stmt) -> bool:
    """Return whether a statement is ``x = x``, or its variable holds, to the last bit, what it held before."""
    if not isinstance(statement, (ast.Assign, ast.AugAssign)):
        return False
    if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == ast.unparse(statement.value):
        return True
    target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    while isinstance(target, ast.Subscript):
        target = target.value
    scenes = places.scenes[statement]
    if not isinstance(target, ast.Name) or len(scenes) != 1:
        return False
    before, after = scenes[0].get(target.id), places.behind.get(statement, [{}])[0].get(target.id)
    return isinstance(after, ndarray) and isinstance(before, ndarray) and np.array_equal(before, after)


def _is_whole(block: list[ast.stmt], statement: ast.stmt) -> bool:
    """Return whether a function does nothing but give back what it is given."""
    others = [one for one in block if not isinstance(getattr(one, "value", None), ast.Constant)]
    return isinstance(statement, ast.Return) and others == [statement]


def _end(statement: ast.stmt) -> int:
    own = head(statement)
    return getattr(own, "end_lineno", None) or statement.lineno


def _written(statement: ast.stmt) -> set[str]:
    """Return the names that a statement gives a value to, or whose content it may change."""
    if isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
    if isinstance(statement, ast.For):
        return {node.id for node in ast.walk(statement.target) if isinstance(node, ast.Name)}
    if isinstance(statement, ast.Expr):
        return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    return set()


def _calls(statement: ast.stmt, function: Function) -> bool:
    name = function.name if isinstance(function, ast.FunctionDef) else ""
    return any(
        isinstance(node, ast.Call) and name in (getattr(node.func, "id", None), getattr(node.func, "attr", None))
        for node in ast.walk(head(statement))
    )
