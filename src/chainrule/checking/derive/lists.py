"""Lists that are read as a whole: joined, stacked, summed."""

from __future__ import annotations

import ast
from typing import Any

from chainrule.checking.derive.loops import Loops
from chainrule.checking.derive.text import code, fill
from chainrule.checking.derive.values import Value, full


class ListReadings(Loops):
    """Goes back through what lists were joined into."""

    def pull_list(self, node: ast.expr, op: str, options: dict[str, Any], up: Value) -> None:
        """Give every element of a list its part of the gradient."""
        label = self.session.label_of_list(self, node)
        if label is None:
            self.refuse(f"{code(node)} is a list whose elements are not followed")
            return
        if op == "builtins.sum":
            self.lists[label] = Value(up.node, ())
            return
        axis = options.get("axis", 0) or 0
        whole = self.bound(
            full(up, self.facts.shape(node) or up.shape, self.value(node), self.session.manner.numpy)
            if up.shape
            else up,
            f"d{label}s",
        )
        if op in ("stack", "array", "asarray"):
            if axis:
                turned = fill(f"np.moveaxis(u, {axis}, 0)", u=whole.node)
                whole = self.bound(
                    Value(turned, (whole.shape[axis], *whole.shape[:axis], *whole.shape[axis + 1 :])), f"d{label}s"
                )
            self.lists[label] = whole
            return
        self.refuse(f"{op} of {code(node)} is not followed")
