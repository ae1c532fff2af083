"""The tape done again: the same operations, with other numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from chainrule.checking.record.operations import function_of
from chainrule.checking.record.tape import Event, Node, Ref, Tape, outputs, refs, resolved


class Place(NamedTuple):
    """What an array or number holds just before an event."""

    node: int
    time: int


class Substitution(NamedTuple):
    """A value that is put into an array, or in the place of a number, just before an event."""

    place: Place
    value: Any


@dataclass
class Values:
    """The numbers of one replay."""

    used: dict[Ref, Any] = field(default_factory=dict)
    """Arguments, as they were when they were used; only where asked for."""
    made: dict[int, Any] = field(default_factory=dict)
    """Results, as they were when they were made; only where asked for."""
    seen: dict[Place, Any] = field(default_factory=dict)
    """What the places that were asked for held."""
    error: str = ""

    def value(self, ref: Ref) -> Any:
        """Return an argument as it was when it was used."""
        return self.used[ref]


class Replay:
    """Does the events of a window of the tape again; what happened before the window is done once.

    Parameters
    ----------
    tape : Tape
    start, end : int
        The window: the events ``start`` to ``end - 1``.
    """

    def __init__(self, tape: Tape, start: int, end: int) -> None:
        self.tape, self.start, self.end = tape, start, end
        self._needed = self._nodes_from_before()
        self._memory: dict[int, ndarray] = {}
        self._numbers: dict[int, Any] = {}
        self._prepare()

    def _nodes_from_before(self) -> list[Node]:
        tape, seen = self.tape, set[int]()
        for event in tape.events[self.start : self.end]:
            seen.update(ref.node for ref in refs(event.args))
            seen.update(ref.node for ref in refs(event.kwargs))
        return [tape.nodes[number] for number in sorted(seen) if tape.nodes[number].event < self.start]

    def _prepare(self) -> None:
        """Find out what the arrays from before the window hold when it begins."""
        tape = self.tape
        written = {
            tape.nodes[event.args[0].node].storage
            for event in tape.events[: self.start]
            if event.writes and isinstance(event.args[0], Ref)
        }
        storages = {node.storage for node in self._needed if node.storage >= 0}
        if storages & written:
            environment: dict[int, Any] = {}
            values = Values()
            for event in tape.events[: self.start]:
                self._do(event, environment, values, keep=False)
        for node in self._needed:
            if node.storage < 0:
                self._numbers[node.id] = node.value
            elif node.storage in written:
                self._remember(node, environment.get(node.id, node.value))
            else:
                self._remember(node, node.value)

    def _remember(self, node: Node, value: ndarray) -> None:
        memory = self._memory.get(node.storage)
        if memory is None:
            size = self.tape.storages[node.storage].size
            dtype = value.dtype if value.dtype.kind in "iub" else np.result_type(value.dtype, np.float64)
            memory = self._memory[node.storage] = np.zeros(size, dtype)
        strided(memory, node)[...] = value

    def _environment(self) -> dict[int, Any]:
        memory = {storage: flat.copy() for storage, flat in self._memory.items()}
        environment = dict(self._numbers)
        for node in self._needed:
            if node.storage >= 0:
                environment[node.id] = strided(memory[node.storage], node)
        return environment

    def run(
        self,
        substitutions: Iterable[Substitution] = (),
        wanted: Iterable[Place] = (),
        *,
        keep: bool = False,
        skip: Collection[int] = (),
    ) -> Values:
        """Do the window again.

        Parameters
        ----------
        substitutions : iterable of Substitution
        wanted : iterable of Place
            Copies of what these hold are in ``seen``.
        keep : bool
            Whether every argument is kept, as the chain rule needs it.
        skip : collection of int
            Events that are left out.
        """
        put = _by_time(((one.place.time, one) for one in substitutions), self.start)
        ask = _by_time(((place.time, place) for place in wanted), self.start)
        environment, values = self._environment(), Values()
        events = self.tape.events
        with np.errstate(all="ignore"):
            for index in range(self.start, self.end + 1):
                for substitution in put.get(index, ()):
                    _put(environment, substitution)
                for place in ask.get(index, ()):
                    held = environment.get(place.node)
                    values.seen[place] = held.copy() if isinstance(held, ndarray) else held
                if index < self.end and index not in skip:
                    try:
                        self._do(events[index], environment, values, keep)
                    except Exception as error:
                        values.error = f"{type(error).__name__}: {error}"
                        return values
        return values

    def _do(self, event: Event, environment: dict[int, Any], values: Values, keep: bool) -> None:
        tape = self.tape
        if event.op == "leaf":
            for number in outputs(event):
                if number >= 0:
                    value = tape.nodes[number].value
                    environment[number] = _as_double(value) if isinstance(value, ndarray) else value
                    if keep:
                        values.made[number] = value
            return
        if keep:
            for ref in (*refs(event.args), *refs(event.kwargs)):
                if ref not in values.used:
                    held = environment[ref.node]
                    values.used[ref] = held.copy() if isinstance(held, ndarray) else held
        args = resolved(event.args, lambda ref: environment[ref.node])
        kwargs = resolved(event.kwargs, lambda ref: environment[ref.node])
        result = function_of(event.op)(*args, **kwargs)
        if event.output is None:
            return
        several = isinstance(event.output, tuple)
        for number, one in zip(outputs(event), result if several else (result,), strict=False):
            if number >= 0:
                environment[number] = one
                if keep:
                    values.made[number] = one.copy() if isinstance(one, ndarray) else one


def strided(memory: ndarray, node: Node) -> ndarray:
    """Return the part of a storage's memory that a node is."""
    shape = np.shape(node.value)
    steps = tuple(step * memory.itemsize for step in node.strides)
    return np.lib.stride_tricks.as_strided(memory[node.offset :], shape, steps)


def _as_double(value: ndarray) -> ndarray:
    return value.astype(np.float64) if value.dtype.kind == "f" and value.dtype != np.float64 else value.copy("K")


def _by_time(pairs: Iterable[tuple[int, Any]], start: int) -> Mapping[int, Sequence[Any]]:
    found: dict[int, list[Any]] = {}
    for time, one in pairs:
        found.setdefault(max(time, start), []).append(one)
    return found


def _put(environment: dict[int, Any], substitution: Substitution) -> None:
    node, value = substitution.place.node, substitution.value
    held = environment.get(node)
    if isinstance(held, ndarray) and held.dtype.kind == "f":
        held[...] = value
    else:
        environment[node] = value
