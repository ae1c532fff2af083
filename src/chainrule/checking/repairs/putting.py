"""One expression of a statement exchanged for another, in a copy."""

from __future__ import annotations

import ast
from typing import cast

from chainrule.checking.repairs.candidate import Change
from chainrule.checking.repairs.placing import with_fields


def put(statement: ast.stmt, old: ast.expr, new: ast.expr) -> tuple[Change, ...]:
    """Return the change of a statement in which one of its expressions is another; what does not change is shared."""
    fresh = _Put(old, new).visit(statement)
    return ((statement, (cast(ast.stmt, fresh),)),)


class _Put(ast.NodeTransformer):
    """Puts one node in the place of another; the statements inside of a statement are not looked at."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self._old:
            return self._new
        changed: dict[str, object] = {}
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.AST):
                fresh = self.visit(value)
                if fresh is not value:
                    changed[name] = fresh
            elif isinstance(value, list) and name not in ("body", "orelse", "finalbody", "handlers"):
                items = [self.visit(item) if isinstance(item, ast.AST) else item for item in value]
                if any(one is not other for one, other in zip(items, value, strict=True)):
                    changed[name] = items
        if not changed:
            return node
        return with_fields(node, **changed)
