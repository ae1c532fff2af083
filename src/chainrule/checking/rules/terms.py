"""Terms of sums: one left out or too many, the penalty's, what the next step hands back, ``+=`` and ``=``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.rules.factors import A_COUNT
from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.names import distance, is_gradient_of
from chainrule.checking.rules.rule import Edit, Place, Scope, register
from chainrule.checking.rules.tree import (
    ADD,
    STORE,
    SUB,
    call,
    function_name,
    loaded,
    minus,
    negative,
    parsed,
    plus,
    power,
    times,
    with_fields,
)


@register(ast.BinOp)
def term_left_out(node: ast.BinOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield one term of a sum alone."""
    if isinstance(node.op, ast.Add):
        yield Edit(node.left, Mistake.TERM_SUPERFLUOUS)
        yield Edit(node.right, Mistake.TERM_SUPERFLUOUS)
    elif isinstance(node.op, ast.Sub):
        yield Edit(node.left, Mistake.TERM_SUPERFLUOUS)
        yield Edit(node.right, Mistake.TERM_SUPERFLUOUS, 0.3)
        yield Edit(negative(node.right), Mistake.TERM_SUPERFLUOUS, 0.1)


@register(ast.expr)
def term_missing(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield an expression and a variable of its shape added to it, or one taken from it."""
    if not place.is_term or not isinstance(node, (ast.BinOp, ast.Call, ast.Name, ast.Attribute, ast.Subscript)):
        return
    if isinstance(place.parent, ast.BinOp) and isinstance(place.parent.op, (ast.Add, ast.Sub)):
        return
    inner = 0.0 if place.is_whole else 0.3
    shape = place.shape
    for one in scope.of_shape(shape):
        if place.own is one:
            continue
        extra = inner + distance(one, place) + (0.6 if shape is None or not shape else 0.0)
        yield Edit(plus(node, one.node), Mistake.TERM_MISSING, extra)
        yield Edit(minus(node, one.node), Mistake.TERM_MISSING, extra + 0.4)


@register(ast.Name, ast.Attribute, ast.Subscript)
def centred(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``(x - mu) * s`` for ``x * s``."""
    shape = place.shape
    factor = isinstance(place.parent, ast.BinOp) and isinstance(place.parent.op, (ast.Mult, ast.MatMult, ast.Div))
    if not shape or not factor or place.own is None or place.in_index:
        return
    for one in scope.arrays:
        if one is not place.own and one.shape in (shape, shape[1:], (1, *shape[1:]), (*shape[:-1], 1)):
            extra = 0.3 + distance(one, place)
            yield Edit(minus(node, one.node), Mistake.TERM_MISSING, extra)
            yield Edit(plus(node, one.node), Mistake.TERM_MISSING, extra + 0.2)


@register(ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.Call)
def path_missing(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield what also goes through a mean: ``d - d.mean(axis=0)``, and ``- h * (d * h).mean(axis=0)``."""
    shape = place.shape
    if not shape or len(shape) != 2 or not (place.is_term or isinstance(place.parent, ast.BinOp)):
        return
    inside = [node] if place.own is not None else []
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Sub, ast.Mult)):
        inside = [one for one in ast.walk(node) if place.shapes.variable(one) is not None]  # type: ignore[misc]
    for axis in (0, 1):
        words = {"axis": ast.Constant(axis), "keepdims": ast.Constant(True)}
        mean = call(scope.function("mean"), node, **words)
        yield Edit(minus(node, mean), Mistake.PATH_MISSING, place.inner)
        for upstream in inside if place.shapes.of(node).shape == shape else ():
            for value in scope.of_shape(shape) if place.shapes.of(upstream).shape == shape else ():
                for function in ("sum", "mean"):
                    share = call(scope.function(function), times(upstream, value.node), **words)
                    yield Edit(minus(node, times(value.node, share)), Mistake.PATH_MISSING, place.inner)


@register(ast.expr)
def penalty_missing(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a gradient and that of the penalty, ``+ reg * W``, and a loss and its penalty."""
    if not place.is_whole or isinstance(node, (ast.Tuple, ast.List, ast.Dict, ast.Constant)) or not scope.parameters:
        return
    strengths = [one.node for one in scope.numbers if not A_COUNT.search(one.text)]
    shape = place.shape
    for one in scope.parameters:
        if len(one.shape) < 2 or (shape and one.shape != shape):
            continue
        own = scope.named.get(ast.unparse(place.target)) if place.target is not None else None
        near = own is not None and is_gradient_of(own, one)
        extra = (0.0 if near else 0.3) + (0.4 if shape is None else 0.0) + distance(one, place)
        for strength in strengths:
            if shape != ():
                term = times(strength, one.node)
                yield Edit(plus(node, term), Mistake.PENALTY_MISSING, extra)
                yield Edit(
                    plus(node, times(times(ast.Constant(2), strength), one.node)), Mistake.PENALTY_MISSING, extra
                )
            if shape == () or shape is None:
                squares = call(scope.function("sum"), power(one.node, 2))
                for factor in (strength, times(ast.Constant(0.5), strength)):
                    yield Edit(plus(node, times(factor, squares)), Mistake.PENALTY_MISSING, extra)
    if shape == ():
        sums = [call(scope.function("sum"), power(one.node, 2)) for one in scope.parameters if len(one.shape) > 1]
        for strength in strengths if len(sums) == 2 else ():
            for factor in (strength, times(ast.Constant(0.5), strength)):
                yield Edit(plus(node, times(factor, plus(sums[0], sums[1]))), Mistake.PENALTY_MISSING, -0.6)


@register(ast.Call)
def value_of_penalty(node: ast.Call, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``W`` and ``2 * W``, which is the gradient, for the penalty ``np.sum(W * W)``."""
    squares = node.args[0] if function_name(node) == "sum" and node.args else None
    if isinstance(squares, ast.BinOp) and isinstance(squares.op, (ast.Mult, ast.Pow)):
        yield Edit(squares.left, Mistake.VALUE_FOR_GRADIENT)
        yield Edit(times(ast.Constant(2), squares.left), Mistake.VALUE_FOR_GRADIENT, 0.1)


@register(ast.Assign)
def changed_in_place(node: ast.Assign, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``p -= step`` for ``p = p - step``, and ``p[...] = q`` for ``p = q``: others hold the array as well."""
    target, value = place.target, node.value
    if not isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)):
        return
    if isinstance(value, ast.BinOp) and ast.unparse(value.left) == ast.unparse(target):
        yield Edit(ast.AugAssign(target, value.op, value.right), Mistake.NAME_BOUND_ANEW)
    if not isinstance(target, ast.Subscript):
        everything = ast.Subscript(loaded(target), ast.Constant(...), STORE)
        yield Edit(with_fields(node, targets=[everything]), Mistake.NAME_BOUND_ANEW, 0.6)


@register(ast.AugAssign)
def changed_elsewhere(node: ast.AugAssign, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``d = d + e`` for ``d += e``: the array that others hold stays as it is."""
    fresh = ast.BinOp(loaded(node.target), node.op, node.value)
    yield Edit(ast.Assign([node.target], fresh), Mistake.SHARED_ARRAY, 0.4)


@register(ast.BinOp)
def other_class(node: ast.BinOp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``y * log(a) + (1 - y) * log(1 - a)`` for ``y * log(a)``."""
    if not isinstance(node.op, ast.Mult):
        return
    for label, log in ((node.left, node.right), (node.right, node.left)):
        if isinstance(log, ast.Call) and len(log.args) == 1 and ast.unparse(log.func).endswith("log"):
            rest = with_fields(log, args=[minus(ast.Constant(1), log.args[0])])
            term = times(minus(ast.Constant(1), label), rest)
            yield Edit(plus(node, term), Mistake.TERM_MISSING, -0.6)


@register(ast.Assign)
def added(node: ast.Assign, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``+=`` and ``-=`` for ``=``."""
    target = node.targets[0]
    if len(node.targets) == 1 and isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)):
        yield Edit(ast.AugAssign(target, ADD, node.value), Mistake.ASSIGNED_FOR_ADDED)
        yield Edit(ast.AugAssign(target, SUB, node.value), Mistake.ASSIGNED_FOR_ADDED, 0.4)
        yield Edit(ast.AugAssign(target, ast.Mult(), node.value), Mistake.ASSIGNED_FOR_ADDED, 0.4)
        read = loaded(target)
        yield Edit(with_fields(node, value=plus(read, node.value)), Mistake.ASSIGNED_FOR_ADDED, 0.3)
        yield Edit(with_fields(node, value=minus(read, node.value)), Mistake.ASSIGNED_FOR_ADDED, 0.6)


@register(ast.AugAssign)
def assigned(node: ast.AugAssign, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``=`` for ``+=``, and other operations."""
    yield Edit(ast.Assign([node.target], node.value), Mistake.ADDED_FOR_ASSIGNED)
    for operator in (ast.Add(), ast.Sub(), ast.Mult(), ast.Div()):
        if type(operator) is not type(node.op):
            signs = isinstance(operator, (ast.Add, ast.Sub)) and isinstance(node.op, (ast.Add, ast.Sub))
            mistake = Mistake.STEP_SIGN if signs else Mistake.OPERATION
            yield Edit(with_fields(node, op=operator), mistake)


@register(ast.Assign, ast.AugAssign)
def target_not_subtracted(node: ast.Assign | ast.AugAssign, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a statement followed by ``d[range(N), y] -= 1`` for the ``d`` that it makes."""
    target = place.target
    if not isinstance(target, (ast.Name, ast.Attribute)):
        return
    shape = place.shapes.of(node.value).shape
    if shape is not None and len(shape) not in (1, 2):
        return
    text = ast.unparse(target)
    for labels in scope.integers:
        if shape is not None and labels.shape not in (shape[:1], shape[1:]):
            continue
        indices = [f"{scope.function('arange')}({text}.shape[0]), {labels.text}"]
        indices += [f"{labels.text}, {scope.function('arange')}({text}.shape[1])"]
        for position, index in enumerate(indices):
            if shape is None or (len(shape) == 2 and labels.shape == shape[position : position + 1]):
                lower = ast.AugAssign(entry(f"{text}[{index}]"), SUB, ast.Constant(1))
                yield Edit(node, Mistake.TARGET_NOT_SUBTRACTED, 0.2 * position, after=(lower,))
    for labels in scope.integers if shape else ():
        for counter in scope.counters if len(labels.shape) == 1 else ():
            lower = ast.AugAssign(entry(f"{text}[{labels.text}[{counter}]]"), SUB, ast.Constant(1))
            yield Edit(node, Mistake.TARGET_NOT_SUBTRACTED, 0.3, after=(lower,))
    for one in scope.variables:
        if shape and one.kind in ("integers", "number") and one.shape == () and not A_COUNT.search(one.text):
            lower = ast.AugAssign(entry(f"{text}[{one.text}]"), SUB, ast.Constant(1))
            extra = 0.1 if one.role == "target" or one.kind == "integers" else 0.4
            yield Edit(node, Mistake.TARGET_NOT_SUBTRACTED, extra, after=(lower,))


def entry(text: str) -> ast.Subscript:
    """Return an entry of an array as a place to write to."""
    node = parsed(text)
    assert isinstance(node, ast.Subscript)
    return with_fields(node, ctx=STORE)
