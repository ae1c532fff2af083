"""Sums and means: the axis, keepdims, one reduction for another, one missing or too many."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.rule import Edit, Place, Scope, register
from chainrule.checking.rules.shapes import REDUCTIONS
from chainrule.checking.rules.tree import LOAD, call, function_name, number, parsed, with_fields

SIBLINGS: dict[str, tuple[str, ...]] = {
    "sum": ("mean", "max"),
    "mean": ("sum", "max"),
    "max": ("sum", "min"),
    "amax": ("amin", "sum"),
    "min": ("max",),
    "amin": ("amax",),
    "argmin": ("argmax",),
    "argmax": ("argmin", "max"),
    "std": ("var",),
    "var": ("std",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "zeros_like": ("ones_like",),
    "ones_like": ("zeros_like",),
    "vstack": ("hstack",),
    "hstack": ("vstack",),
}
"""What is written for one another."""


@register(ast.Call)
def other_axis(node: ast.Call, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a reduction along another axis, with or without ``keepdims``."""
    name = function_name(node)
    if name not in (*REDUCTIONS, "norm", "concatenate", "stack", "repeat", "diff", "cumsum"):
        return
    method = is_method(node, scope, place)
    others = [word for word in node.keywords if word.arg not in ("axis", "keepdims")]
    arguments = list(node.args) if method else list(node.args[1:])
    kept = [*node.args[: 0 if method else 1], *arguments[1:]] if name in REDUCTIONS else node.args
    named = {word.arg: word.value for word in node.keywords}
    own = named.get("axis") or (arguments[0] if arguments and name in REDUCTIONS else None)
    keeps = "keepdims" in named
    owner = node.func.value if method and isinstance(node.func, ast.Attribute) else (node.args or [node])[0]
    dimensions = len(shape) if (shape := place.shapes.of(owner).shape) is not None else 2
    for axis in (0, 1, 2, -1, None):
        if axis == 2 and dimensions < 3:
            continue
        for keep in (False, True):
            words = [*others]
            words += [] if axis is None else [ast.keyword("axis", number(axis))]
            words += [ast.keyword("keepdims", ast.Constant(True))] if keep else []
            same = (own is None) == (axis is None) and (own is None or ast.unparse(own) == str(axis))
            mistake = Mistake.KEEPDIMS if same else Mistake.AXIS
            extra = (0.3 if axis == -1 else 0.0) + (0.0 if keep == keeps or same else 0.3)
            if mistake is Mistake.AXIS:  # that the shape changes is no wonder
                extra -= 0.7 if own is None else 0.4
            if not (same and keep == keeps):
                yield Edit(ast.Call(node.func, kept, words), mistake, extra)
    if dimensions > 2 and name in ("sum", "mean"):
        for axes in ((0, 1), (0, 2), (1, 2), (0, 2, 3)):
            words = [*others, ast.keyword("axis", parsed(str(axes)))]
            words += [word for word in node.keywords if word.arg == "keepdims"]
            yield Edit(ast.Call(node.func, kept, words), Mistake.AXIS, 0.3)


@register(ast.Call)
def other_reduction(node: ast.Call, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield the mean for the sum, and the like."""
    name = function_name(node)
    for other in SIBLINGS.get(name, ()):
        mistake = {("sum", "mean"): Mistake.SUM_FOR_MEAN, ("mean", "sum"): Mistake.MEAN_FOR_SUM}.get(
            (name, other), Mistake.OTHER_REDUCTION
        )
        if isinstance(node.func, ast.Attribute):
            yield Edit(with_fields(node, func=with_fields(node.func, attr=other)), mistake)
        elif other in ("sum", "max", "min"):
            yield Edit(with_fields(node, func=ast.Name(other, LOAD)), mistake)
        elif name in ("sum", "max", "min"):
            yield Edit(with_fields(node, func=parsed(scope.function(other))), mistake)
    if isinstance(node.func, ast.Name) and name in ("sum", "max", "min") and len(node.args) == 1:
        for axis in (None, 0, 1):
            words = {} if axis is None else {"axis": number(axis)}
            yield Edit(call(scope.function(name), node.args[0], **words), Mistake.AXIS)
            if axis is not None:
                words["keepdims"] = ast.Constant(True)
                yield Edit(call(scope.function(name), node.args[0], **words), Mistake.AXIS, 0.1)


@register(ast.Call)
def reduction_left_out(node: ast.Call, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield what is summed up as it is."""
    if function_name(node) in REDUCTIONS:
        if is_method(node, scope, place) and isinstance(node.func, ast.Attribute):
            yield Edit(node.func.value, Mistake.REDUCTION_SUPERFLUOUS)
        elif node.args:
            yield Edit(node.args[0], Mistake.REDUCTION_SUPERFLUOUS)


@register(ast.expr)
def reduction_missing(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield the sum of an array along an axis, over everything, and its mean."""
    shape = place.shape
    if place.in_index or shape == () or isinstance(node, (ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Compare)):
        return
    if not (place.is_term or place.own is not None) or function_name(place.parent) in REDUCTIONS:
        return
    extra = (0.0 if place.is_whole else 0.4) + (0.4 if shape is None else 0.0)
    for axis in range(len(shape) if shape is not None else 2):
        for function in ("sum", "mean"):
            rarer = 0.0 if function == "sum" else 0.6
            name = scope.function(function)
            yield Edit(call(name, node, axis=number(axis)), Mistake.REDUCTION_MISSING, extra + rarer)
            kept = call(name, node, axis=number(axis), keepdims=ast.Constant(True))
            yield Edit(kept, Mistake.REDUCTION_MISSING, extra + rarer)
    for function in ("sum", "mean"):
        yield Edit(call(scope.function(function), node), Mistake.REDUCTION_MISSING, extra + 0.3)


@register(ast.Name, ast.Attribute, ast.Subscript, ast.Call)
def column_or_row(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a vector as a column or row, and a matrix of one column or row as a vector."""
    shape = place.shape
    if shape is None or place.in_index:
        return
    if len(shape) == 1:
        for index in (":, None", "None, :"):
            yield Edit(ast.Subscript(node, parsed(f"x[{index}]").slice, LOAD), Mistake.SHAPE_OF_VECTOR)  # type: ignore[attr-defined]
    elif len(shape) == 2 and 1 in shape:
        yield Edit(ast.Call(ast.Attribute(node, "ravel", LOAD), [], []), Mistake.SHAPE_OF_VECTOR)


def is_method(node: ast.Call, scope: Scope, place: Place) -> bool:
    """Return whether a call is ``a.sum()`` rather than ``np.sum(a)``."""
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    if owner is None:
        return False
    while isinstance(owner, ast.Attribute) and place.shapes.variable(owner) is None:
        owner = owner.value
    return not isinstance(owner, ast.Name) or owner.id != scope.numpy
