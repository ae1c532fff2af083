"""Another expression for one that stands in a program, and small tools to build it."""

from __future__ import annotations

import ast
from typing import NamedTuple


class Edit(NamedTuple):
    """A changed expression."""

    cost: float
    """How far it is from the one that stands there; 1 is one name for another."""
    expression: ast.expr
    mistake: str
    """What was wrong if this is right."""


def parsed(text: str) -> ast.expr:
    """Return the expression that a text is."""
    return ast.parse(text, mode="eval").body


def transposed(node: ast.expr) -> ast.expr:
    """Return ``node.T``."""
    return ast.Attribute(node, "T", ast.Load())


def turned(node: ast.expr) -> ast.expr:
    """Return an expression transposed, or no longer transposed."""
    return node.value if isinstance(node, ast.Attribute) and node.attr == "T" else transposed(node)


def number(value: float) -> ast.expr:
    """Return a number as it is written: a negative one is a minus and a number."""
    return ast.Constant(value) if value >= 0 else negative(ast.Constant(-value))


def negative(node: ast.expr) -> ast.expr:
    """Return ``-node``."""
    return ast.UnaryOp(ast.USub(), node)


def times(left: ast.expr, right: ast.expr) -> ast.expr:
    """Return ``left * right``."""
    return ast.BinOp(left, ast.Mult(), right)


def plus(left: ast.expr, right: ast.expr) -> ast.expr:
    """Return ``left + right``."""
    return ast.BinOp(left, ast.Add(), right)
