"""Parts of a tuple, a call or a dictionary that are written otherwise than the part beside them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.names import last_name
from chainrule.checking.rules.rule import Edit, Place, Scope, register
from chainrule.checking.rules.tree import with_fields
from chainrule.checking.rules.variables import LAYER

MOST = 12
"""Of longer rows of parts none is compared."""


@register(ast.Tuple, ast.List, ast.Call, ast.Dict)
def like_neighbour(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``(w - rate * dw, b - rate * db)`` for ``(w - rate * dw, b)``."""
    field = {ast.Tuple: "elts", ast.List: "elts", ast.Call: "args", ast.Dict: "values"}[type(node)]
    parts = getattr(node, field)
    if place.in_index or not 1 < len(parts) <= MOST:
        return
    keys = node.keys if isinstance(node, ast.Dict) else [None] * len(parts)
    for position, part in enumerate(parts):
        for other, theirs in enumerate(parts):
            if other != position and not isinstance(theirs, (ast.Constant, ast.Name, ast.Attribute)):
                for fresh in _written_like(part, theirs, keys[position], keys[other]):
                    changed = [*parts[:position], fresh, *parts[position + 1 :]]
                    yield Edit(with_fields(node, **{field: changed}), Mistake.UNLIKE_NEIGHBOUR)


def _written_like(part: ast.expr, theirs: ast.expr, key: ast.expr | None, other: ast.expr | None) -> Iterator[ast.expr]:
    """Yield another part with the names of one in the place of its own."""
    text = ast.unparse(theirs)
    layers = [LAYER.findall(_text(one)) for one in ((part, theirs) if key is None else (key, other))]
    if layers[0] and layers[1] and layers[0][0] != layers[1][0]:
        yield from _parsed([LAYER.sub(lambda found: _moved(found[0], layers), text)])
    if isinstance(part, ast.Attribute):
        names = dict.fromkeys(one.attr for one in ast.walk(theirs) if isinstance(one, ast.Attribute))
        yield from _parsed([re.sub(rf"\b{name}\b", last_name(ast.unparse(part)), text) for name in names])


def _moved(layer: str, layers: Sequence[Sequence[str]]) -> str:
    moved = int(layer) + int(layers[0][0]) - int(layers[1][0])
    return str(max(moved, 0))


def _text(node: ast.expr | None) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "" if node is None else ast.unparse(node)


def _parsed(texts: Sequence[str]) -> Iterator[ast.expr]:
    for text in texts:
        yield ast.parse(text, mode="eval").body
