"""Entries of lists and dictionaries as variables: which reading finds what which statement put there."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from chainrule.checking.derive.facts import Facts
from chainrule.checking.derive.seeing import number_of
from chainrule.checking.derive.text import code

CONTAINERS = ("list", "dict", "tuple")


@dataclass
class Store:
    """A place of the program that puts a value into a container."""

    value: ast.expr
    target: ast.expr | None
    """``hs[t]``; None of ``append`` and of what is written out."""
    base: str
    label: str
    loop: ast.For | None
    position: int | None = None
    """Of lists: where it first went."""
    inside: ast.expr | None = None
    """The tuple that it is a part of, where that was appended as a whole."""


@dataclass
class Entry:
    """A group of places that one reading may find: a variable that lives in containers."""

    label: str
    stores: list[Store] = field(default_factory=list)


@dataclass
class Reading:
    """A reading of an entry."""

    entry: Entry
    previous: bool
    """Whether it finds what the round before put there."""


@dataclass
class Containers:
    """The entries of a scope, by the number of the expression that reads or stores."""

    readings: dict[int, Reading] = field(default_factory=dict)
    stores: dict[int, tuple[Entry, Store]] = field(default_factory=dict)
    every: list[tuple[Entry, Store]] = field(default_factory=list)
    """All places that put something into a container, read or not."""

    def reading(self, node: ast.AST) -> Reading | None:
        """Return what an expression reads."""
        return self.readings.get(number_of(node))

    def stored(self, value: ast.AST) -> tuple[Entry, Store] | None:
        """Return where a value is put."""
        return self.stores.get(number_of(value))


def label_of(target: ast.expr | None, base: str) -> str:
    """Return the word for the values of a container: ``h`` of ``hs[t]``, ``A`` of ``store['A' + str(l)]``."""
    key = target.slice if isinstance(target, ast.Subscript) else target
    if key is not None:
        words = [one.value for one in ast.walk(key) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        word = re.sub(r"\W", "", "".join(words))
        if word and word[0].isalpha():
            return word
    plain = re.sub(r"\W", "", base.split(".")[-1].split("[")[0]) or "value"
    return plain[:-1] if len(plain) > 1 and plain.endswith("s") else plain


def containers_of(body: Sequence[ast.stmt], facts: Facts) -> Containers:
    """Find what goes through containers in a scope."""
    found = Containers()
    places = list(_stores(body, None, facts))
    made: dict[int, list[tuple[int, Store]]] = {}
    for store in places:
        for seen in facts.seen(store.value):
            if seen.ref is not None:
                made.setdefault(facts.vertex(seen.ref), []).append((seen.tick, store))
    group: dict[int, Entry] = {id(one): Entry(one.label, [one]) for one in places}
    _join_same_text(places, group)
    for node, _ in _readings(body, facts):
        hits = []
        for seen in facts.seen(node):
            if seen.ref is None:
                continue
            makers = [(time, store) for time, store in made.get(facts.vertex(seen.ref), ()) if time <= seen.tick]
            makers = [one for one in makers if _same_base(node, one[1])] or makers
            if makers:
                hits.append((seen.tick, max(makers, key=lambda one: one[0])))
        if not hits:
            continue
        first = group[id(hits[0][1][1])]
        for _, (_, store) in hits:
            _join(first, group[id(store)], group)
        times = [(time, stored, store) for time, (stored, store) in hits]
        found.readings[number_of(node)] = Reading(first, _is_previous(node, times, body, facts))
    for reading in found.readings.values():
        reading.entry = group[id(reading.entry.stores[0])]
    found.every = [(group[id(one)], one) for one in places]
    used = {id(one.entry) for one in found.readings.values()}
    for store in places:
        if id(group[id(store)]) in used:
            found.stores[number_of(store.value)] = group[id(store)], store
    _unique(found)
    return found


def _join(first: Entry, other: Entry, group: dict[int, Entry]) -> None:
    if other is first:
        return
    first.stores += other.stores
    first.label = min(first.label, other.label, key=len)
    for one in other.stores:
        group[id(one)] = first


def _join_same_text(places: list[Store], group: dict[int, Entry]) -> None:
    """What is stored under the same text is one variable, whichever branch stores it."""
    known: dict[str, Store] = {}
    for one in places:
        if one.target is not None:
            first = known.setdefault(code(one.target), one)
            _join(group[id(first)], group[id(one)], group)


def _unique(found: Containers) -> None:
    taken: dict[str, Entry] = {}
    for reading in found.readings.values():
        entry = reading.entry
        wish, number = entry.label, 1
        while taken.get(entry.label, entry) is not entry:
            number += 1
            entry.label = f"{wish}_{number}"
        taken[entry.label] = entry


def _same_base(node: ast.expr, store: Store) -> bool:
    return isinstance(node, ast.Subscript) and code(node.value) == store.base


def _is_previous(node: ast.expr, hits: list[tuple[int, int, Store]], body: Sequence[ast.stmt], facts: Facts) -> bool:
    """Return whether what a reading in a loop finds was put there in an earlier round, or before the loop."""
    loop = _loop_around(node, body)
    if loop is None:
        return False
    starts = rounds(loop, facts)
    inner = [hit for hit in hits if hit[2].loop is not None]
    if not inner:
        return False
    earlier = [
        bisect_right(starts, time) != bisect_right(starts, stored)
        for time, stored, store in hits
        if store.loop is not None
    ]
    return all(earlier) and bool(earlier)


def rounds(loop: ast.For, facts: Facts) -> list[int]:
    """Return when the rounds of a loop began."""
    for one in ast.walk(loop.target):
        if isinstance(one, ast.Name):
            return [seen.tick for seen in facts.seen(one)]
    return []


def _loop_around(node: ast.expr, body: Sequence[ast.stmt]) -> ast.For | None:
    for one in body:
        for loop in ast.walk(one):
            if isinstance(loop, ast.For):
                within = [inner for part in loop.body for inner in ast.walk(part)]
                if any(number_of(inner) == number_of(node) for inner in within if isinstance(inner, ast.expr)):
                    deeper = _loop_around(node, loop.body)
                    return deeper or loop
    return None


def _stores(body: Sequence[ast.stmt], loop: ast.For | None, facts: Facts) -> list[Store]:
    found: list[Store] = []
    for one in body:
        if isinstance(one, ast.For):
            found += _stores(one.body, one, facts)
        elif isinstance(one, ast.If):
            found += _stores(one.body, loop, facts) + _stores(one.orelse, loop, facts)
        elif isinstance(one, ast.Assign):
            for target in one.targets:
                found += _put(target, one.value, loop, facts)
            if isinstance(one.targets[0], ast.Name | ast.Attribute | ast.Subscript):
                found += _written_out(one.value, code(one.targets[0]), loop)
        elif (
            isinstance(one, ast.Expr) and isinstance(one.value, ast.Call) and isinstance(one.value.func, ast.Attribute)
        ):
            call = one.value
            if call.func.attr == "append" and call.args:  # type: ignore[attr-defined]
                base = code(call.func.value)  # type: ignore[attr-defined]
                seen = facts.first(call.func.value)  # type: ignore[attr-defined]
                store = Store(call.args[0], None, base, label_of(None, base), loop, seen.length if seen else None)
                found.append(store)
                for part in _written_out(call.args[0], base, loop):
                    part.inside, part.position = call.args[0], seen.length if seen else None
                    found.append(part)
        elif isinstance(one, ast.Return) and one.value is not None:
            found += _written_out(one.value, "returned", loop)
    return found


def _put(target: ast.expr, value: ast.expr, loop: ast.For | None, facts: Facts) -> list[Store]:
    if (
        isinstance(target, ast.Tuple | ast.List)
        and isinstance(value, ast.Tuple | ast.List)
        and len(target.elts) == len(value.elts)
    ):
        return [
            one for left, right in zip(target.elts, value.elts, strict=True) for one in _put(left, right, loop, facts)
        ]
    if isinstance(target, ast.Subscript) and facts.kind(target.value) in CONTAINERS:
        base = code(target.value)
        return [Store(value, target, base, label_of(target, base), loop)]
    return []


def _written_out(value: ast.expr, base: str, loop: ast.For | None) -> list[Store]:
    if isinstance(value, ast.Dict):
        pairs = [(key, one) for key, one in zip(value.keys, value.values, strict=True) if key is not None]
        return [Store(one, None, base, label_of(key, base), loop) for key, one in pairs]
    if isinstance(value, ast.List | ast.Tuple):
        return [Store(one, None, base, label_of(None, base), loop, n) for n, one in enumerate(value.elts)]
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "dict":
        return [Store(one.value, None, base, one.arg or "value", loop) for one in value.keywords]
    return []


def _readings(body: Sequence[ast.stmt], facts: Facts) -> list[tuple[ast.expr, str]]:
    nodes = (one for statement in body for one in ast.walk(statement) if isinstance(one, ast.Subscript))
    return [
        (one, code(one.value)) for one in nodes if isinstance(one.ctx, ast.Load) and facts.kind(one.value) in CONTAINERS
    ]
