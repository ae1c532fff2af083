"""The gradients of a scope on the way back: where each is kept, and the lines that make it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chainrule.checking.derive.blocks import Carried, Rounds
from chainrule.checking.derive.containers import Containers
from chainrule.checking.derive.facts import Facts
from chainrule.checking.derive.lines import Line
from chainrule.checking.derive.seeing import number_of
from chainrule.checking.derive.text import code, constant, fill, name, names_in
from chainrule.checking.derive.values import CannotDerive, Shape, Value, broadcast, full

if TYPE_CHECKING:
    from chainrule.checking.derive.session import Session


@dataclass(frozen=True)
class Place:
    """A variable, attribute or entry, and where its gradient goes."""

    key: str
    gradient: str
    like: ast.expr
    """Its value."""
    shape: Shape
    leaf: bool
    whole: bool = True
    """Whether each element of it is met once, so that its gradient is assigned and not summed."""


@dataclass
class Adjoint:
    """A gradient that has come back so far."""

    value: Value
    named: bool
    fresh: bool = False
    """Whether nothing else has the same memory."""


@dataclass
class Block:
    """A loop of the backward pass that is being written."""

    start: int
    """The number of its first line."""
    defined: set[str]
    passing: set[str] = field(default_factory=set)
    """Sums that only pass: their gradient is that of their end."""


@dataclass
class Round:
    """A loop that is being written."""

    node: ast.For
    turned: bool = False
    indexed: str = ""
    elements: dict[str, ast.expr] = field(default_factory=dict)
    """By loop variable: the element that it is, where the loop is over elements."""
    header: str = ""
    """What it is over, in the order of the forward pass."""


class Scope:
    """One function (or the statements around a loss) on the way back."""

    def __init__(self, session: Session, facts: Facts, taken: set[str], source: str) -> None:
        self.session, self.facts, self.taken, self.source = session, facts, set(taken), source
        self.lines: list[Line] = []
        self.env: dict[str, Adjoint] = {}
        self.blocks: list[Block] = []
        self.depth = 0
        self.line = 0
        self.containers = Containers()
        self.rounds = Rounds()
        self.defined: set[str] = set()
        self.out_names: dict[str, ast.expr] = {}
        self.penalties: dict[str, list[tuple[Place, Value, int]]] = {}
        self.gradient_names: dict[str, str] = {}
        self.leaves: dict[str, Place] = {}
        self.made_names: set[str] = set()
        self.upstream = ""
        self.index: dict[int, str] = {}
        self.stale: dict[str, str] = {}
        self.lists: dict[str, Value] = {}
        self.body: list[ast.stmt] = []
        self.original: list[ast.stmt] = []
        self.assigned: set[str] = set()
        self.inline = True
        self.kept_names: dict[tuple[int, str], str] = {}
        self.kept_loops: dict[int, list[tuple[Carried, str]]] = {}
        self.aliases: dict[str, ast.expr] = {}
        """Names that only stand for an entry of a container of parameters."""
        self.variables: dict[str, ast.expr] = {}
        """Those of loops, where they get their values."""
        self.returned: set[str] = set()
        """Containers of gradients that a backward function gave."""
        self.rounds_now: list[Round] = []
        self.gathered: dict[str, set[str]] = {}
        self.target = ""
        self.summed: set[str] = set()
        """Containers of gradients that begin with zeros."""

    def renamed_at(self, node: ast.expr) -> ast.expr:
        """Return an expression of the program with the names that its values have here."""
        number = number_of(node)
        found = (
            one
            for part in self.body
            for one in ast.walk(part)
            if isinstance(one, ast.expr) and number_of(one) == number
        )
        return next(found, node)

    # --- names --------------------------------------------------------------------------------------------------

    def fresh(self, wish: str) -> str:
        """Return a name that nothing has yet."""
        made, number = wish, 1
        while made in self.taken:
            number += 1
            made = f"{wish}_{number}" if wish[-1].isdigit() else f"{wish}{number}"
        self.taken.add(made)
        return made

    def gradient_name(self, key: str) -> str:
        """Return the name of the gradient of a variable."""
        if key not in self.gradient_names:
            base = self.stale.get(key, key)
            plain = re.sub(r"\W+", "_", base.split(".")[-1]).strip("_") or "value"
            if key.endswith("_prev") or key.endswith("@prev"):
                plain = re.sub(r"\W+", "_", key.split(".")[-1].replace("@", "_")).strip("_")
            self.gradient_names[key] = self.fresh(f"d{plain}")
            self.made_names.add(self.gradient_names[key])
        return self.gradient_names[key]

    # --- lines --------------------------------------------------------------------------------------------------

    def emit(
        self, text: str, shape: Shape | None = None, local: str = "", *, at: int | None = None, depth: int | None = None
    ) -> None:
        """Write a line."""
        made = Line(self.depth if depth is None else depth, text, self.line, self.upstream, local, shape)
        if at is None:
            self.lines.append(made)
        else:
            self.lines.insert(at, made)
            for block in self.blocks:
                if block.start >= at and block.start < len(self.lines):
                    block.start += 1

    def bound(self, value: Value, wish: str) -> Value:
        """Return a value under a name of its own, if it is not short."""
        if is_short(value.node):
            return value
        made = self.fresh(wish)
        self.made_names.add(made)
        self.emit(f"{made} = {code(value.node)}", value.shape)
        return Value(name(made), value.shape)

    # --- gradients ----------------------------------------------------------------------------------------------

    def owner(self, key: str) -> int:
        """Return the depth of the loop that a variable belongs to; 0 outside of loops."""
        for number in range(len(self.blocks), 0, -1):
            if key in self.blocks[number - 1].defined:
                return number
        return 0

    def add(self, place: Place, up: Value) -> None:
        """Add a gradient to what has come back to a variable."""
        key = place.key
        if any(key in block.passing for block in self.blocks):
            return
        owner = self.owner(key)
        if place.leaf:
            self.leaves[key] = place
        if owner < len(self.blocks) and not (place.leaf and place.whole and "[" in place.gradient):
            self._sum_up(place, up, owner)
            return
        is_penalty = (
            place.leaf
            and bool(place.shape)
            and not self.blocks
            and not self.depth
            and not self._depends(up.node)
            and constant(up.node) is None
        )
        if is_penalty and not self._main(key):
            self.penalties.setdefault(key, []).append((place, up, self.line))
            return
        self._assign(place, up)
        for later, penalty, line in self.penalties.pop(key, []):
            before, self.line = self.line, line
            self._assign(later, penalty)
            self.line = before

    def _main(self, key: str) -> bool:
        return key in self.env

    def _depends(self, node: ast.expr) -> bool:
        return bool(names_in(node) & self.made_names)

    def flush(self) -> None:
        """Write down penalties whose parameters have no other gradient."""
        for key in [*self.penalties]:
            for place, up, line in self.penalties.pop(key):
                self.line = line
                self._assign(place, up)

    def _assign(self, place: Place, up: Value) -> None:
        key, target = place.key, place.gradient
        if place.leaf:
            up = (
                full(up, place.shape, place.like, self.session.manner.numpy)
                if np_size(place.shape) != 1 or place.shape
                else up
            )
        now = self.env.get(key)
        if now is None:
            alias = is_short(up.node)
            if alias and not place.leaf:
                self.env[key] = Adjoint(up, named=False)
                return
            self.emit(f"{target} = {code(up.node)}", up.shape)
            self.env[key] = Adjoint(Value(name(target), up.shape), named=True, fresh=not alias and not is_view(up.node))
            return
        shape = broadcast(now.value.shape, up.shape)
        if now.named and now.fresh and shape == now.value.shape:
            if is_negative(up.node):
                self.emit(f"{target} -= {code(fill('-u', u=up.node))}", shape)
            else:
                self.emit(f"{target} += {code(up.node)}", shape)
        else:
            self.emit(f"{target} = {code(fill('a + b', a=now.value.node, b=up.node))}", shape)
        self.env[key] = Adjoint(Value(name(target), shape), named=True, fresh=True)

    def _sum_up(self, place: Place, up: Value, owner: int) -> None:
        """Add to a variable from outside of the loop."""
        if (
            place.leaf
            and "[" in place.gradient
            and any(names_in(place.like) & one.defined for one in self.blocks[owner:])
        ):
            self.summed.add(place.gradient.split("[")[0])
        else:
            self.zeros(place, owner)
        sign, node = ("-=", fill("-u", u=up.node)) if is_negative(up.node) else ("+=", up.node)
        self.emit(f"{place.gradient} {sign} {code(node)}", place.shape)

    def zeros(self, place: Place, owner: int) -> None:
        """Have the gradient of a variable stand before the loops, to be summed up in."""
        now = self.env.get(place.key)
        start, depth = self.blocks[owner].start, self.lines_depth(owner)
        if now is None:
            text = (
                f"{place.gradient} = {self.session.manner.numpy}.zeros_like({code(self.outside(place.like))})"
                if place.shape
                else f"{place.gradient} = 0.0"
            )
            self.emit(text, place.shape, at=start, depth=depth)
        elif not (now.named and now.fresh):
            whole = full(now.value, place.shape, place.like, self.session.manner.numpy)
            text = f"{place.gradient} = {code(whole.node)}" + (
                ".copy()" if is_short(whole.node) and place.shape else ""
            )
            self.emit(text, place.shape, at=start, depth=depth)
        self.env[place.key] = Adjoint(Value(name(place.gradient), place.shape), named=True, fresh=True)

    def outside(self, like: ast.expr) -> ast.expr:
        """Return what has the shape of a variable before a loop begins."""
        return like

    def lines_depth(self, owner: int) -> int:
        """Return how far the lines before a loop are indented."""
        return self.lines[self.blocks[owner].start].depth if self.blocks[owner].start < len(self.lines) else self.depth

    def take(self, key: str) -> Value | None:
        """Return the gradient of a variable at the place where it gets its value."""
        for place, up, line in self.penalties.pop(key, []):
            before, self.line = self.line, line
            self._assign(place, up)
            self.line = before
        found = self.env.pop(key, None)
        return None if found is None else found.value

    def named(self, place: Place) -> None:
        """Have the gradient of a variable under its own name."""
        now = self.env[place.key]
        if not now.named:
            whole = full(now.value, place.shape, place.like, self.session.manner.numpy)
            self.emit(f"{place.gradient} = {code(whole.node)}", place.shape)
            self.env[place.key] = Adjoint(Value(name(place.gradient), whole.shape), named=True)

    def refuse(self, why: str) -> None:
        """Say what cannot be derived, with its line."""
        raise CannotDerive(f"line {self.line}: {why}" if self.line else why)


def np_size(shape: Shape) -> int:
    """Return the number of entries."""
    size = 1
    for one in shape:
        size *= one
    return size


def is_short(node: ast.expr) -> bool:
    """Return whether an expression is a name or a number, to be used as often as one likes."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return isinstance(node.operand, ast.Constant | ast.Name)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.Mult):
        return all(
            isinstance(one, ast.Constant | ast.Name)
            or (isinstance(one, ast.UnaryOp) and isinstance(one.operand, ast.Constant))
            for one in (node.left, node.right)
        ) and any(constant(one) is not None for one in (node.left, node.right))
    return isinstance(node, ast.Name | ast.Constant) or (
        isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name)
    )


def is_view(node: ast.expr) -> bool:
    """Return whether an expression may share the memory of another value."""
    if isinstance(node, ast.Subscript | ast.Attribute):
        return True
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("reshape", "transpose", "swapaxes", "ravel", "squeeze", "moveaxis")
    )


def is_negative(node: ast.expr) -> bool:
    """Return whether an expression begins with a minus."""
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        node = node.left
    return (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)) or ((constant(node) or 0) < 0)
