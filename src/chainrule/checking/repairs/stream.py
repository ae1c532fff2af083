"""The changes of a version that may undo its mistakes, in the order in which they are worth trying."""

from __future__ import annotations

import ast
import heapq
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from chainrule.checking.effort import MADE, Limit, spend
from chainrule.checking.repairs.aims import Aim, larger_changes, simple_changes
from chainrule.checking.repairs.candidate import Candidate
from chainrule.checking.repairs.oddities import odd_changes
from chainrule.checking.repairs.places import Places
from chainrule.checking.repairs.ranks import OTHER, head, ranks
from chainrule.checking.repairs.scope import Scope, scope_of
from chainrule.checking.repairs.statements import StatementEdit, statement_edits
from chainrule.checking.repairs.unused import unused_in

AIMED = -4.0
"""What is added to the cost of a change that gives a value which is known to be right: they come first."""

SECONDS_AIMED = 0.5
"""How long changes are looked for that give known values."""

AIMED_TWICE = -3.0
"""The same for two changes of one expression, and for another formula in its place."""

LEAST = 1.0
"""What the smallest change of a statement costs."""

TAKEN_UP = 0.5
"""What is taken off the cost of a change that names a parameter which the program leaves out."""

NEAR = 1.35
"""What a change may cost that is tried before two changes at once."""

LOSS = 2.0
"""What a change of the loss may cost that is tried before anything else, where the loss is the likely place."""


def candidates(places: Places) -> Iterator[Candidate]:
    """Yield changes, each once: first those after which a value is the one that is known to be right.

    As a change of the loss one is tried apart: it may leave the loss as it is, and make gradients right.
    """
    made: set[tuple[int, bool, str]] = set()
    for candidate in _in_order(places, ranks(places)):
        spend(MADE)
        key = (
            id(candidate.statement),
            candidate.of_loss,
            "\n".join(_text(new) for _, news in candidate.changes for new in news),
        )
        if key not in made:
            made.add(key)
            if not any(_is_nothing(new) for _, news in candidate.changes for new in news):
                yield candidate


def _is_nothing(statement: ast.stmt) -> bool:
    """Return whether something is multiplied by 0: what is not used has a gradient of 0, but nobody writes it so."""
    products = (node for node in ast.walk(head(statement)) if isinstance(node, ast.BinOp))
    factors = (one for node in products if isinstance(node.op, ast.Mult) for one in (node.left, node.right))
    return any(isinstance(one, ast.Constant) and one.value == 0 for one in factors)


def changes_of_loss(places: Places) -> Iterator[Candidate]:
    """Yield the small changes of the statements that the loss is made of."""
    of_loss = {one: rank for one, rank in ranks(places).items() if one in places.reducing}
    return (replace(one, of_loss=True) for one in _cheap(_by_cost(places, of_loss), below=LOSS))


def _in_order(places: Places, ranked: dict[ast.stmt, float]) -> Iterator[Candidate]:
    aims = _by_statement(places, ranked)
    of_loss = {one: rank for one, rank in ranked.items() if one in places.reducing}
    yield from odd_changes(places, lambda statement: scopes_of(places, statement))
    if places.frontier:
        yield from _by_cost(places, ranked)
        return
    if places.loss_first:
        yield from changes_of_loss(places)
    yield from _aimed(places, ranked, aims, simple_changes, AIMED)
    anywhere = not places.forward or places.judge.unused  # a parameter that is left out is left out before the loss
    yield from _cheap(_by_cost(places, ranked if anywhere else of_loss), below=NEAR)
    yield from _aimed(places, ranked, aims, larger_changes, AIMED_TWICE)
    yield from _by_cost(places, ranked)


def _cheap(found: Iterator[Candidate], *, below: float) -> Iterator[Candidate]:
    """Yield the changes that cost less than so much, for a limited time."""
    limit = Limit.of(SECONDS_AIMED)
    for candidate in found:
        if candidate.cost > below or limit.over():
            return
        yield replace(candidate, cost=candidate.cost + AIMED_TWICE)


def _aimed(
    places: Places,
    ranked: dict[ast.stmt, float],
    by_statement: dict[ast.stmt, list[Aim]],
    changes_for: Callable[[Aim, Sequence[StatementEdit], Scope], Iterator[StatementEdit]],
    cost: float,
) -> Iterator[Candidate]:
    """Yield the changes that give the values which made things right, those of the most telling place first."""
    limit = Limit.of(SECONDS_AIMED)
    heap: list[tuple[float, int, Candidate]] = []
    counter = itertools.count()
    for rank, statements in itertools.groupby(by_statement, key=lambda one: ranked.get(one, OTHER)):
        while heap and heap[0][0] < cost + rank + LEAST:
            yield heapq.heappop(heap)[2]
        if limit.over():
            break
        for statement in statements:
            unit, _ = places.homes[statement]
            before, _ = scopes_of(places, statement)
            for aim in by_statement[statement]:
                for change in changes_for(aim, edits_of(places, statement), before):
                    whole, promised = cost + rank + change.cost, aim.suspect.repaired
                    made = Candidate(unit, change.changes, whole, change.mistake, change.cost, promised)
                    heapq.heappush(heap, (whole, next(counter), made))
                if limit.over():
                    break
    while heap:
        yield heapq.heappop(heap)[2]


def _by_statement(places: Places, ranked: dict[ast.stmt, float]) -> dict[ast.stmt, list[Aim]]:
    """Return what values should have come to, by the statements that they are of, the most suspicious first."""
    aims: dict[ast.stmt, list[Aim]] = {}
    for aim in sorted(_aims(places), key=lambda one: ranked.get(one.statement, OTHER)):
        aims.setdefault(aim.statement, []).append(aim)
    return aims


def _aims(places: Places) -> Iterator[Aim]:
    for suspect in places.suspects:
        statement = places.statement_of(suspect)
        scenes = places.scenes.get(statement, []) if statement is not None else []
        if isinstance(statement, ast.AugAssign) and len(suspect.values) < len(scenes):
            continue  # what a loop adds up comes to no value by a change of one passing
        for (_, occurrence), wanted in suspect.values.items():
            if statement is not None and occurrence < len(scenes):
                yield Aim(suspect, places.site_of(suspect), statement, wanted, scenes[occurrence])
                break


def _by_cost(places: Places, ranked: dict[ast.stmt, float]) -> Iterator[Candidate]:
    """Yield all changes of statements in the order of their costs."""
    in_order = sorted(ranked.items(), key=lambda pair: pair[1])
    heap: list[tuple[float, int, Candidate]] = []
    counter = itertools.count()
    for position, (statement, rank) in enumerate(in_order):
        for candidate in _of(places, statement, rank):
            heapq.heappush(heap, (candidate.cost, next(counter), candidate))
        least = in_order[position + 1][1] + LEAST if position + 1 < len(in_order) else float("inf")
        while heap and heap[0][0] < least:
            yield heapq.heappop(heap)[2]


def _of(places: Places, statement: ast.stmt, rank: float) -> Iterable[Candidate]:
    unit, _ = places.homes[statement]
    unused = unused_in(places, scopes_of(places, statement)[0]) if places.judge.unused else []
    for edit in edits_of(places, statement):
        taken_up = any(name in edit.mistake for name in unused)
        yield Candidate(unit, edit.changes, edit.cost + rank - taken_up * TAKEN_UP, edit.mistake, edit.cost)


def edits_of(places: Places, statement: ast.stmt) -> list[StatementEdit]:
    """Return the changes of one statement."""
    if statement not in places.edits:
        _, block = places.homes[statement]
        places.edits[statement] = list(statement_edits(statement, block, *scopes_of(places, statement)))
    return places.edits[statement]


def scopes_of(places: Places, statement: ast.stmt) -> tuple[Scope, Scope]:
    """Return what was within reach before a statement first ran, and behind it."""
    if statement not in places.scopes:
        places.scopes[statement] = _scopes_of(places, statement)
    return places.scopes[statement]


def _scopes_of(places: Places, statement: ast.stmt) -> tuple[Scope, Scope]:
    unit, _ = places.homes[statement]
    functions = list(places.versions.values())
    names = places.judge.units.live[unit].function.__globals__
    scene, behind = places.scene_of(statement)
    parameters = list(places.judge.cases[places.number].parameters.values())
    before = scope_of(scene, names, functions, parameters)
    after = scope_of({**scene, **behind}, names, functions, parameters)
    return before, after


def _text(statement: ast.stmt) -> str:
    compound = isinstance(statement, (ast.For, ast.While, ast.If))
    return ast.unparse(head(statement)) if compound else ast.unparse(statement)
