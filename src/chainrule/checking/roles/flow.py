"""The flow of data on a tape: what every value was computed from."""

from __future__ import annotations

import bisect
import heapq
from collections.abc import Iterable, Sequence

from chainrule.checking.record.tape import SCALAR, Event, Ref, Tape, outputs, refs


class Flow:
    """A graph whose vertices are values: numbers, and the contents of memory from one writing to the next.

    Vertices are numbered in the order of time, so that what a vertex depends on always has smaller numbers.
    """

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.before: list[tuple[int, ...]] = []
        """By vertex: the vertices that it was computed from."""
        self.after: list[list[int]] = []
        """By vertex: those computed from it."""
        self.event: list[int] = []
        """By vertex: what made it."""
        self.node: list[int] = []
        """By vertex: a node that shows it: the one that was made, or the one that was written into."""
        self._of_number: dict[int, int] = {}
        self._of_memory: dict[tuple[int, int], int] = {}
        self._writes: dict[int, list[int]] = {}
        self.length = len(tape.events)
        """The events that it was built from: a tape may grow."""
        for event in tape.events:
            self._add(event)

    def vertex(self, ref: Ref) -> int:
        """Return the vertex of a value as it was used."""
        node = self.tape.nodes[ref.node]
        if node.storage == SCALAR:
            return self._of_number[ref.node]
        return self._of_memory[node.storage, ref.version]

    def number_vertex(self, node: int) -> int:
        """Return the vertex of a number."""
        return self._of_number.get(node, -1)

    def memory_vertex(self, storage: int, time: int) -> int:
        """Return the vertex of what memory holds just before an event."""
        version = bisect.bisect_left(self._writes.get(storage, []), time)
        return self._of_memory.get((storage, version), -1)

    def made(self, event: Event) -> tuple[int, ...]:
        """Return the vertices that an event made."""
        if event.output is None:
            node = self.tape.nodes[event.args[0].node]
            return (self._of_memory[node.storage, event.args[0].version + 1],)
        found = []
        for number in outputs(event):
            if number >= 0:
                node = self.tape.nodes[number]
                if node.storage == SCALAR:
                    found.append(self._of_number[number])
                else:
                    found.append(self._of_memory[node.storage, node.version])
        return tuple(found)

    def arguments(self, event: Event) -> tuple[int, ...]:
        """Return the vertices that an event computed with, in their order."""
        return tuple(self.vertex(ref) for ref in (*refs(event.args), *refs(event.kwargs)))

    def ref(self, vertex: int) -> Ref:
        """Return a vertex as a value of the tape."""
        event = self.tape.events[self.event[vertex]]
        if event.output is None:
            return Ref(self.node[vertex], event.args[0].version + 1)
        return Ref(self.node[vertex], self.tape.nodes[self.node[vertex]].version)

    def downstream(self, sources: Iterable[int], end: int | None = None, cut: frozenset[int] = frozenset()) -> set[int]:
        """Return everything computed from some vertices, and these; nothing behind ``cut`` or after event ``end``."""
        found: set[int] = set()
        pending = list(sources)
        while pending:
            one = pending.pop()
            if one in found:
                continue
            found.add(one)
            if one in cut:
                continue
            pending += [later for later in self.after[one] if end is None or self.event[later] < end]
        return found

    def upstream(self, targets: Iterable[int], start: int = 0, cut: frozenset[int] = frozenset()) -> set[int]:
        """Return everything that some vertices were computed from since event ``start``, and these."""
        found: set[int] = set()
        pending = list(targets)
        while pending:
            one = pending.pop()
            if one in found:
                continue
            found.add(one)
            if one in cut or self.event[one] < start:
                continue
            pending += self.before[one]
        return found

    def _add(self, event: Event) -> None:
        known = dict.fromkeys(self.arguments(event))
        if event.output is None:
            node = self.tape.nodes[event.args[0].node]
            vertex = self._new(event, event.args[0].node, known)
            self._of_memory[node.storage, event.args[0].version + 1] = vertex
            self._writes.setdefault(node.storage, []).append(event.index)
            return
        for number in outputs(event):
            if number < 0:
                continue
            node = self.tape.nodes[number]
            if node.storage == SCALAR and number not in self._of_number:
                self._of_number[number] = self._new(event, number, known)
            own = node.storage >= 0 and self.tape.storages[node.storage].event == event.index
            if own and (node.storage, 0) not in self._of_memory:
                self._of_memory[node.storage, 0] = self._new(event, number, known)

    def _new(self, event: Event, node: int, known: Iterable[int]) -> int:
        vertex = len(self.event)
        before = tuple(known)
        self.before.append(before)
        self.after.append([])
        self.event.append(event.index)
        self.node.append(node)
        for one in before:
            self.after[one].append(vertex)
        return vertex


def dominators(flow: Flow, target: int, inside: set[int]) -> Sequence[int]:
    """Return the vertices that every way to ``target`` from the ends of ``inside`` passes, from the target backwards.

    Parameters
    ----------
    flow : Flow
    target : int
    inside : set of int
        The vertices that ways may go through; ways from outside do not count.
    """
    heap, seen, found = [-target], {target}, []
    while heap:
        vertex = -heapq.heappop(heap)
        if not heap:
            found.append(vertex)
        for one in flow.before[vertex]:
            if one in inside and one not in seen:
                seen.add(one)
                heapq.heappush(heap, -one)
        if not any(one in inside for one in flow.before[vertex]) and heap:
            return found  # one of several sources: from here on there is no single way
    return found
