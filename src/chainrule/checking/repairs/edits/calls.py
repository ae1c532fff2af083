"""Another function, other factors of a matrix product, another axis, no call at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np

from chainrule.checking.repairs.edits.edit import Edit, number, parsed, times
from chainrule.checking.repairs.edits.operations import products
from chainrule.checking.repairs.placing import with_fields
from chainrule.checking.repairs.scope import Scope

SIBLINGS = {
    "sum": ("mean",),
    "mean": ("sum", "max"),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "max": ("sum", "min"),
    "min": ("max",),
    "amax": ("amin",),
    "amin": ("amax",),
    "argmin": ("argmax",),
    "argmax": ("argmin",),
    "ones_like": ("zeros_like",),
    "multiply": ("dot", "matmul"),
    "dot": ("multiply", "outer"),
    "matmul": ("multiply",),
    "log10": ("log",),
    "log2": ("log",),
    "log1p": ("log",),
}
OF_MODULES_ONLY = ("multiply",)
REDUCTIONS = ("sum", "mean", "max", "amax", "min", "argmax", "argmin")
PRODUCTS = ("dot", "matmul")
LIMITING = ("maximum", "minimum", "max", "min", "clip")


def other_calls(node: ast.Call, scope: Scope) -> Iterator[Edit]:
    """Yield the calls that may have been meant."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    for other in SIBLINGS.get(name, ()):
        if isinstance(node.func, ast.Name):
            yield Edit(1.1, with_fields(node, func=ast.Name(other, ast.Load())), f"{name} for {other}")
        elif isinstance(node.func, ast.Attribute) and not (other in OF_MODULES_ONLY and is_method(node, scope)):
            yield Edit(1.1, with_fields(node, func=with_fields(node.func, attr=other)), f"{name} for {other}")
    if name in PRODUCTS:
        yield from _other_products(node, scope)
    if name in REDUCTIONS:
        yield from _other_axes(node, scope)
    if name in ("abs", "absolute", "fabs") and node.args:
        yield Edit(1.2, times(node.args[0], node.args[0]), "absolute value for the square")
        if scope.numpy is not None:
            rectified = ast.Call(parsed(f"{scope.numpy}.maximum"), [node.args[0], ast.Constant(0)], [])
            yield Edit(1.2, rectified, "absolute value for the activation")
    limits = 2 if is_method(node, scope) else 3
    if name == "clip" and len(node.args) == limits:
        yield Edit(1.2, _without_upper_limit(node, scope), "a limit above that does not belong to the activation")
    if name in ("diag", "diagflat") and node.args and scope.numpy is not None:
        for text in sorted({ast.unparse(part) for part in ast.walk(node.args[0])} & set(scope.arrays)):
            whole = parsed(f"{scope.numpy}.diag({text}) - {scope.numpy}.outer({text}, {text})")
            yield Edit(1.2, whole, "only the diagonal of the softmax's Jacobian")
    if name == "norm" and node.args:
        yield Edit(1.2, ast.BinOp(node, ast.Pow(), ast.Constant(2)), "norm without the square")
    if len(node.args) == 1 or name in LIMITING:
        for argument in [*node.args, *([node.func.value] if isinstance(node.func, ast.Attribute) else [])]:
            yield from _without(node, argument, name, scope)
    yield from _swapped(node, name)
    if isinstance(node.func, ast.Name):
        yield from _computed_already(node, scope)


def _without_upper_limit(node: ast.Call, scope: Scope) -> ast.Call:
    """Return ``np.maximum(z, 0)`` for ``np.clip(z, 0, 6)``, and ``z.clip(0)`` for ``z.clip(0, 6)``."""
    if scope.numpy is None or is_method(node, scope):
        return with_fields(node, args=node.args[:-1])
    return ast.Call(parsed(f"{scope.numpy}.maximum"), node.args[:-1], [])


def _computed_already(node: ast.Call, scope: Scope) -> Iterator[Edit]:
    """Yield what has been computed already, for the call of a function that computes something of the same shape."""
    value = scope.value(node)
    for text, array in scope.arrays.items() if isinstance(value, np.ndarray) and value.ndim else ():
        if array.shape == value.shape:
            yield Edit(1.3, parsed(text), f"{ast.unparse(node)} for {text}")


def is_method(call: ast.Call, scope: Scope) -> bool:
    """Return whether a call is ``a.sum()`` rather than ``np.sum(a)``."""
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
    return receiver is not None and not (isinstance(receiver, ast.Name) and receiver.id == scope.numpy)


def _without(node: ast.Call, argument: ast.expr, name: str, scope: Scope) -> Iterator[Edit]:
    """Yield an argument without the function around it; with a mask in its place, if it was an activation's."""
    value = scope.value(argument) if not isinstance(argument, ast.Constant) else None
    if isinstance(value, (np.ndarray, float)):
        one_number = name in ("sum", "mean") and np.size(value) == max(np.shape(value), default=1) > 1  # of a bias
        yield Edit(1.2 if one_number else 1.3 if name in LIMITING else 1.4, argument, f"{name} too many")
    if isinstance(value, np.ndarray) and value.ndim:
        for text, array in scope.arrays.items():
            if array.shape == value.shape and array.min() <= 0 < array.max() and text != ast.unparse(argument):
                mask = ast.Compare(parsed(text), [ast.Gt()], [ast.Constant(0)])
                yield Edit(1.3, times(argument, mask), f"{name} for the mask [{text} > 0]")


def _swapped(node: ast.Call, name: str) -> Iterator[Edit]:
    """Yield the call with two arguments that stand beside one another exchanged."""
    if name in (*PRODUCTS, *LIMITING, "multiply"):
        return
    for position in range(len(node.args) - 1):
        arguments = list(node.args)
        arguments[position], arguments[position + 1] = arguments[position + 1], arguments[position]
        chooses = name == "where" and position == 1
        yield Edit(1.1 if chooses else 1.4, with_fields(node, args=arguments), "arguments swapped")


def _other_products(node: ast.Call, scope: Scope) -> Iterator[Edit]:
    method = is_method(node, scope) and len(node.args) == 1
    if method and isinstance(node.func, ast.Attribute):
        left, right = node.func.value, node.args[0]
    elif len(node.args) >= 2:
        left, right = node.args[0], node.args[1]
    else:
        return
    for cost, first, second in products(left, right):
        if method:
            function = with_fields(node.func, value=first)
            yield Edit(cost, ast.Call(function, [second], node.keywords), "transpose")
        else:
            yield Edit(cost, ast.Call(node.func, [first, second], node.keywords), "transpose")
    yield Edit(1.2, times(left, right), "matrix product for the elementwise one")


def _other_axes(node: ast.Call, scope: Scope) -> Iterator[Edit]:
    others = [word for word in node.keywords if word.arg not in ("axis", "keepdims")]
    keeps = any(word.arg == "keepdims" for word in node.keywords)
    arguments = node.args[: 0 if is_method(node, scope) else 1]
    had = ast.dump(node)
    for axis in (0, 1, -1, None):
        for keep in (False, True):
            words = [*others]
            words += [] if axis is None else [ast.keyword("axis", number(axis))]
            words += [ast.keyword("keepdims", ast.Constant(True))] if keep else []
            new = ast.Call(node.func, arguments, words)
            if ast.dump(new) != had:
                yield Edit(1.0 if keep == keeps else 1.2, new, "axis" if keep == keeps else "axis or keepdims")
