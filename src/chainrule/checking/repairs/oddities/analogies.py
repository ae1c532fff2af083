"""The statement of one layer written like that of another: ``dW1 = X.T @ dz1 / N`` beside ``dW2 = a1.T @ dz2 / N``."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Collection, Iterator
from typing import cast

from chainrule.checking.repairs.written import is_atom

MODULES = ("np", "numpy", "math")
LAYER = re.compile(r"(?<=[A-Za-z_])\d{1,2}(?!\d)")
"""The number of a layer in a name."""


def analogous(statement: ast.stmt, others: Collection[ast.stmt], known: Collection[str]) -> Iterator[ast.stmt]:
    """Yield what a statement would be if it were written like those of other layers.

    Parameters
    ----------
    statement : ast.stmt
    others : collection of ast.stmt
        The statements around it.
    known : collection of str
        The text of everything that it may read.
    """
    target = _target(statement)
    own = _layer(statement)
    if target is None or own is None:
        return
    seen = {ast.unparse(statement)}
    for other in others:
        layer = _layer(other) if type(other) is type(statement) else None
        if layer is None or layer == own:
            continue
        shifted = _Shifted(own - layer).visit(copy.deepcopy(other))
        if _target(shifted) != target:
            continue
        for one in _with_known_names(shifted, statement, known):
            if (text := ast.unparse(one)) not in seen:
                seen.add(text)
                yield ast.copy_location(ast.fix_missing_locations(one), statement)


def shifted_entry(other: ast.expr | None, theirs: ast.expr, key: ast.expr | None) -> ast.expr | None:
    """Return what the entry of another key would be for this one, where the two are of different layers."""
    if not isinstance(other, ast.Constant) or not isinstance(key, ast.Constant):
        return None
    layers = [LAYER.findall(str(one.value)) for one in (other, key)]
    if not all(len(found) == 1 for found in layers) or layers[0] == layers[1]:
        return None
    shift = _Shifted(int(layers[1][0]) - int(layers[0][0]))
    shifted_key, value = (shift.visit(copy.deepcopy(one)) for one in (other, theirs))
    return cast(ast.expr, value) if shifted_key.value == key.value else None


def _layer(statement: ast.stmt) -> int | None:
    """Return the layer that a statement is of: ``dW2 = ...``, or ``loss += reg * np.sum(W2 * W2)``."""
    target = _target(statement)
    found = LAYER.findall(target or "")
    if not found and isinstance(statement, ast.AugAssign):
        found = [*set(LAYER.findall(ast.unparse(statement.value)))]
        return int(found[0]) if len(found) == 1 else None
    return int(found[0]) if found else None


def _target(statement: ast.stmt) -> str | None:
    """Return what a statement gives a value to, and how."""
    if isinstance(statement, ast.AugAssign):
        return f"{ast.unparse(statement.target)} {type(statement.op).__name__}"
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return ast.unparse(statement.targets[0])
    return None


class _Shifted(ast.NodeTransformer):
    """Moves every name by some layers: ``a1`` to ``a2``, ``cache["A1"]`` to ``cache["A2"]``."""

    def __init__(self, by: int) -> None:
        self._by = by

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._shift(node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.Attribute:
        self.generic_visit(node)
        node.attr = self._shift(node.attr)
        return node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        node.args = [self.visit(one) for one in node.args]
        node.keywords = [self.visit(one) for one in node.keywords]
        if isinstance(node.func, ast.Attribute):  # the method of a value: the value is moved, its method is not
            node.func.value = self.visit(node.func.value)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        if isinstance(node.value, str):
            node.value = self._shift(node.value)
        return node

    def _shift(self, name: str) -> str:
        return LAYER.sub(lambda found: str(max(0, int(found.group()) + self._by)), name)


def _with_known_names(shifted: ast.stmt, statement: ast.stmt, known: Collection[str]) -> Iterator[ast.stmt]:
    """Yield a statement; with one name in it that is not there (``a0``), whatever the other one reads in its place."""
    theirs, own = _read(shifted), _read(statement)
    unknown = sorted(theirs - set(known) - own)
    if not unknown:
        yield shifted
    elif len(unknown) == 1:
        for instead in sorted(own - theirs):
            yield _Renamed(unknown[0], instead).visit(copy.deepcopy(shifted))


class _Renamed(ast.NodeTransformer):
    """Puts one thing that is read in the place of another."""

    def __init__(self, old: str, new: str) -> None:
        self._old, self._new = old, new

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if _is_read(node) and ast.unparse(node) == self._old:
            return ast.parse(self._new, mode="eval").body
        return super().generic_visit(node)


def _read(statement: ast.stmt) -> set[str]:
    """Return the text of all that the value of a statement is computed from; functions that are called are not."""
    value = getattr(statement, "value", None)
    pending: list[ast.AST] = [value] if isinstance(value, ast.expr) else []
    found = set()
    while pending:
        node = pending.pop()
        if _is_read(node):
            found.add(ast.unparse(node))
        elif isinstance(node, ast.Call):
            receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
            pending += [*node.args, *(one.value for one in node.keywords)]
            if receiver is not None and ast.unparse(receiver) not in MODULES:
                pending.append(receiver)
        else:
            pending += ast.iter_child_nodes(node)
    return found


def _is_read(node: ast.AST) -> bool:
    """Return whether an expression names something, or an entry of it: ``x``, ``cache["x"]``, ``x[i, j]``."""
    if isinstance(node, ast.Subscript):
        return is_atom(node.value) and isinstance(node.ctx, ast.Load)
    return isinstance(node, ast.expr) and is_atom(node) and isinstance(getattr(node, "ctx", None), ast.Load)
