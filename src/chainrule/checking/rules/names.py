"""Another variable: of the same shape, of another layer, a value for its gradient, the raw for the activated one."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations

from chainrule.checking.rules.likelihood import OTHER_PART
from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.rule import Edit, Place, Scope, Variable, register
from chainrule.checking.rules.tree import LOAD, parsed, transposed, with_fields

LAST_NAME = re.compile(r"([A-Za-z_]\w*)\W*$")
"""The last name in the text of a variable: ``W1`` of ``self.params['W1']``."""


@register(ast.Name, ast.Attribute, ast.Subscript)
def other_variable(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield the variables that may have been meant by one."""
    own = place.own
    if own is None:
        yield from _for_unknown(node, scope, place)
        return
    if own.text in scope.counters:
        for counter in scope.counters:
            if counter != own.text:
                yield Edit(ast.Name(counter, LOAD), Mistake.OTHER_COUNTER)
        return
    alike = {"array": scope.arrays, "number": scope.numbers, "integers": scope.integers, "mask": scope.masks}[own.kind]
    for other in alike:
        if other.text == own.text:
            continue
        mistake, extra = relation(own, other, place)
        yield Edit(other.node, mistake, extra)
        if own.shape != other.shape and len(other.shape) == 2 and own.shape in (other.shape[::-1], ()):
            yield Edit(transposed(other.node), mistake, extra + 0.3)


def _for_unknown(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield variables for something that is none: a part of an array, a list, what a comprehension goes through."""
    if isinstance(node, ast.Attribute):
        return
    if isinstance(node, ast.Subscript):
        if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            return
        for other in scope.of_shape(place.shape):
            yield Edit(other.node, Mistake.OTHER_VARIABLE, 0.3 + (0.6 if not place.shape else 0.0))
        return
    part_of = isinstance(place.parent, (ast.Attribute, ast.Subscript)) and not place.in_index
    for other in scope.arrays if not part_of else ():
        yield Edit(other.node, Mistake.OTHER_VARIABLE, 0.8)
    inside = (part for part in ast.walk(place.statement) if isinstance(part, ast.Name))
    known = {*scope.functions, scope.numpy, ast.unparse(node)}
    unknown = dict.fromkeys(part.id for part in inside if part.id not in known and part.id not in scope.named)
    for name in unknown:
        if name not in known:
            yield Edit(parsed(name), Mistake.OTHER_VARIABLE, 0.2)


@register(ast.Subscript)
def other_holder(node: ast.Subscript, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield the entry of the same key of another dictionary or list."""
    text = ast.unparse(node.value)
    words = (one for one in ast.walk(node.slice) if isinstance(one, ast.Constant) and isinstance(one.value, str))
    if place.own is not None or any(words):
        for holder in scope.holders:
            if holder != text:
                yield Edit(with_fields(node, value=parsed(holder)), Mistake.OTHER_VARIABLE, 0.1)


def relation(own: Variable, other: Variable, place: Place) -> tuple[Mistake, float]:
    """Return what it is to write one variable for another, and how much less likely than usual."""
    extra = 0.0 if own.shape == other.shape else 0.5
    if own.role and other.role and own.role != other.role:
        extra += 0.2
    if is_gradient_of(own, other):
        return Mistake.GRADIENT_FOR_VALUE, extra
    if is_gradient_of(other, own):
        return Mistake.VALUE_FOR_GRADIENT, extra
    if own.layers and own.stem == other.stem:
        return Mistake.OTHER_LAYER, extra
    if own.layers and own.layers == other.layers and own.shape == other.shape:
        return Mistake.RAW_OR_ACTIVATED, extra
    if own.role == other.role == "parameter" and is_bias(own) and is_bias(other):
        return Mistake.OTHER_BIAS, extra
    if own.kind in ("integers", "mask"):
        return Mistake.OTHER_LABELS if own.kind == "integers" else Mistake.MASK_OF_OTHER, extra
    plain = not place.scope.arrays or bool(own.role or other.role)  # in a program of plain numbers these are the values
    of_counts = own.kind == "number" and not plain
    return Mistake.OTHER_NUMBER if of_counts else Mistake.OTHER_VARIABLE, extra + distance(other, place)


def is_bias(one: Variable) -> bool:
    """Return whether a parameter has the shape of a bias."""
    return len(one.shape) == 1 or (len(one.shape) == 2 and 1 in one.shape)


def distance(other: Variable, place: Place) -> float:
    """Return what a variable of a layer adds that is far from that of the statement."""
    if not other.layers or not place.layers:
        return 0.0
    return 0.0 if min(abs(int(one) - int(own)) for one in other.layers for own in place.layers) < 2 else OTHER_PART


def is_gradient_of(gradient: Variable, value: Variable) -> bool:
    """Return whether one variable is the gradient of another, as far as is known or their names say."""
    if gradient.gradient_of:
        return gradient.gradient_of == value.text
    one, other = last_name(gradient.text), last_name(value.text)
    return one in (f"d{other}", f"d_{other}", f"grad_{other}", f"{other}_grad", f"{other}_d")


def last_name(text: str) -> str:
    """Return the last name in the text of a variable."""
    found = LAST_NAME.search(text)
    return found[1] if found else text


@register(ast.BinOp, ast.Call)
def variable_for_expression(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield variables that may have been meant by something that is computed."""
    shape = place.shape
    if place.in_index or shape == ():
        return
    for other in scope.of_shape(shape):
        extra = distance(other, place) + (0.8 if shape is None else 0.0)
        yield Edit(other.node, Mistake.COMPUTED_ALREADY, extra)


@register(ast.Assign, ast.AugAssign, ast.Return, ast.Expr, ast.BinOp)
def renamed_throughout(node: ast.AST, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield what another variable gives in all places of one: ``o * (1 - o)`` for ``i * (1 - i)``."""
    if isinstance(node, ast.BinOp):
        left, right = _counted(node.left, place), _counted(node.right, place)
        repeated = [text for text in left if text in right]
    else:
        value = getattr(node, "value", None)
        repeated = [text for text, times in _counted(value, place).items() if times > 1] if value is not None else []
    for text in repeated:
        own = scope.named[text]
        alike = [one for one in scope.arrays if one.shape != own.shape and own.layers and one.stem == own.stem]
        for other in (*scope.of_shape(own.shape), *alike) if own.kind in ("array", "number") else ():
            if other.text != own.text:
                mistake, extra = relation(own, other, place)
                if isinstance(node, ast.BinOp):
                    yield Edit(_renamed(node, {own.text: other}, place), mistake, extra)
                elif isinstance(node, ast.stmt):
                    value = _renamed(node.value, {own.text: other}, place)  # type: ignore[attr-defined]
                    yield Edit(with_fields(node, value=value), mistake, extra)


@register(ast.Assign, ast.AugAssign, ast.Return, ast.Expr)
def exchanged(node: ast.stmt, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a statement with two variables in each other's place."""
    value = getattr(node, "value", None)
    if value is None:
        return
    inside = [scope.named[text] for text in _counted(value, place)]
    for one, other in combinations(inside, 2):
        if one.shape == other.shape and one.kind == other.kind and one.text not in scope.counters:
            fresh = _renamed(value, {one.text: other, other.text: one}, place)
            yield Edit(with_fields(node, value=fresh), Mistake.EXCHANGED)


def _counted(node: ast.AST, place: Place) -> Counter[str]:
    found: Counter[str] = Counter()
    own = place.shapes.variable(node)
    if own is not None:
        found[ast.unparse(own.node)] += 1
        return found
    for child in ast.iter_child_nodes(node):
        found += _counted(child, place)
    return found


def _renamed(node: ast.AST, others: Mapping[str, Variable], place: Place) -> ast.AST:
    """Return an expression with other variables for some."""
    variable = place.shapes.variable(node)
    if variable is not None:
        return others[variable.text].node if variable.text in others else node
    changed: dict[str, object] = {}
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST) and value._fields:
            if (fresh := _renamed(value, others, place)) is not value:
                changed[field] = fresh
        elif isinstance(value, list):
            items = [_renamed(one, others, place) if isinstance(one, ast.AST) else one for one in value]
            if any(one is not old for one, old in zip(items, value, strict=True)):
                changed[field] = items
    return with_fields(node, **changed) if changed else node


@register(ast.Constant)
def other_key(node: ast.Constant, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield other words of keys that are put together: ``'b' + str(l)`` for ``'W' + str(l)``."""
    if not isinstance(node.value, str) or not place.in_index:
        return
    composed = not isinstance(place.parent, ast.Subscript)
    words = {word.rstrip("0123456789") if composed else word for word in _keys(scope)} - {node.value}
    for word in sorted(words):
        yield Edit(ast.Constant(word), Mistake.OTHER_KEY)


def _keys(scope: Scope) -> set[str]:
    parts = (part for one in scope.variables if "[" in one.text for part in ast.walk(one.node))
    return {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
