"""Small syntax trees, built fast: parts that do not change are shared, so nothing here may be written to."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)

LOAD, STORE = ast.Load(), ast.Store()
ADD, SUB, MULT, DIV, MATMULT, POW = ast.Add(), ast.Sub(), ast.Mult(), ast.Div(), ast.MatMult(), ast.Pow()


@lru_cache(maxsize=4096)
def parsed(text: str) -> ast.expr:
    """Return the expression that a text is; the same tree each time."""
    return ast.parse(text, mode="eval").body


def children(node: ast.AST) -> list[ast.AST]:
    """Return the nodes right below one: as ``ast.iter_child_nodes``, but faster, and without operators."""
    found: list[ast.AST] = []
    for value in node.__dict__.values():
        if type(value) is list:
            found += [one for one in value if isinstance(one, ast.AST)]
        elif isinstance(value, ast.AST) and value._fields:
            found.append(value)
    return found


def with_fields(node: Node, **fields: object) -> Node:
    """Return a node of the same kind with some fields changed."""
    fresh = type(node).__new__(type(node))
    fresh.__dict__.update(node.__dict__)
    fresh.__dict__.update(fields)
    return fresh


def stored(node: ast.expr) -> ast.expr:
    """Return an expression as one that is assigned to."""
    return with_fields(node, ctx=STORE)


def loaded(node: ast.expr) -> ast.expr:
    """Return what is assigned to as an expression that is read."""
    return with_fields(node, ctx=LOAD) if hasattr(node, "ctx") else node


def number(value: float) -> ast.expr:
    """Return a number as it is written: a negative one is a minus and a number."""
    return ast.Constant(value) if value >= 0 else negative(ast.Constant(-value))


def negative(node: ast.expr) -> ast.expr:
    """Return ``-node``."""
    return ast.UnaryOp(ast.USub(), node)


def times(left: ast.expr, right: ast.expr) -> ast.BinOp:
    """Return ``left * right``."""
    return ast.BinOp(left, MULT, right)


def over(left: ast.expr, right: ast.expr) -> ast.BinOp:
    """Return ``left / right``."""
    return ast.BinOp(left, DIV, right)


def plus(left: ast.expr, right: ast.expr) -> ast.BinOp:
    """Return ``left + right``."""
    return ast.BinOp(left, ADD, right)


def minus(left: ast.expr, right: ast.expr) -> ast.BinOp:
    """Return ``left - right``."""
    return ast.BinOp(left, SUB, right)


def power(base: ast.expr, exponent: int) -> ast.BinOp:
    """Return ``base ** exponent``."""
    return ast.BinOp(base, POW, ast.Constant(exponent))


def compare(left: ast.expr, operator: ast.cmpop, bound: ast.expr) -> ast.Compare:
    """Return ``left < bound``, or another comparison."""
    return ast.Compare(left, [operator], [bound])


def positive(node: ast.expr) -> ast.Compare:
    """Return ``node > 0``."""
    return compare(node, ast.Gt(), ast.Constant(0))


def call(function: str, *arguments: ast.expr, **words: ast.expr) -> ast.Call:
    """Return ``function(argument, word=...)``."""
    return ast.Call(parsed(function), list(arguments), [ast.keyword(name, value) for name, value in words.items()])


def method(owner: ast.expr, name: str, *arguments: ast.expr) -> ast.Call:
    """Return ``owner.name(argument)``."""
    return ast.Call(ast.Attribute(owner, name, LOAD), list(arguments), [])


def transposed(node: ast.expr) -> ast.expr:
    """Return ``node.T``, or what ``.T`` stands behind without it."""
    return node.value if is_transpose(node) and isinstance(node, ast.Attribute) else ast.Attribute(node, "T", LOAD)


def is_transpose(node: ast.AST) -> bool:
    """Return whether an expression is ``x.T``."""
    return isinstance(node, ast.Attribute) and node.attr == "T"


def is_number(node: ast.AST) -> bool:
    """Return whether an expression is a plain number, maybe with a minus."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return is_number(node.operand)
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def function_name(node: ast.AST | None) -> str:
    """Return the last part of the name of what a call calls: ``sum`` of ``np.sum(x)`` and ``x.sum()``."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def replaced(node: Node, old: ast.AST, new: ast.AST) -> Node:
    """Return a tree with one node, told by its identity, replaced by another; the tree itself if it is not inside."""
    for field, value in node.__dict__.items():
        if value is old:
            return with_fields(node, **{field: new})
        if isinstance(value, ast.AST):
            fresh = replaced(value, old, new) if value._fields else value
            if fresh is not value:
                return with_fields(node, **{field: fresh})
        elif isinstance(value, list):
            for index, item in enumerate(value):
                fresh = new if item is old else replaced(item, old, new) if isinstance(item, ast.AST) else item
                if fresh is not item:
                    return with_fields(node, **{field: [*value[:index], fresh, *value[index + 1 :]]})
    return node
