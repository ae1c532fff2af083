"""The chain rule along the tape, from its end to its beginning: the gradient of everything, in one sweep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.local_gradients import NotDifferentiable, positional, pull_back
from chainrule.checking.record.operations import function_of
from chainrule.checking.record.tape import SCALAR, Event, Node, Ref, Tape, outputs, refs, resolved
from chainrule.checking.truth.replay import Place, strided

NO_GRADIENT = frozenset({
    "leaf", "greater", "greater_equal", "less", "less_equal", "equal", "not_equal", "argmax", "argmin", "argsort",
    "sign", "isnan", "isinf", "floor", "ceil", "rint", "logical_and", "logical_or", "logical_not", "bitwise_and",
    "bitwise_or", "bitwise_xor", "invert", "zeros_like", "ones_like", "full_like", "eye", "arange", "zeros", "ones",
    "round", "floor_divide", "nonzero", "any", "all", "searchsorted", "isfinite", "heaviside",
})  # fmt: skip


@dataclass
class Gradients:
    """dL/dv of everything on a window of the tape."""

    made: dict[int, Any] = field(default_factory=dict)
    """By node: of the value as it was made."""
    written: dict[int, Any] = field(default_factory=dict)
    """By event that writes: of its target, as it was after it."""
    wanted: dict[Place, Any] = field(default_factory=dict)
    """Of the places that were asked for."""
    parts: dict[tuple[int, int], Any] = field(default_factory=dict)
    """By event and node: what reaches an argument through this event alone."""
    refused: list[str] = field(default_factory=list)
    """Operations on the way that could not be differentiated."""


def gradients(
    tape: Tape,
    start: int,
    end: int,
    seeds: Sequence[tuple[Place, Any]],
    value: Callable[[Ref], Any],
    made: Callable[[int], Any],
    wanted: Sequence[Place] = (),
    *,
    cut: bool = False,
) -> Gradients:
    """Apply the chain rule.

    Parameters
    ----------
    tape : Tape
    start, end : int
        The window.
    seeds : sequence of (Place, gradient)
        Where the loss is, and its own gradient there: ``(loss, 1.0)``, or outputs with the gradients handed to them.
    value, made : callable
        The numbers of the tape as they were used and as they were made, recorded or replayed.
    wanted : sequence of Place
        Whose gradients to note besides those of values as they are made.
    cut : bool
        Whether nothing flows on from these: what they hold is taken as given.
    """
    return _Sweep(tape, value, made, cut).run(start, end, seeds, wanted)


class _Sweep:
    def __init__(self, tape: Tape, value: Callable[[Ref], Any], made: Callable[[int], Any], cut: bool) -> None:
        self._tape, self._value, self._made, self._cut = tape, value, made, cut
        self._memory: dict[int, ndarray] = {}
        self._numbers: dict[int, float] = {}
        self._overlapping: dict[int, bool] = {}
        self.result = Gradients()

    def run(self, start: int, end: int, seeds: Sequence[tuple[Place, Any]], wanted: Sequence[Place]) -> Gradients:
        at: dict[int, list[tuple[int, Any]]] = {}
        for place, seed in seeds:
            at.setdefault(min(max(place.time, start), end), []).append((place.node, seed))
        ask: dict[int, list[Place]] = {}
        for place in wanted:
            ask.setdefault(min(max(place.time, start), end), []).append(place)
        with np.errstate(all="ignore"):
            for index in range(end, start - 1, -1):
                for node, seed in at.get(index, ()):
                    self._add(node, seed)
                for place in ask.get(index, ()):
                    self.result.wanted[place] = self._of(place.node)
                    if self._cut:
                        self._end(place.node)
                if index > start:
                    event = self._tape.events[index - 1]
                    if event.output is None:
                        self._back_through_writing(event)
                    else:
                        self._back(event)
        return self.result

    # --- the gradient of a node is a part of that of its storage -------------------------------------------------

    def _part(self, node: Node) -> ndarray | None:
        memory = self._memory.get(node.storage)
        return None if memory is None else strided(memory, node)

    def _of(self, number: int) -> Any:
        node = self._tape.nodes[number]
        if node.storage == SCALAR:
            return self._numbers.get(number)
        part = self._part(node)
        return None if part is None else part.copy()

    def _end(self, number: int) -> None:
        """Have nothing flow on from a value."""
        node = self._tape.nodes[number]
        if node.storage == SCALAR:
            self._numbers.pop(number, None)
        elif (part := self._part(node)) is not None:
            part[...] = 0.0

    def _add(self, number: int, gradient: Any) -> None:
        node = self._tape.nodes[number]
        if node.storage == SCALAR:
            total = float(np.sum(gradient))
            self._numbers[number] = self._numbers.get(number, 0.0) + total
            return
        if node.value.dtype.kind not in "fc":
            return
        memory = self._memory.get(node.storage)
        if memory is None:
            memory = self._memory[node.storage] = np.zeros(self._tape.storages[node.storage].size)
        if self._overlaps(node):  # (broadcast memory, windows: several entries are one)
            np.add.at(memory, strided(np.arange(memory.size), node), gradient)
        else:
            strided(memory, node)[...] += gradient

    def _overlaps(self, node: Node) -> bool:
        """Return whether several entries of an array are one in memory."""
        if self._tape.storages[node.storage].event == node.event and 0 not in node.strides:
            return False
        known = self._overlapping.get(node.id)
        if known is None:
            positions = strided(np.arange(self._tape.storages[node.storage].size), node)
            known = self._overlapping[node.id] = positions.size > 1 and len(np.unique(positions)) < positions.size
        return known

    # --- events -------------------------------------------------------------------------------------------------

    def _back(self, event: Event) -> None:
        tape = self._tape
        made = outputs(event)
        upstream = [self._of(number) if number >= 0 else None for number in made]
        for number, gradient in zip(made, upstream, strict=True):
            if gradient is not None:
                self.result.made[number] = gradient
        if all(gradient is None for gradient in upstream) or event.op in NO_GRADIENT:
            self._forget(event)
            return
        if all(number < 0 or self._is_view(tape.nodes[number], event) for number in made):
            return
        try:
            structure, keywords = event.args, event.kwargs
            if any(True for _ in refs(keywords)):
                structure, keywords = positional(event.op, structure, keywords)
            args = resolved(structure, self._value)
            kwargs = resolved(keywords, self._value)
            given = tuple(upstream) if isinstance(event.output, tuple) else upstream[0]
            results = tuple(self._made(number) if number >= 0 else None for number in made)
            output = results if isinstance(event.output, tuple) else results[0]
            flowing = pull_back(event.op, args, kwargs, output, given)
        except (NotDifferentiable, KeyError):
            if event.op not in self.result.refused:
                self.result.refused.append(event.op)
            return
        finally:
            self._forget(event)
        self._hand_on(event, structure, flowing)

    def _is_view(self, node: Node, event: Event) -> bool:
        return node.storage >= 0 and self._tape.storages[node.storage].event != event.index

    def _forget(self, event: Event) -> None:
        """Before it was made there was nothing: its gradient ends here."""
        for number in outputs(event):
            if number < 0:
                continue
            node = self._tape.nodes[number]
            if node.storage == SCALAR:
                self._numbers.pop(number, None)
            elif not self._is_view(node, event):
                self._memory.pop(node.storage, None)

    def _hand_on(self, event: Event, structure: Any, flowing: Any) -> None:
        if flowing is None:
            return
        if isinstance(structure, Ref):
            self._add(structure.node, flowing)
            key = event.index, structure.node
            parts = self.result.parts
            parts[key] = parts[key] + flowing if key in parts else flowing
        elif isinstance(structure, (tuple, list)) and isinstance(flowing, (tuple, list)):
            for one, gradient in zip(structure, flowing, strict=False):
                self._hand_on(event, one, gradient)

    def _back_through_writing(self, event: Event) -> None:
        target, key, value = event.args
        node = self._tape.nodes[target.node]
        memory = self._memory.get(node.storage)
        if memory is None:
            return
        self.result.written[event.index] = strided(memory, node).copy()
        positions = strided(np.arange(memory.size), node)[resolved(key, self._value)]
        upstream = memory[positions]
        given = resolved(value, self._value)
        if event.op == "setitem":
            _, flowing = pull_back("add", (0.0 * upstream, given), {}, None, upstream)
            memory[positions] = 0.0
        elif event.op.endswith(".at"):
            sign = -1.0 if event.op.startswith("subtract") else 1.0
            _, flowing = pull_back("add", (0.0 * upstream, given), {}, None, sign * upstream)
        else:
            before = self._value(target)[resolved(key, self._value)]
            after = function_of(event.op[1:])(before, given)
            back, flowing = pull_back(event.op[1:], (before, given), {}, after, upstream)
            if back is not None:
                memory[positions] = back
        self._hand_on(event, value, flowing)
