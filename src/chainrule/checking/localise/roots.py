"""What statements compute: the values in whose place the truth is put."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from chainrule.checking.record.tape import Site, Tape, outputs
from chainrule.checking.truth.families import MOST_PASSES
from chainrule.checking.truth.replay import Place
from chainrule.checking.truth.sweep import NO_GRADIENT

Passes = list[tuple[Place, int]]


class Root(NamedTuple):
    """What a statement computes, run after run."""

    statement: int
    site: int
    """The expression; -1 if what stands there was computed elsewhere, or is written into."""
    places: tuple[Place, ...]
    """In the order of time."""
    frames: tuple[int, ...]
    adds_up: bool = False
    """Whether every run adds to what was there."""
    writes: tuple[tuple[int, ...], ...] = ()
    """Of an array that entries are written into: in each of its places, the events that did so."""


def roots(tape: Tape, start: int, end: int, statements: Sequence[int], trees: Mapping[int, ast.stmt]) -> list[Root]:
    """Return what some statements compute in a window.

    Of a statement with an expression it is the value of the whole of it (each of several, if it gives a tuple); of one
    that writes into an array, that array when it has written for the last time; of one that gives a name to what a
    function returned, that.
    """
    wanted = set(statements)
    made: dict[tuple[int, int], Passes] = {}
    written: dict[int, dict[int, tuple[Place, int]]] = {}
    writes: dict[tuple[int, int], list[int]] = {}
    for event in tape.events[start:end]:
        statement = tape.statement_of(event)
        if statement not in wanted:
            continue
        if event.output is None:
            node = tape.nodes[event.args[0].node]
            written.setdefault(statement, {})[node.storage] = Place(node.id, event.index + 1), event.frame
            if event.op == "setitem":
                writes.setdefault((statement, node.storage), []).append(event.index)
        if event.op in NO_GRADIENT:
            continue  # (what begins as zeros)
        for number in outputs(event):
            if number >= 0 and _is_float(tape.nodes[number].value):
                made.setdefault((statement, event.site), []).append((Place(number, event.index + 1), event.frame))
    found = [
        _root(statement, site, passes, _is_sum(tape, site, statement, trees))
        for (statement, site), passes in _outermost(tape, made, trees).items()
    ]
    for statement, last in written.items():
        by_place = [tuple(writes.get((statement, storage), ())) for storage in last]
        found.append(_root(statement, -1, [*last.values()])._replace(writes=tuple(by_place)))
    found += [_root(statement, -1, passes) for (statement, _), passes in _bound(tape, start, end, wanted).items()]
    return [root for root in found if len(root.places) <= MOST_PASSES]


def _bound(tape: Tape, start: int, end: int, wanted: set[int]) -> dict[tuple[int, str], Passes]:
    """Return what functions returned, where it gets its names."""
    found: dict[tuple[int, str], Passes] = {}
    for binding in tape.bindings:
        if not start <= binding.time <= end or binding.statement not in wanted:
            continue
        node = tape.nodes[binding.ref.node]
        event = tape.events[node.event]
        if node.event >= start and tape.statement_of(event) != binding.statement and _is_float(node.value):
            passes = found.setdefault((binding.statement, binding.target), [])
            passes.append((Place(node.id, binding.time), binding.frame))
    return found


def _outermost(
    tape: Tape, made: Mapping[tuple[int, int], Passes], trees: Mapping[int, ast.stmt]
) -> dict[tuple[int, int], Passes]:
    """Return the expressions that are a part of no other; of what is added up, what is added."""
    own: dict[int, list[int]] = {}
    for statement, site in made:
        own.setdefault(statement, []).append(site)
    found = {}
    for (statement, site), passes in made.items():
        others = [tape.sites[one] for one in own[statement] if one != site]
        tree = trees.get(statement)
        if isinstance(tree, ast.AugAssign) and _is_whole(tape.sites[site], tree):
            if others and _adds(tree):
                continue
        elif isinstance(tree, ast.AugAssign):
            if not _adds(tree) or any(_is_inside(tape.sites[site], one) and not _is_whole(one, tree) for one in others):
                continue
        elif any(_is_inside(tape.sites[site], one) for one in others):
            continue
        found[statement, site] = passes
    return found


def _is_whole(site: Site, tree: ast.stmt) -> bool:
    return (site.line, site.column) == (tree.lineno, tree.col_offset)


def _adds(tree: ast.AugAssign) -> bool:
    return isinstance(tree.op, ast.Add | ast.Sub)


def _is_sum(tape: Tape, site: int, statement: int, trees: Mapping[int, ast.stmt]) -> bool:
    tree = trees.get(statement)
    return isinstance(tree, ast.AugAssign) and _adds(tree) and _is_whole(tape.sites[site], tree)


def _root(statement: int, site: int, passes: Passes, adds_up: bool = False) -> Root:
    passes = sorted(set(passes), key=lambda one: one[0].time)
    return Root(statement, site, tuple(place for place, _ in passes), tuple(frame for _, frame in passes), adds_up)


def _is_float(value: Any) -> bool:
    return isinstance(value, float | np.floating) or (isinstance(value, ndarray) and value.dtype.kind == "f")


def _is_inside(one: Site, other: Site) -> bool:
    begins = (other.line, other.column) <= (one.line, one.column)
    return begins and (one.end_line, one.end_column) <= (other.end_line, other.end_column)
