"""What a function is written with, told from its text alone: names, numbers, counters, atoms."""

from __future__ import annotations

import ast
from functools import lru_cache

from chainrule.checking.units import Function


@lru_cache(maxsize=256)
def picked(function: Function) -> frozenset[tuple[str, str]]:
    """Return the pairs of variables of which the second picks an entry of the first: ``y[i]``."""
    return frozenset(
        (node.value.id, node.slice.id)
        for node in ast.walk(function)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Name)
    )


@lru_cache(maxsize=256)
def read(function: Function) -> frozenset[str]:
    """Return the names that a function reads."""
    names = (node for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    return frozenset(node.id for node in names)


@lru_cache(maxsize=256)
def fractions(function: Function) -> frozenset[float]:
    """Return the numbers with a fraction that a function is written with."""
    constants = (node.value for node in ast.walk(function) if isinstance(node, ast.Constant))
    return frozenset(value for value in constants if isinstance(value, float) and not value.is_integer())


@lru_cache(maxsize=256)
def counted(function: Function) -> frozenset[tuple[str, str]]:
    """Return what loops of a function count with, or what is counted up, and the text of how far, if it says so."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, (ast.For, ast.comprehension, ast.AugAssign)) and isinstance(node.target, ast.Name):
            over = None if isinstance(node, ast.AugAssign) else node.iter
            ends = over.args[:2] if isinstance(over, ast.Call) and ast.unparse(over.func) in ("range", "xrange") else []
            found.add((node.target.id, ast.unparse(ends[-1]) if ends else ""))
    return frozenset(found)


@lru_cache(maxsize=256)
def compounds(function: Function) -> dict[str, ast.expr]:
    """Return the compound atoms that a function is written with, by their text."""
    texts = {ast.unparse(node) for node in ast.walk(function) if isinstance(node, ast.expr) and _is_compound(node)}
    return {text: ast.parse(text, mode="eval").body for text in sorted(texts)}  # read, even where they are assigned to


def is_atom(node: ast.AST) -> bool:
    """Return whether an expression only names something: ``x``, ``self.x``, ``cache['x']``, ``x.shape[0]``."""
    return isinstance(node, ast.Name) or _is_compound(node)


def _is_compound(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        return node.attr != "T" and is_atom(node.value)
    if isinstance(node, ast.Subscript):
        return is_atom(node.value) and _is_key(node.slice)
    return False


def _is_key(node: ast.expr) -> bool:
    """Return whether an index names one thing: a word, a number, ``'W' + str(l)``, ``f'W{l}'``, ``l - 1``."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (str, int))
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub) and _is_key(node.operand)
    return isinstance(node, (ast.JoinedStr, ast.BinOp)) and not any(
        isinstance(part, (ast.Slice, ast.Compare)) for part in ast.walk(node)
    )
