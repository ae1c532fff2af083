"""The tape: every operation on numbers that a program did, in the order of time, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

SCALAR = -1
"""The storage of a value that is no array: nobody can write into it."""


class Ref(NamedTuple):
    """A value as it was when it was used."""

    node: int
    version: int
    """How often its storage had been written into."""


@dataclass(slots=True)
class Node:
    """One array or number that the program had in hand."""

    id: int
    value: Any
    """A copy of what it was when it was made."""
    storage: int
    version: int
    event: int
    """What made it."""
    offset: int = 0
    """Of an array: the position of its first entry in its storage, and how far each axis steps."""
    strides: tuple[int, ...] = ()


@dataclass(slots=True)
class Event:
    """One operation: ``output = op(*args, **kwargs)``, or one that writes into its first argument.

    Arguments are numbers, text, ``None``, slices, ``Ref`` where a value of the tape stands, and tuples, lists and
    dictionaries of these. ``op`` is the NumPy function's name (``add`` for ``+``, ``dot`` for ``x.dot(y)``, ``sum`` for
    ``x.sum()``), ``getitem``, ``math.exp``, ``builtins.sum``, or ``leaf`` for a value whose making is not known: a
    constant, data, a random draw (``kwargs["origin"]`` says which). Writing are ``setitem`` (target, key, value), and
    ``iadd``, ``isub``, ``imul``, … (target, key, value), which are ``target[key] op= value``.
    """

    index: int
    op: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    output: Any
    """The number of the node, a tuple of such, or ``None`` for an event that writes."""
    site: int
    frame: int

    @property
    def writes(self) -> bool:
        """Whether it changes its first argument in place."""
        return self.output is None


class Storage(NamedTuple):
    """Memory that arrays are views of."""

    size: int
    """In entries."""
    event: int
    """What made it: every other event that makes an array in it makes a view."""


class Site(NamedTuple):
    """An expression (or a statement that computes) in the source."""

    line: int
    column: int
    end_line: int
    end_column: int
    statement: int


class Span(NamedTuple):
    """A statement in the source; of a compound one its head."""

    line: int
    column: int
    end_line: int
    end_column: int
    function: str
    """The qualified name of the function that it stands in; empty outside of functions."""


@dataclass(slots=True)
class Frame:
    """One call of a function of the program."""

    id: int
    function: str
    line: int
    """Of its ``def``."""
    parent: int
    site: int
    """Where it was called from; -1 if not from the program."""
    start: int
    """The first event of it; ``end`` is the first after it."""
    arguments: dict[str, Any] = field(default_factory=dict)
    """Structures with ``Ref`` where a value of the tape stands; objects are ``Held``."""
    returned: Any = None
    end: int = -1


class Held(NamedTuple):
    """An object of the program, with what it holds: ``self``."""

    kind: str
    identity: int
    attributes: dict[str, Any]


class Binding(NamedTuple):
    """A name, an attribute, or an entry under a constant key was given a value."""

    time: int
    """The number of events before it."""
    frame: int
    statement: int
    target: str
    """As it is written: ``dW1``, ``self.W``, ``grads['W1']``."""
    ref: Ref


@dataclass
class Tape:
    """Everything recorded of one run."""

    nodes: list[Node] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    storages: list[Storage] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    statements: list[Span] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    bindings: list[Binding] = field(default_factory=list)
    snapshots: dict[Ref, ndarray] = field(default_factory=dict)
    """Values of arrays after they were written into, where something used them."""
    observed: list[tuple[int, Ref]] = field(default_factory=list)
    """(time, number): what was printed or shown."""
    error: str = ""
    """What the program stopped with, if it did."""
    error_line: int = 0
    cut_short: str = ""
    """Why the recording ended before the program did."""

    def value(self, ref: Ref) -> Any:
        """Return a value as it was when it was used."""
        node = self.nodes[ref.node]
        return node.value if ref.version == node.version else self.snapshots[ref]

    def statement_of(self, event: Event) -> int:
        """Return the statement that an event was done by; -1 if none."""
        return self.sites[event.site].statement if event.site >= 0 else -1


def refs(structure: Any) -> Iterator[Ref]:
    """Yield every ``Ref`` in a structure, from left to right."""
    if isinstance(structure, Ref):
        yield structure
    elif isinstance(structure, (tuple, list)):
        for one in structure:
            yield from refs(one)
    elif isinstance(structure, dict):
        for one in structure.values():
            yield from refs(one)
    elif isinstance(structure, slice):
        yield from refs((structure.start, structure.stop, structure.step))


def resolved(structure: Any, value: Callable[[Ref], Any]) -> Any:
    """Return a structure with values in the places of its ``Ref``."""
    if isinstance(structure, Ref):
        return value(structure)
    if isinstance(structure, Held):
        return structure
    if isinstance(structure, (tuple, list)):
        return type(structure)([resolved(one, value) for one in structure])
    if isinstance(structure, dict):
        return {key: resolved(one, value) for key, one in structure.items()}
    if isinstance(structure, slice):
        return slice(*(resolved(one, value) for one in (structure.start, structure.stop, structure.step)))
    return structure


def outputs(event: Event) -> tuple[int, ...]:
    """Return the nodes that an event made."""
    if event.output is None:
        return ()
    return event.output if isinstance(event.output, tuple) else (event.output,)


def is_numeric(value: Any) -> bool:
    """Return whether a value is one that the tape keeps: an array of numbers, a NumPy number, a float."""
    if isinstance(value, ndarray):
        return value.dtype.kind in "fiubc"
    return isinstance(value, (float, np.number, np.bool_))
