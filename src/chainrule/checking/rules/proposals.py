"""The changes of one statement that the rules propose, the likeliest first."""

from __future__ import annotations

import ast
import heapq
from collections.abc import Container, Iterator
from typing import NamedTuple

from chainrule.checking.rules.keys import Keys
from chainrule.checking.rules.likelihood import A_NODE, LIKELIHOOD, OTHER_SHAPE, WRONG_SHAPE
from chainrule.checking.rules.place import Place, places
from chainrule.checking.rules.rule import RULES, Change, Edit, Rule
from chainrule.checking.rules.tree import children, replaced
from chainrule.checking.rules.variables import Scope, Shape

PAIRED = 800
"""How many of the likeliest changes are combined."""


NO_VALUES = (ast.Slice, ast.Starred, ast.JoinedStr, ast.FormattedValue)
"""Expressions that no rule changes as a whole."""


class Found(NamedTuple):
    """A change that has been found, and has not been written out yet unless its shape had to be looked at."""

    surprise: float
    place: Place
    edit: Edit


def proposals(statement: ast.stmt, scope: Scope, *, limit: int = 4000) -> Iterator[Change]:
    """Yield small changes of a statement that a person would make, in order of surprise.

    Parameters
    ----------
    statement : ast.stmt
        Of a compound statement only the head is changed.
    scope : Scope
    limit : int
        How many to yield at most.

    Yields
    ------
    Change
        No two are the same, and none is the statement itself. Parts that do not change are shared with the statement.
    """
    keys, sizes = Keys(), _Sizes(statement)
    seen: set[tuple[int, ...]] = {(keys.of(statement),)}
    for found in _found(statement, scope, sizes):
        change = _written(statement, found, sizes.own)
        key = tuple(map(keys.of, change.statements))
        if key not in seen:
            seen.add(key)
            yield change
            if len(seen) > limit:
                return


def pairs_of_changes(statement: ast.stmt, scope: Scope, limit: int = 4000) -> Iterator[Change]:
    """Yield two changes at once of one statement, in order of the sum of their surprises.

    Each is called by its likelier mistake. What either change alone gives is not among them.
    """
    keys, sizes = Keys(), _Sizes(statement)
    singles: list[tuple[Found, Change]] = []
    seen: set[tuple[int, ...]] = {(keys.of(statement),)}
    for found in _found(statement, scope, sizes):
        change = _written(statement, found, sizes.own)
        key = tuple(map(keys.of, change.statements))
        if key not in seen:
            seen.add(key)
            if found.place.path:
                singles.append((found, change))
        if len(singles) == PAIRED:
            break
    yielded = 0
    for first, second in _by_sum([found.surprise for found, _ in singles]):
        both = _both(singles[first], singles[second])
        if both is None or both.statement is None:
            continue
        key = tuple(map(keys.of, both.statements))
        if key not in seen:
            seen.add(key)
            yield both
            yielded += 1
            if yielded == limit:
                return


def _found(statement: ast.stmt, scope: Scope, sizes: _Sizes) -> list[Found]:
    """Return what the rules propose, sorted."""
    found: list[Found] = []
    walked = list(places(statement, scope))
    wanted = _wanted_shape(walked[0], scope)
    for place in walked:
        for rule in _rules_for(place):
            for edit in rule(place.node, scope, place):
                surprise = LIKELIHOOD[edit.mistake] + edit.extra + A_NODE * sizes.changed(place.node, edit)
                if isinstance(edit.new, ast.expr) and isinstance(place.node, ast.expr):
                    surprise += _misfit(place, edit.new, wanted)
                if surprise != float("inf"):
                    found.append(Found(surprise, place, edit))
    found.sort(key=lambda one: one.surprise)
    return found


def _rules_for(place: Place) -> list[Rule]:
    node = place.node
    rules = RULES.get(type(node), [])
    if not isinstance(node, ast.expr):
        return rules
    if isinstance(getattr(node, "ctx", None), ast.Store):
        return []
    if place.path[-1].field == "func" or isinstance(node, NO_VALUES):
        return []
    return [*rules, *RULES.get(ast.expr, [])]


def _misfit(place: Place, new: ast.expr, wanted: Shape | None) -> float:
    """Return what a change of shape adds: infinity if the statement would fail."""
    shapes = place.shapes
    old, fresh = shapes.of(place.node), shapes.of(new)
    if old.shape == fresh.shape and not fresh.fails and wanted is None:
        return 0.0
    statement = place.with_node(new) if place.path else new
    outcome = shapes.of(value) if (value := getattr(statement, "value", None)) is not None else None
    if outcome is None:
        return float("inf") if fresh.fails and fresh.sure else 0.0
    if outcome.fails:
        return float("inf") if outcome.sure else WRONG_SHAPE
    if outcome.shape is None:
        return 0.0
    if wanted is not None:
        return 0.0 if outcome.shape == wanted else WRONG_SHAPE
    before = shapes.of(place.statement.value) if hasattr(place.statement, "value") else outcome
    return 0.0 if before.shape is None or before.shape == outcome.shape else OTHER_SHAPE


def _wanted_shape(whole: Place, scope: Scope) -> Shape | None:
    """Return the shape that the value must have, which is that of the parameter whose gradient it is."""
    variable = scope.named.get(ast.unparse(whole.target)) if whole.target is not None else None
    owner = scope.named.get(variable.gradient_of) if variable is not None else None
    return owner.shape if owner is not None else None


class _Sizes:
    """Counts how much of a statement a change writes anew or leaves out."""

    def __init__(self, statement: ast.stmt) -> None:
        self.own: dict[int, int] = {}
        self._count(statement)

    def changed(self, old: ast.AST, edit: Edit) -> float:
        """Return the number of nodes that are new, and half of those that go."""
        fresh = 2 * (len(edit.before) + len(edit.after))
        if edit.new is None or edit.new is old:
            return fresh
        written, kept = self._written(edit.new)
        return fresh + written + 0.5 * max(self.own.get(id(old), 0) - kept, 0)

    def _count(self, node: ast.AST) -> int:
        size = 1 + sum(map(self._count, children(node)))
        self.own[id(node)] = size
        return size

    def _written(self, node: ast.AST) -> tuple[int, int]:
        own = self.own.get(id(node))
        if own is not None:
            return 0, own
        copied = "lineno" in node.__dict__  # of a node that stood there, or read from a text
        if type(node) in (ast.Name, ast.Constant) or (copied and type(node) is ast.Attribute):
            return 1, 0  # of an attribute all is one name, ``np.sum`` or ``self.W1``
        written, kept = 0 if copied else 1, 0
        for child in children(node):
            new, old = self._written(child)
            written, kept = written + new, kept + old
        return (1, 0) if copied and not kept else (written, kept)


def _written(statement: ast.stmt, found: Found, own: Container[int]) -> Change:
    """Return a change as whole statements, with lines for what is new."""
    place, edit = found.place, found.edit
    for one in (edit.new, *edit.before, *edit.after):
        if one is not None:
            _give_lines(one, getattr(statement, "lineno", 1), own)
    new = place.with_node(edit.new) if place.path and edit.new is not None else edit.new
    assert new is None or isinstance(new, ast.stmt)
    return Change(new, edit.mistake, found.surprise, edit.before, edit.after, place.node, edit.new)


def _give_lines(node: ast.AST, line: int, own: Container[int]) -> None:
    """Give lines to the nodes that have none, but for the old statement's."""
    if id(node) in own:
        return
    if "lineno" not in node.__dict__ and node._attributes:
        node.__dict__.update(lineno=line, end_lineno=line, col_offset=0, end_col_offset=0)
    for child in children(node):
        _give_lines(child, line, own)


def _both(one: tuple[Found, Change], other: tuple[Found, Change]) -> Change | None:
    """Return two changes at once; None if one undoes the place of the other."""
    if len(one[0].place.path) > len(other[0].place.path):
        one, other = other, one
    orders = [(one, other)]
    if one[0].place.node is other[0].place.node:  # a term belongs around a factor rather than into it
        orders = [(other, one), (one, other)] if _is_sum(other[0].edit.new) else [(one, other), (other, one)]
    whole = None
    for (_, change), (inner, _) in orders:
        if whole is None and change.statement is not None and inner.edit.new is not None:
            fresh = replaced(change.statement, inner.place.node, inner.edit.new)
            whole = None if fresh is change.statement else fresh
    if whole is None:
        return None
    first, second = one[0], other[0]
    likelier = min(first, second, key=lambda found: found.surprise)
    surprise = first.surprise + second.surprise
    return Change(whole, likelier.edit.mistake, surprise, used=first.place.statement, expected=whole)


def _is_sum(node: ast.AST | None) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub))


def _by_sum(values: list[float]) -> Iterator[tuple[int, int]]:
    """Yield pairs of places in a sorted list, the first before the second, by the sum of what stands there."""
    waiting = [(values[0] + values[1], 0, 1)] if len(values) > 1 else []
    while waiting:
        _, first, second = heapq.heappop(waiting)
        yield first, second
        if second + 1 < len(values):
            heapq.heappush(waiting, (values[first] + values[second + 1], first, second + 1))
        if second == first + 1 and second + 1 < len(values):
            heapq.heappush(waiting, (values[first + 1] + values[second + 1], first + 1, second + 1))
