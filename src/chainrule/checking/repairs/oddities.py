"""What stands out in a program whatever its numbers: a value that nothing uses, a loop over some of the names only.

There are few such changes, so they are tried before all others.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy import ndarray

from chainrule.checking.repairs.analogies import analogous
from chainrule.checking.repairs.candidate import Candidate
from chainrule.checking.repairs.edits.edit import parsed, plus
from chainrule.checking.repairs.places import Places
from chainrule.checking.repairs.putting import put
from chainrule.checking.repairs.ranks import head
from chainrule.checking.repairs.scope import Scope, is_atom
from chainrule.checking.repairs.statements import statement_edits

ODD = -6.0
"""What is added to the cost of these changes: they come first."""

LAYERS = re.compile(r"\b[A-Za-z_]\w*?(\d)\b")
"""Finds the layer that a variable is of by the digit at the end of its name."""

STEEPEST_LEAK = 0.3
"""A constant above this, times an array, is no leak of an activation."""

MOST = 120
"""How many of them are tried."""

Scopes = Callable[[ast.stmt], tuple[Scope, Scope]]


def odd_changes(places: Places, scopes: Scopes) -> Iterator[Candidate]:
    """Yield the changes that undo what stands out.

    Parameters
    ----------
    places : Places
    scopes : callable
        What is within reach before and behind a statement.
    """
    for statement in places.scenes:
        for old, new, mistake in _loops(statement, places.scenes[statement][0]):
            yield _candidate(places, statement, old, new, 1.0, mistake)
        for old, new in _masks(statement):
            yield _candidate(places, statement, old, new, 1.1, "mask inverted")
        for old in _leaks(statement) if statement not in places.backward else ():
            yield _candidate(places, statement, old, ast.Constant(0), 1.2, "leaky where ReLU was meant")
    for name, where in places.idle.items():
        yield from _used(places, name, where, scopes)
    for statement in places.scenes:
        for other in _of_other_layers(statement, places.scenes[statement][0]):
            if ast.unparse(other) not in _texts(places, statement):
                beside = _beside(places, statement, other)
                change = ((beside, (beside, ast.copy_location(other, beside))),)
                yield Candidate(places.homes[statement][0], change, ODD + 1.2, f"{ast.unparse(other)} missing")
    for statement in sorted(places.scenes, key=lambda one: places.suspect_of(one) is None):
        yield from _like_other_layers(places, statement, scopes)


def _like_other_layers(places: Places, statement: ast.stmt, scopes: Scopes) -> Iterator[Candidate]:
    """Yield a statement as it would be if it were written like those of other layers."""
    unit, block = places.homes[statement]
    others = [other for other in places.scenes if other is not statement and places.homes[other][0] == unit]
    before, after = scopes(statement)
    shape = _shape_of(statement, before)
    for instead in analogous(statement, others, [*before.arrays, *before.numbers, *before.integers]):
        if _shape_of(instead, before) != shape:
            continue
        text = ast.unparse(instead)
        named = (
            edit.mistake
            for edit in statement_edits(statement, block, before, after)
            if [ast.unparse(new) for _, news in edit.changes for new in news] == [text]
        )
        change = ((statement, (instead,)),)
        yield Candidate(unit, change, ODD + 1.3, next(named, "not as in the other layer"))


def _shape_of(statement: ast.stmt, scope: Scope) -> tuple[int, ...] | None:
    """Return the shape of what a statement assigns; None if it has none."""
    expression = getattr(statement, "value", None)
    value = scope.value(expression) if isinstance(expression, ast.expr) else None
    return np.shape(value) if isinstance(value, (ndarray, float, int)) else None


def _masks(statement: ast.stmt) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield the other comparisons of a mask that is set in place: ``<`` of a ReLU's output is true nowhere."""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Compare) and len(target.slice.ops) == 1:
        for operation in (ast.LtE, ast.Lt, ast.Gt, ast.GtE, ast.Eq):
            if not isinstance(target.slice.ops[0], operation):
                yield target.slice, ast.Compare(target.slice.left, [operation()], target.slice.comparators)


def _leaks(statement: ast.stmt) -> Iterator[ast.expr]:
    """Yield the leaks of activations: an array times a small constant."""
    for node in ast.walk(head(statement)):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            slopes = [one.value for one in (node.left, node.right) if isinstance(one, ast.Constant)]
            if any(isinstance(slope, float) and 0 < slope <= STEEPEST_LEAK for slope in slopes):
                yield node


def _of_other_layers(statement: ast.stmt, variables: Mapping[str, object]) -> Iterator[ast.stmt]:
    """Yield a statement that changes a variable of one layer as it would be for each of the others."""
    if not isinstance(statement, ast.AugAssign):
        return
    text = ast.unparse(statement)
    own = set(LAYERS.findall(text))
    layers = set(re.findall(r"\b[A-Za-z_]+(\d)\b", " ".join(variables))) - own
    if len(own) == 1:
        for layer in sorted(layers):
            renamed = re.sub(rf"\b([A-Za-z_]\w*?){next(iter(own))}\b", rf"\g<1>{layer}", text)
            yield ast.copy_location(ast.parse(renamed).body[0], statement)


def _beside(places: Places, statement: ast.stmt, other: ast.stmt) -> ast.stmt:
    """Return the statement behind which another one belongs: one that does the same in its own layer, if there is one.

    Where ``dW1 /= N; dW2 /= N; db2 /= N`` stand, ``db1 /= N`` was next to the first.
    """
    _, block = places.homes[statement]
    layer = LAYERS.findall(ast.unparse(other))
    alike = [
        one
        for one in block
        if isinstance(one, ast.AugAssign)
        and isinstance(statement, ast.AugAssign)
        and type(one.op) is type(statement.op)
        and ast.unparse(one.value) == ast.unparse(statement.value)
        and LAYERS.findall(ast.unparse(one)) == layer
    ]
    return alike[-1] if alike else statement


def _texts(places: Places, statement: ast.stmt) -> set[str]:
    """Return what stands in the function of a statement, a text for each statement."""
    unit = places.homes[statement][0]
    return {ast.unparse(other) for other in places.scenes if places.homes[other][0] == unit}


def _candidate(
    places: Places, statement: ast.stmt, old: ast.expr, new: ast.expr, cost: float, mistake: str
) -> Candidate:
    return Candidate(places.homes[statement][0], put(statement, old, new), ODD + cost, mistake)


def _loops(statement: ast.stmt, variables: Mapping[str, object]) -> Iterator[tuple[ast.expr, ast.expr, str]]:
    """Yield what loops and comprehensions of a statement may have been meant to go through."""
    walked = ast.walk(head(statement))
    iterated = [node.iter for node in walked if isinstance(node, ast.comprehension)]
    if isinstance(statement, ast.For):
        iterated.append(statement.iter)
    for old in iterated:
        if isinstance(old, ast.Call) and getattr(old.func, "id", "") in ("range", "xrange"):
            for position, argument in enumerate(old.args):
                for other in (plus(argument, ast.Constant(1)), ast.BinOp(argument, ast.Sub(), ast.Constant(1))):
                    changed = [*old.args[:position], other, *old.args[position + 1 :]]
                    yield old, ast.Call(old.func, changed, old.keywords), "range"
        else:
            for key_names in _weights(old, variables):
                yield old, key_names, "goes through the wrong names"


def _weights(old: ast.expr, variables: Mapping[str, object]) -> Iterator[ast.expr]:
    """Yield all names of a kind for some of them, and the names of the matrices for all names."""
    dictionaries = {name: value for name, value in variables.items() if isinstance(value, dict) and value}
    if isinstance(old, (ast.Tuple, ast.List)) and old.elts:
        listed = [one.value for one in old.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        kinds = {_kind(name) for name in listed}
        for value in dictionaries.values():
            alike = [key for key in value if isinstance(key, str) and _kind(key) in kinds]
            if len(listed) == len(old.elts) and set(listed) < set(alike):
                yield ast.Tuple([ast.Constant(key) for key in alike], ast.Load())
        return
    holder, method = old, "keys"
    if isinstance(old, ast.Call) and isinstance(old.func, ast.Attribute):
        holder, method = old.func.value, old.func.attr
    value = dictionaries.get(ast.unparse(holder), {})
    matrices = [key for key, array in value.items() if isinstance(array, ndarray) and _is_matrix(array)]
    if not matrices or len(matrices) == len(value):
        return
    if method == "values":
        yield ast.Tuple([parsed(f"{ast.unparse(holder)}[{key!r}]") for key in matrices], ast.Load())
    elif method == "keys":
        yield ast.Tuple([ast.Constant(key) for key in matrices], ast.Load())


def _kind(name: str) -> str:
    return re.split(r"\d", name)[0]


def _is_matrix(array: ndarray) -> bool:
    return array.ndim == 2 and min(array.shape) > 1


def _used(places: Places, name: str, where: ast.stmt, scopes: Scopes) -> Iterator[Candidate]:
    """Yield a variable that nothing uses in the place of others, and another in its place where it is changed."""
    unit, _ = places.homes[where]
    made = 0
    if isinstance(where, ast.AugAssign) and isinstance(where.target, ast.Subscript):
        before, _ = scopes(where)
        had = before.arrays.get(name)
        for other, array in before.arrays.items():
            if had is not None and array.shape == had.shape and other != name:
                yield _candidate(places, where, where.target.value, parsed(other), 1.0, f"{name} for {other}")
    for statement in places.scenes:
        if places.homes[statement][0] != unit or statement.lineno <= where.lineno or made > MOST:
            continue
        before, _ = scopes(statement)
        idle = before.arrays.get(name)
        if idle is None:
            continue
        if isinstance(statement, ast.Assign) and _shape_of(statement, before) == idle.shape:
            product = ast.BinOp(statement.value, ast.Mult(), parsed(name))
            yield _candidate(places, statement, statement.value, product, 1.1, f"{name} missing")
        for node in ast.walk(head(statement)):
            if not (isinstance(node, ast.expr) and is_atom(node)) or isinstance(getattr(node, "ctx", None), ast.Store):
                continue
            text = ast.unparse(node)
            if text != name and text in before.arrays and before.arrays[text].shape == idle.shape:
                made += 1
                found = _candidate(places, statement, node, parsed(name), 1.0, f"{text} for {name}")
                yield replace(found, natural=True)
