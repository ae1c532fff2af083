"""The places in a text that a compiler asks for, given to expressions of which a few parts are new."""

from __future__ import annotations

import ast
import copy
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)
_REBUILT = "rebuilt"
"""An attribute of nodes that have a place, but not all that they are made of."""


def with_fields(node: Node, **fields: object) -> Node:
    """Return a copy of a node in which some fields are others; the rest is shared."""
    fresh = copy.copy(node)
    vars(fresh).update(fields)
    vars(fresh)[_REBUILT] = True
    return fresh


def placed(node: Node) -> Node:
    """Give places to what is new in an expression or in a statement that has one, and return it.

    ``ast.fix_missing_locations`` goes through what was taken from a program, too, and that is nearly everything.
    """
    parts: list[ast.AST] = [node]
    while parts:
        part = parts.pop()
        known = vars(part)
        if "end_col_offset" in known and not known.pop(_REBUILT, False):
            continue
        if "lineno" in part._attributes and "end_col_offset" not in known:
            known.update(lineno=1, end_lineno=1, col_offset=0, end_col_offset=0)
        for value in known.values():
            if isinstance(value, ast.AST):
                parts.append(value)
            elif isinstance(value, list):
                parts += [one for one in value if isinstance(one, ast.AST)]
    return node
