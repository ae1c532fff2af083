"""A number for every syntax tree, the same for trees that are the same: comparing them is comparing numbers."""

from __future__ import annotations

import ast


class Keys:
    """Numbers trees; every node is looked at once."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], int] = {}
        self._of: dict[int, tuple[ast.AST, int]] = {}

    def of(self, node: ast.AST) -> int:
        """Return the number of a tree: equal for two trees exactly if ``ast.dump`` of both is equal."""
        found = self._of.get(id(node))
        if found is not None:
            return found[1]
        parts: list[object] = [type(node)]
        fields = node.__dict__
        for field in node._fields:
            value = fields.get(field)
            if value is None or type(value) is str:
                parts.append(value)
            elif isinstance(value, ast.AST):
                parts.append(self.of(value) if value._fields else type(value))
            elif type(value) is list:
                parts.append(tuple([self.of(one) if isinstance(one, ast.AST) else one for one in value]))
            else:
                parts.append((type(value), value))
        key = self._known.setdefault(tuple(parts), len(self._known))
        self._of[id(node)] = (node, key)
        return key
