"""What is known of expressions in a part of a run: shapes, and which of them carry the loss back to parameters."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.checking.derive.seeing import Seen, Sightings, number_of
from chainrule.checking.record.tape import Ref, Tape
from chainrule.checking.roles.flow import Flow

Shape = tuple[int, ...]


@dataclass
class Facts:
    """The sightings of a window of a run.

    Parameters
    ----------
    start, end : int
        The events of the window.
    frames : collection of int or None
        The calls that count; None for all.
    active : set of int
        Vertices on the way from a parameter to the loss.
    """

    sightings: Sightings
    tape: Tape
    flow: Flow
    start: int
    end: int
    active: set[int]
    frames: Collection[int] | None = None

    def within(self, frames: Collection[int]) -> Facts:
        """Return the facts of some calls only."""
        return Facts(self.sightings, self.tape, self.flow, self.start, self.end, self.active, frames)

    def seen(self, node: ast.AST) -> list[Seen]:
        """Return what an expression was, time after time."""
        known = self.sightings.of.get(number_of(node), [])
        frames = self.frames
        return [one for one in known if self.start <= one.time <= self.end and (frames is None or one.frame in frames)]

    def first(self, node: ast.AST) -> Seen | None:
        """Return what an expression was when it was first met."""
        found = self.seen(node)
        return found[0] if found else None

    def kind(self, node: ast.AST) -> str:
        """Return the kind of an expression; empty if it was not run."""
        if isinstance(node, ast.Constant):
            return "text" if isinstance(node.value, str) else "number"
        found = self.first(node)
        return found.kind if found else ""

    def shape(self, node: ast.AST) -> Shape:
        """Return the shape of an expression; of what was not seen, that of a number."""
        found = self.first(node)
        if found is None and isinstance(node, ast.List | ast.Tuple):
            return (len(node.elts), *(self.shape(node.elts[0]) if node.elts else ()))
        return found.shape if found else ()

    def shapes(self, node: ast.AST) -> set[Shape]:
        """Return all shapes that an expression had."""
        return {one.shape for one in self.seen(node)}

    def whole(self, node: ast.AST) -> int | None:
        """Return a whole number that an expression always was."""
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return node.value
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            return -node.operand.value if isinstance(node.operand.value, int) else None
        found = {one.value for one in self.seen(node) if one.kind == "whole"}
        return found.pop() if len(found) == 1 else None

    def name(self, node: ast.AST) -> str:
        """Return the name of a function."""
        found = self.first(node)
        return (
            str(found.value)
            if found and found.kind in ("numpy", "own", "other") and isinstance(found.value, str)
            else ""
        )

    def refs(self, node: ast.AST) -> Iterator[Ref]:
        """Yield the numbers that an expression was or held."""
        for one in self.seen(node):
            if one.ref is not None:
                yield one.ref
            elif isinstance(one.value, dict):
                yield from (inner for inner in one.value.values() if isinstance(inner, Ref))

    def vertex(self, ref: Ref) -> int:
        """Return the vertex of a number."""
        return self.flow.vertex(ref)

    def is_active(self, node: ast.AST) -> bool:
        """Return whether an expression is on the way from a parameter to the loss, or holds something that is."""
        return any(self.vertex(ref) in self.active and self._is_float(ref) for ref in self.refs(node))

    def is_active_number(self, node: ast.AST) -> bool:
        """Return whether an expression itself is on that way."""
        return any(
            one.ref is not None and self.vertex(one.ref) in self.active and self._is_float(one.ref)
            for one in self.seen(node)
        )

    def _is_float(self, ref: Ref) -> bool:
        return np.asarray(self.tape.nodes[ref.node].value).dtype.kind == "f"

    def value(self, ref: Ref) -> Any:
        """Return a number as it was."""
        return self.tape.value(ref)
