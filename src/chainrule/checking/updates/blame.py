"""Which statements an update is made by."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.roles.training import Move, Training
from chainrule.checking.updates.observe import Observed, Series


class Blame:
    """The ways from gradients to new values on the tape."""

    def __init__(self, training: Training, observed: Observed, number: int | None = None) -> None:
        self.training, self.flow, self.tape = training, training.flow, training.flow.tape
        self.first = observed.windows.first
        self.number = observed.number if number is None else number
        self._bound: dict[int, list[int]] = {}
        end = training.steps[self.number].end
        for binding in self.tape.bindings:
            if binding.time > end:
                break
            self._bound.setdefault(self.flow.vertex(binding.ref), []).append(binding.statement)

    def move(self, series: Series) -> Move:
        """Return what the judged step does to a parameter."""
        return self.training.steps[self.number].moves[series.number]

    def way(self, series: Series) -> list[int]:
        """Return the vertices from a parameter's gradient to its new value, in the order of time."""
        move = self.move(series)
        source = self.vertex(series.places[self.number - self.first].time - 1)
        start = self.training.steps[self.number].start
        above = self.flow.upstream([move.new], start=start, cut=frozenset({source, move.old}))
        below = self.flow.downstream([source], end=self.training.steps[self.number].end)
        return sorted((above & below) - {source})

    def operations(self, series: Series) -> set[str]:
        """Return what is done on the way."""
        return {self.tape.events[self.flow.event[one]].op for one in self.way(series)}

    def vertex(self, event: int) -> int:
        """Return what an event made."""
        return self.flow.made(self.tape.events[event])[0]

    def made_at(self, vertex: int) -> int:
        """Return the statement that a value is made by."""
        return self.tape.statement_of(self.tape.events[self.flow.event[vertex]])

    def step(self, series: Series) -> list[int]:
        """Return the statements that put the step into the parameter, the last one first."""
        links = self.move(series).links
        return unique([self.tape.statement_of(self.tape.events[link.event]) for link in reversed(links)])

    def statements(self, series: Series) -> list[int]:
        """Return the statements of the way, the last one first."""
        found = self.step(series)
        for vertex in reversed(self.way(series)):
            found += [*reversed(self._bound.get(vertex, [])), self.made_at(vertex)]
        return unique(found)

    def equal(self, series: Series, row: ndarray, columns: ndarray) -> list[int]:
        """Return the statements that make or name a value with such numbers, the last one first."""
        found: list[int] = []
        parallel: list[int] = []
        size = series.before.shape[1]
        for vertex in reversed(self.way(series)):
            value = self.value(vertex)
            if value is None or np.size(value) != size:
                continue
            here = np.ravel(value)[columns].astype(float)
            scale = float(here @ row) / max(float(row @ row), 1e-300)
            if np.max(np.abs(here - row)) <= 1e-6 * np.max(np.abs(row)) + 1e-300:
                found += [*reversed(self._bound.get(vertex, [])), *self._target(vertex), self.made_at(vertex)]
            elif size > 1 and np.max(np.abs(here - scale * row)) <= 1e-6 * np.max(np.abs(here)):
                parallel += [*reversed(self._bound.get(vertex, [])), self.made_at(vertex)]
        return unique(found or parallel)

    def value(self, vertex: int) -> Any:
        """Return what a value was, also of memory that was written into; None if nobody looked at it."""
        ref = self.flow.ref(vertex)
        if ref.version == self.tape.nodes[ref.node].version or ref in self.tape.snapshots:
            return self.tape.value(ref)
        return None

    def _target(self, vertex: int) -> list[int]:
        """Return the statement that made, in the same step, what is written into there."""
        event = self.tape.events[self.flow.event[vertex]]
        if event.output is not None:
            return []
        target = self.flow.vertex(event.args[0])
        made = self.tape.events[self.flow.event[target]]
        fresh = made.index >= self.training.steps[self.number].start and made.output is not None
        return [self.tape.statement_of(made)] if fresh else []

    def numbers(self, series: Series) -> list[tuple[int, float]]:
        """Return the single numbers that are computed for a step, the last one first."""
        step = self.training.steps[self.number]
        found = []
        for vertex in sorted(self.flow.upstream([self.move(series).new], start=step.start), reverse=True):
            value = self.value(vertex)
            if self.flow.event[vertex] >= step.start and value is not None and np.size(value) == 1:
                found.append((vertex, float(np.ravel(value)[0])))
        return found

    def named_at(self, vertex: int) -> list[int]:
        """Return the statements that name a value."""
        return self._bound.get(vertex, [])


def unique(statements: list[int]) -> list[int]:
    """Return statements without those that are none, each once."""
    return [one for one in dict.fromkeys(statements) if one >= 0]
