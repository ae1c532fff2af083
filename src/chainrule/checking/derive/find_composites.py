"""Looks for scores whose gradient is ``(probs - targets) / N``: by the numbers, not by how it is written."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from chainrule.checking.derive.composites import Composite
from chainrule.checking.derive.facts import Facts
from chainrule.checking.derive.recognise import softmax
from chainrule.checking.derive.seeing import Seen, number_of
from chainrule.checking.derive.text import code
from chainrule.checking.record.tape import Ref


def composites_of(body: list[ast.stmt], facts: Facts, truth: dict[int, Any]) -> dict[int, tuple[Composite, set[int]]]:
    """Return composites by the number of the target whose gradient they are, with the vertices of it.

    Parameters
    ----------
    truth : dict
        The gradient of the loss by every node of the tape.
    """
    found = {}
    for target, value in _given(body):
        seen = [one for one in facts.seen(target) or facts.seen(value) if one.ref is not None and one.shape]
        if not seen or not all(_gradient(one, facts, truth) is not None for one in seen):
            continue
        made = _composite(seen, body, facts, truth)
        if made is not None:
            number = number_of(target) if facts.seen(target) else number_of(value)
            found[number] = made, {facts.vertex(one.ref) for one in seen if one.ref is not None}
            break
    return found


def _given(body: list[ast.stmt]) -> list[tuple[ast.expr, ast.expr]]:
    kinds = (ast.Name, ast.Subscript, ast.Attribute)
    assignments = (one for statement in body for one in ast.walk(statement) if isinstance(one, ast.Assign))
    return [
        (one.targets[0], one.value)
        for one in assignments
        if len(one.targets) == 1 and isinstance(one.targets[0], kinds)
    ]


def _gradient(one: Seen, facts: Facts, truth: dict[int, Any]) -> Any:
    assert one.ref is not None
    found = truth.get(one.ref.node)
    return (
        None
        if found is None or np.shape(found) != one.shape or one.ref.version != facts.tape.nodes[one.ref.node].version
        else np.asarray(found)
    )


def _composite(seen: list[Seen], body: list[ast.stmt], facts: Facts, truth: dict[int, Any]) -> Composite | None:
    values = [np.asarray(facts.value(one.ref), float) for one in seen if one.ref is not None]
    gradients = [_gradient(one, facts, truth) for one in seen]
    for kind, axis in (("softmax", -1), ("softmax", 0), ("sigmoid", -1)):
        if kind == "softmax" and values[0].shape[axis] < 2:
            continue
        with np.errstate(all="ignore"):
            probs = [softmax(x, axis) if kind == "softmax" else 1 / (1 + np.exp(-x)) for x in values]
        for factor in _factors(values[0].shape, axis if kind == "softmax" else None):
            targets = [p - g * factor for p, g in zip(probs, gradients, strict=True)]
            if not all(_are_targets(one, axis if kind == "softmax" else None) for one in targets):
                continue
            made = _written(seen, probs, targets, factor, kind, axis, body, facts)
            if made is not None:
                return made
    return None


def _factors(shape: tuple[int, ...], axis: int | None) -> list[int]:
    others = [n for i, n in enumerate(shape) if axis is None or i != axis % len(shape)]
    products = {1, *others, int(np.prod(others)), int(np.prod(shape))}
    return sorted(products)


def _are_targets(values: Any, axis: int | None) -> bool:
    near = np.abs(values - np.round(values)) < 1e-7
    if not near.all() or values.min() < -0.5 or values.max() > 1.5:
        return False
    return axis is None or bool(np.allclose(np.round(values).sum(axis=axis), 1))


def _written(
    seen: list[Seen],
    probs: list[Any],
    targets: list[Any],
    factor: int,
    kind: str,
    axis: int,
    body: list[ast.stmt],
    facts: Facts,
) -> Composite | None:
    named = _named(probs, seen, body, facts)
    like = _named(targets, seen, body, facts, floats=False)
    divisor = None if factor == 1 else _size(factor, body, facts)
    if factor != 1 and divisor is None:
        divisor = ast.Constant(factor)
    if like is not None:
        return Composite(kind, axis, named, like, None, divisor)
    index = _index(targets, seen, body, facts)
    return None if index is None else Composite(kind, axis, named, None, index, divisor)


def _named(
    wanted: list[Any], seen: list[Seen], body: list[ast.stmt], facts: Facts, *, floats: bool = True
) -> ast.expr | None:
    """Return the name or entry that always has some values when they are needed."""
    changed = _changed_in_place(body)
    for statement in body:
        for node in ast.walk(statement):
            if not isinstance(node, ast.Name | ast.Subscript) or (
                isinstance(node, ast.Subscript) and facts.kind(node.value) not in ("dict", "list", "array")
            ):
                continue
            if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
                continue
            if code(node) in changed:
                continue
            found = [one for one in facts.seen(node) if one.ref is not None and one.shape == seen[0].shape]
            if len(found) < len(seen) or (
                isinstance(node, ast.Subscript)
                and facts.kind(node.value) == "array"
                and not isinstance(node.slice, ast.Name)
            ):
                continue
            each = len(found) // len(seen) if len(found) % len(seen) == 0 else 0
            picked = found[::each] if each else found[: len(seen)]
            if all(
                one.ref is not None
                and np.allclose(np.asarray(facts.value(one.ref), float), value, rtol=1e-9, atol=1e-9)
                for one, value in zip(picked, wanted, strict=False)
            ):
                made: ast.expr = ast.parse(code(node), mode="eval").body
                return made
    return None


def _changed_in_place(body: list[ast.stmt]) -> set[str]:
    """Return the names of arrays that are written into: they do not hold later what they held."""
    found = set()
    for statement in body:
        for one in ast.walk(statement):
            if isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Store):
                found.add(code(one.value))
            elif isinstance(one, ast.AugAssign):
                found.add(code(one.target))
            elif isinstance(one, ast.Assign) and isinstance(one.value, ast.Name):
                found.update(code(target) for target in one.targets)
    return found


def _size(size: int, body: list[ast.stmt], facts: Facts) -> ast.expr | None:
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and facts.whole(node) == size:
                return ast.Name(node.id, ast.Load())
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                shape = facts.shape(node)
                if size in shape:
                    return ast.parse(f"{node.id}.shape[{shape.index(size)}]", mode="eval").body
    return None


def _index(targets: list[Any], seen: list[Seen], body: list[ast.stmt], facts: Facts) -> ast.expr | None:
    for statement in body:
        for node in ast.walk(statement):
            if not isinstance(node, ast.Subscript):
                continue
            keys = [
                _key_values(one, facts)
                for one in (node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice])
            ]
            if any(one is None for one in keys):
                continue
            count = len(seen)
            try:
                matches = all(
                    _marks([one[n if len(one) > 1 else 0] for one in keys if one is not None], targets[n])
                    for n in range(count)
                )
            except IndexError:
                continue
            if matches:
                return node.slice
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name | ast.Subscript) and len(targets) == 1 and targets[0].ndim == 2:
                values = _key_values(node, facts)
                if values is None or np.shape(values[0]) != targets[0].shape[:1]:
                    continue
                rows = np.arange(len(targets[0]))
                if _marks([rows, values[0]], targets[0]):
                    return ast.parse(f"np.arange(len({code(node)})), {code(node)}", mode="eval").body
    return None


def _marks(key: list[Any], target: Any) -> bool:
    made = np.zeros_like(target)
    try:
        made[tuple(key)] = 1
    except (IndexError, TypeError, ValueError):
        return False
    return bool(np.array_equal(made, np.round(target)))


def _key_values(node: ast.expr, facts: Facts) -> list[Any] | None:
    """Return what a part of an index was, time after time."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, int) else None
    if isinstance(node, ast.Slice):
        return [slice(None)] if node.lower is None and node.upper is None else None
    found: list[Any] = []
    for one in facts.seen(node):
        if one.kind == "whole":
            found.append(one.value)
        elif isinstance(one.ref, Ref) and one.dtype in ("i", "u"):
            found.append(np.asarray(facts.value(one.ref)))
        elif (
            one.kind in ("list", "tuple")
            and isinstance(one.value, dict)
            and all(isinstance(v, int) for v in one.value.values())
        ):
            found.append(np.array(list(one.value.values()), int))
        elif one.kind == "other" and isinstance(one.value, range):
            found.append(np.array(one.value))
        else:
            return None
    return found or None
