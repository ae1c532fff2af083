"""Values that are carried from step to step: each is the one before it, plus something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.checking.record.tape import Event, Ref
from chainrule.checking.roles.flow import Flow

SCALES = frozenset({"multiply", "true_divide"})

ELEMENTWISE = frozenset({
    "add", "subtract", "multiply", "true_divide", "negative", "positive", "sqrt", "square", "power", "abs",
    "maximum", "minimum", "clip", "copy", "astype", "array", "asarray", "iadd", "isubtract", "imultiply",
    "itrue_divide", "setitem", "sign", "zeros_like",
})  # fmt: skip
"""What becomes of averages and sums of gradients before they move a parameter."""


@dataclass(frozen=True)
class Link:
    """One move: a value and what became of it."""

    old: int
    new: int
    event: int
    """The sum."""
    moved_by: int
    """The vertex that was added or subtracted; -1 where it is a plain number."""
    pure: bool
    """Whether the old value is in it as it is, not scaled (as averages scale it)."""


@dataclass
class Chain:
    """A value through time."""

    links: list[Link]

    @property
    def root(self) -> int:
        """What it began as."""
        return self.links[0].old

    def versions(self) -> list[int]:
        """Return all values that it had, first to last."""
        return [self.root, *(link.new for link in self.links)]


def links(flow: Flow) -> Iterator[Link]:
    """Yield every sum in which a value of the same shape stands as it is, or scaled by a number."""
    for event in flow.tape.events:
        if event.op in ("iadd", "isubtract", "add.at", "subtract.at"):
            yield Link(flow.vertex(event.args[0]), flow.made(event)[0], event.index, _vertex(flow, event.args[2]), True)
        elif event.op == "setitem" and isinstance(event.args[2], Ref):
            yield from _stored(flow, event)
        elif event.op in ("add", "subtract") and isinstance(event.output, int):
            yield from _summed(flow, event)


def _summed(flow: Flow, event: Event) -> Iterator[Link]:
    new = flow.made(event)[0]
    shape = np.shape(flow.tape.nodes[event.output].value)
    for position, arg in enumerate(event.args):
        if not isinstance(arg, Ref) or (position == 1 and event.op == "subtract"):
            continue
        if np.shape(flow.tape.nodes[arg.node].value) != shape:
            continue
        by = _vertex(flow, event.args[1 - position])
        yield Link(flow.vertex(arg), new, event.index, by, True)
        maker = flow.tape.events[flow.event[flow.vertex(arg)]]
        if maker.op in SCALES and maker.output is not None:
            for n, ref in enumerate(maker.args[:2]):
                same = isinstance(ref, Ref) and np.shape(flow.tape.nodes[ref.node].value) == shape
                if same and _is_number(flow, maker.args[1 - n]):
                    yield Link(flow.vertex(ref), new, event.index, by, False)


def _stored(flow: Flow, event: Event) -> Iterator[Link]:
    """Yield the link of ``W[...] = W - step`` and of ``W[i, j] = W[i, j] - step``."""
    target, key, stored = event.args
    value, old = flow.vertex(stored), flow.vertex(target)
    maker = flow.tape.events[flow.event[value]]
    if maker.op not in ("add", "subtract") or maker.output is None:
        return
    for position, arg in enumerate(maker.args):
        subtracted = position == 1 and maker.op == "subtract"
        if isinstance(arg, Ref) and not subtracted and _is_part(flow, arg, target, key):
            yield Link(old, flow.made(event)[0], maker.index, _vertex(flow, maker.args[1 - position]), True)


def _is_part(flow: Flow, arg: Ref, target: Ref, key: Any) -> bool:
    """Return whether a value is what stands in ``target[key]``."""
    nodes = flow.tape.nodes
    same = nodes[arg.node].storage == nodes[target.node].storage >= 0
    if key is Ellipsis or key == slice(None):
        return arg.node == target.node or (
            same and np.shape(nodes[arg.node].value) == np.shape(nodes[target.node].value)
        )
    read = flow.tape.events[nodes[arg.node].event]
    return read.op == "getitem" and read.args[0].node == target.node and _text(read.args[1]) == _text(key)


def _text(key: Any) -> str:
    return repr(key)


def _vertex(flow: Flow, arg: Any) -> int:
    return flow.vertex(arg) if isinstance(arg, Ref) else -1


def _is_number(flow: Flow, arg: Any) -> bool:
    if isinstance(arg, Ref):
        return np.size(flow.tape.nodes[arg.node].value) == 1
    return isinstance(arg, (int, float))


def carried(flow: Flow) -> list[Chain]:
    """Return the values that are moved again and again by the same lines."""
    known = list(links(flow))
    site = [flow.tape.events[link.event].site for link in known]
    by_old: dict[int, list[int]] = {}
    for number, link in enumerate(known):
        by_old.setdefault(link.old, []).append(number)
    carrying = _carrying(known, site, by_old)
    return _followed(known, site, by_old, carrying)


def _carrying(known: list[Link], site: list[int], by_old: dict[int, list[int]]) -> set[int]:
    """Return the sites whose result they meet again, at once or after some other sums."""
    found: set[int] = set()
    for number, link in enumerate(known):
        if site[number] in found:
            continue
        frontier = {link.new}
        for _ in range(4):
            further = [other for vertex in frontier for other in by_old.get(vertex, ())]
            if any(site[other] == site[number] for other in further):
                found.add(site[number])
                break
            frontier = {known[other].new for other in further}
    return found


def _followed(known: list[Link], site: list[int], by_old: dict[int, list[int]], carrying: set[int]) -> list[Chain]:
    """Return the longest ways along links of carrying sites."""
    options = {
        vertex: sorted((n for n in numbers if site[n] in carrying), key=lambda n: (not known[n].pure, n))
        for vertex, numbers in by_old.items()
    }
    has_before = {known[n].new for numbers in options.values() for n in numbers if known[n].pure}
    chains: list[Chain] = []
    seen_ends: set[tuple[int, int]] = set()
    for root, numbers in options.items():
        if root in has_before:
            continue
        for first in numbers:
            way = [known[first]]
            while further := options.get(way[-1].new):
                way.append(known[further[0]])
            end = (way[-1].new, len(way))
            if (way[-1].new, 0) in seen_ends and not way[0].pure:
                continue
            seen_ends |= {end, (way[-1].new, 0)}
            chains.append(Chain(way))
    return _without_shadows(chains)


def _without_shadows(chains: list[Chain]) -> list[Chain]:
    """Of chains with the same end, keep the longest whose first link is pure."""
    best: dict[int, Chain] = {}
    for chain in chains:
        end = chain.links[-1].new
        other = best.get(end)
        if other is None or (chain.links[0].pure, len(chain.links)) > (other.links[0].pure, len(other.links)):
            best[end] = chain
    return list(best.values())
