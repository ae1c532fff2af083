"""A statement of one layer that another layer has no, or another, counterpart of."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from chainrule.checking.repairs.candidate import Candidate
from chainrule.checking.repairs.oddities.analogies import analogous, shifted_entry
from chainrule.checking.repairs.oddities.odd import Scopes, odd, odd_expression, shape_of
from chainrule.checking.repairs.places import Places
from chainrule.checking.repairs.ranks import head
from chainrule.checking.repairs.statements import statement_edits

LAYERS = re.compile(r"\b[A-Za-z_]\w*?(\d)\b")
"""Finds the layer that a variable is of by the digit at the end of its name."""


def as_for_other_layers(places: Places, statement: ast.stmt) -> Iterator[Candidate]:
    """Yield a statement again, for the layers that have none like it."""
    for other in _of_other_layers(statement, places.scenes[statement][0]):
        if ast.unparse(other) not in _texts(places, statement):
            beside = _beside(places, statement, other)
            change = ((beside, (beside, ast.copy_location(other, beside))),)
            yield odd(places, statement, change, 1.6, f"{ast.unparse(other)} missing")


def like_other_layers(places: Places, statement: ast.stmt, scopes: Scopes) -> Iterator[Candidate]:
    """Yield a statement as it would be if it were written like those of other layers."""
    unit, block = places.homes[statement]
    others = [other for other in places.scenes if other is not statement and places.homes[other][0] == unit]
    before, after = scopes(statement)
    shape = shape_of(statement, before)
    for instead in analogous(statement, others, [*before.arrays, *before.numbers, *before.integers]):
        if shape_of(instead, before) != shape:
            continue
        text = ast.unparse(instead)
        named = (
            edit.mistake
            for edit in statement_edits(statement, block, before, after)
            if [ast.unparse(new) for _, news in edit.changes for new in news] == [text]
        )
        change = ((statement, (instead,)),)
        yield odd(places, statement, change, 1.3, next(named, "not as in the other layer"))


def like_other_entries(places: Places, statement: ast.stmt) -> Iterator[Candidate]:
    """Yield dictionaries with an entry written like that of another layer: ``{'W1': dW1 + reg * W1, 'W2': dW2}``."""
    for node in ast.walk(head(statement)):
        pairs = list(zip(node.keys, node.values, strict=True)) if isinstance(node, ast.Dict) else []
        for key, value in pairs:
            for other, theirs in pairs:
                instead = shifted_entry(other, theirs, key)
                if instead is not None and ast.unparse(instead) != ast.unparse(value):
                    yield odd_expression(places, statement, value, instead, 1.3, "not as in the other layer")


def _of_other_layers(statement: ast.stmt, variables: Mapping[str, object]) -> Iterator[ast.stmt]:
    """Yield a statement that changes a variable of one layer as it would be for each of the others."""
    if not isinstance(statement, ast.AugAssign):
        return
    text = ast.unparse(statement)
    own = set(LAYERS.findall(text))
    layers = set(re.findall(r"\b[A-Za-z_]+(\d)\b", " ".join(variables))) - own
    if len(own) == 1:
        for layer in sorted(layers):
            renamed = re.sub(rf"\b([A-Za-z_]\w*?){next(iter(own))}\b", rf"\g<1>{layer}", text)
            yield ast.copy_location(ast.parse(renamed).body[0], statement)


def _beside(places: Places, statement: ast.stmt, other: ast.stmt) -> ast.stmt:
    """Return the statement behind which another one belongs: one that does the same in its own layer, if there is one.

    Where ``dW1 /= N; dW2 /= N; db2 /= N`` stand, ``db1 /= N`` was next to the first. Where ``dW1 += reg * W1`` stands
    next to what gives dW1 its value, so does that of dW2.
    """
    _, block = places.homes[statement]
    before = block[max(block.index(statement) - 1, 0)]
    behind = [one for one in block if _sets(one, other)]
    if behind and _sets(before, statement) and not _sets(before, other):
        return behind[-1]
    layer = LAYERS.findall(ast.unparse(other))
    alike = [
        one
        for one in block
        if isinstance(one, ast.AugAssign)
        and isinstance(statement, ast.AugAssign)
        and type(one.op) is type(statement.op)
        and ast.unparse(one.value) == ast.unparse(statement.value)
        and LAYERS.findall(ast.unparse(one)) == layer
    ]
    return alike[-1] if alike else statement


def _sets(one: ast.stmt, changed: ast.stmt) -> bool:
    """Return whether a statement gives its value to what another one changes."""
    target = ast.unparse(changed.target) if isinstance(changed, ast.AugAssign) else None
    return isinstance(one, ast.Assign) and any(ast.unparse(own) == target for own in one.targets)


def _texts(places: Places, statement: ast.stmt) -> set[str]:
    """Return what stands in the function of a statement, a text for each statement."""
    unit = places.homes[statement][0]
    return {ast.unparse(other) for other in places.scenes if places.homes[other][0] == unit}
