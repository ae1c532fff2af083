"""Where in a statement a node stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from chainrule.checking.rules.shapes import Shapes
from chainrule.checking.rules.tree import function_name, with_fields
from chainrule.checking.rules.variables import LAYER, Scope, Shape, Variable

HEADS: dict[type[ast.stmt], tuple[str, ...]] = {
    ast.Assign: ("targets", "value"),
    ast.AnnAssign: ("target", "value"),
    ast.AugAssign: ("target", "value"),
    ast.Return: ("value",),
    ast.Expr: ("value",),
    ast.For: ("iter",),
    ast.While: ("test",),
    ast.If: ("test",),
}
"""The fields of each kind of statement that are walked: not the statements inside."""

LINEAR_CALLS = (
    "dot",
    "matmul",
    "sum",
    "mean",
    "reshape",
    "outer",
    "multiply",
    "transpose",
    "einsum",
    "copy",
    "squeeze",
)
"""A factor of an argument of these is a factor of the whole."""

NOT_WALKED = ("axis", "keepdims", "dtype", "out")
"""Keyword arguments that the rules for calls see to."""


class Step(NamedTuple):
    """From a node to one inside of it."""

    parent: ast.AST
    field: str
    at: int | None


@dataclass(frozen=True)
class Place:
    """A node of a statement, and the way to it."""

    node: ast.AST
    path: tuple[Step, ...]
    statement: ast.stmt
    scope: Scope
    shapes: Shapes
    own: Variable | None = None
    """The variable that the node reads, if it is one."""
    in_index: bool = False
    """Whether it is inside of an index."""

    @property
    def parent(self) -> ast.AST:
        """The node that it stands in; the statement itself stands in itself."""
        return self.path[-1].parent if self.path else self.statement

    @cached_property
    def shape(self) -> Shape | None:
        """The likely shape of its value, if that can be told."""
        return self.shapes.of(self.node).shape

    @cached_property
    def is_term(self) -> bool:
        """Whether a factor of it is a factor of nothing larger, so that factors and signs are tried here."""
        if not self.path or self.in_index or not isinstance(self.node, ast.expr):
            return False
        parent, field, _ = self.path[-1]
        if isinstance(parent, ast.BinOp):
            return isinstance(parent.op, (ast.Add, ast.Sub)) or (isinstance(parent.op, ast.Pow) and field == "left")
        if isinstance(parent, (ast.Call, ast.keyword)):
            return function_name(parent) not in LINEAR_CALLS
        return not isinstance(parent, (ast.UnaryOp, ast.Attribute, ast.Subscript, ast.Compare, ast.slice))

    @cached_property
    def is_array_term(self) -> bool:
        """Whether a mask, or another array, times this is not such an array times something larger."""
        if self.is_term:
            return True
        if self.in_index or not isinstance(self.node, ast.expr) or not self.path:
            return False
        if isinstance(self.parent, ast.BinOp):
            return isinstance(self.parent.op, ast.MatMult)
        if isinstance(self.parent, ast.Call):
            return self.path[-1].field == "args" and function_name(self.parent) in LINEAR_CALLS
        called = self.path[-2].parent if len(self.path) > 1 else None
        return isinstance(self.parent, ast.Attribute) and function_name(called) in LINEAR_CALLS

    @property
    def inner(self) -> float:
        """What a change adds that may as well be made further outside."""
        return 0.0 if self.is_whole else 0.3

    @cached_property
    def is_whole(self) -> bool:
        """Whether it is all of the value of the statement, or of an entry of a tuple or dictionary."""
        whole = (ast.stmt, ast.Tuple, ast.List, ast.Dict)
        return bool(self.path) and all(isinstance(step.parent, whole) for step in self.path)

    @cached_property
    def target(self) -> ast.expr | None:
        """What the statement assigns to."""
        if isinstance(self.statement, ast.Assign) and len(self.statement.targets) == 1:
            return self.statement.targets[0]
        return self.statement.target if isinstance(self.statement, (ast.AugAssign, ast.AnnAssign)) else None

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """The numbers of layers in the names that the statement assigns to."""
        return tuple(LAYER.findall(ast.unparse(self.target))) if self.target is not None else ()

    @cached_property
    def dots(self) -> bool:
        """Whether the statement writes its matrix products as calls."""
        return any(function_name(node) in ("dot", "matmul") for node in ast.walk(self.statement))

    def with_node(self, new: object) -> ast.AST:
        """Return the statement with another node in this place."""
        for parent, field, index in reversed(self.path):
            if index is None:
                new = with_fields(parent, **{field: new})
            else:
                items = getattr(parent, field)
                new = with_fields(parent, **{field: [*items[:index], new, *items[index + 1 :]]})
        assert isinstance(new, ast.AST)
        return new


def places(statement: ast.stmt, scope: Scope) -> Iterator[Place]:
    """Yield the places of a statement: itself, then every expression of its head from outside to inside."""
    shapes = Shapes(scope)
    yield Place(statement, (), statement, scope, shapes)
    for field in HEADS.get(type(statement), ()):
        yield from _below(statement, field, (), statement, scope, shapes, False)


def _below(
    parent: ast.AST,
    field: str,
    path: tuple[Step, ...],
    statement: ast.stmt,
    scope: Scope,
    shapes: Shapes,
    in_index: bool,
) -> Iterator[Place]:
    value = getattr(parent, field)
    items = enumerate(value) if isinstance(value, list) else ((None, value),)
    for index, node in items:
        if not isinstance(node, ast.AST):
            continue
        here = (*path, Step(parent, field, index))
        own = shapes.variable(node)
        if isinstance(node, (ast.expr, ast.keyword)):
            yield Place(node, here, statement, scope, shapes, own, in_index)
        for inner in _fields(node, own is not None, shapes):
            indexes = in_index or (isinstance(node, ast.Subscript) and inner == "slice")
            yield from _below(node, inner, here, statement, scope, shapes, indexes)


def _fields(node: ast.AST, known: bool, shapes: Shapes) -> tuple[str, ...]:
    """Return the fields of a node that hold values."""
    if isinstance(node, ast.Subscript):
        return ("slice",) if known and not isinstance(node.value, ast.Subscript) else ("value", "slice")
    if known:
        return ("value",) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Subscript) else ()
    if isinstance(node, ast.Call):
        return ("func", "args", "keywords")
    if isinstance(node, ast.Attribute):
        return () if is_module(node.value, shapes) else ("value",)
    if isinstance(node, ast.keyword):
        return () if node.arg in NOT_WALKED else ("value",)
    if isinstance(node, ast.Name):
        return ()
    return tuple(field for field in node._fields if field not in ("ctx", "op", "ops"))


def is_module(node: ast.expr, shapes: Shapes) -> bool:
    """Return whether attributes of an expression are functions or variables rather than parts of an array."""
    while isinstance(node, ast.Attribute) and node.attr != "T":
        if shapes.variable(node) is not None:
            return False
        node = node.value
    return isinstance(node, ast.Name) and shapes.variable(node) is None
