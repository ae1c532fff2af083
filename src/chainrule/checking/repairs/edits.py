"""Changes of one place in an expression that undo a mistake people make: another name, a transpose, a sign, an axis."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy import ndarray

from chainrule.checking.repairs.scope import Scope, is_atom


class Edit(NamedTuple):
    """Another expression, how far it is from the one that stands there, and what was wrong if it is right."""

    cost: float
    expression: ast.expr
    mistake: str


def edits(node: ast.expr, scope: Scope) -> Iterator[Edit]:
    """Yield the expressions that differ from this one in one place."""
    yield from _here(node, scope)
    if is_atom(node):
        return
    for name, value in ast.iter_fields(node):
        if isinstance(node, ast.Call) and name == "func":
            value = value.value if isinstance(value, ast.Attribute) else None
            if value is None or (isinstance(value, ast.Name) and value.id not in scope.variables):
                continue
            for edit in edits(value, scope):
                function = copy.copy(node.func)
                function.value = edit.expression  # type: ignore[attr-defined]
                yield edit._replace(expression=_with(node, "func", function))
        elif isinstance(value, ast.expr):
            for edit in edits(value, scope):
                yield edit._replace(expression=_with(node, name, edit.expression))
        elif isinstance(value, list):
            for position, item in enumerate(value):
                for edit in _edits_of_item(item, scope):
                    yield edit._replace(
                        expression=_with(node, name, [*value[:position], edit.expression, *value[position + 1 :]])
                    )


def _edits_of_item(item: object, scope: Scope) -> Iterator[Edit]:
    if isinstance(item, ast.keyword) and item.arg not in ("axis", "keepdims", "dtype"):
        for edit in edits(item.value, scope):
            yield edit._replace(expression=_with(item, "value", edit.expression))
    elif isinstance(item, ast.comprehension):
        for edit in edits(item.iter, scope):
            yield edit._replace(expression=_with(item, "iter", edit.expression))
    elif isinstance(item, ast.expr):
        yield from edits(item, scope)


def _here(node: ast.expr, scope: Scope) -> Iterator[Edit]:
    """Yield the changes of the outermost place of an expression."""
    value = scope.value(node) if not isinstance(node, (ast.Slice, ast.Starred, ast.Constant)) else None
    if is_atom(node):
        yield from _other_atoms(node, value, scope)
    if isinstance(node, ast.Constant):
        yield from _other_constants(node)
    elif isinstance(node, ast.BinOp):
        yield from _other_operations(node, scope)
    elif isinstance(node, ast.UnaryOp):
        yield Edit(1.2, node.operand, "sign")
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield from _other_comparisons(node)
    elif isinstance(node, ast.Call):
        yield from _other_calls(node, scope)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield Edit(1.0, node.value, "transpose")
    elif isinstance(node, ast.Subscript):
        yield from _other_indices(node, scope)
    if isinstance(value, ndarray) and value.dtype.kind == "f":
        yield from _wrapped(node, value, scope)
    elif isinstance(value, float):
        yield from _scaled(node, scope)
        yield from _same_term_of_another(node, scope)


def _other_atoms(node: ast.expr, value: object, scope: Scope) -> Iterator[Edit]:
    text = ast.unparse(node)
    if isinstance(value, ndarray) and value.dtype.kind == "f" and value.ndim:
        for other, array in scope.arrays.items():
            if other == text:
                continue
            if array.shape == value.shape:
                yield Edit(1.0, parsed(other), f"{text} for {other}")
            else:
                yield Edit(1.7, parsed(other), f"{text} for {other}")
                if array.ndim == 2 and array.T.shape == value.shape:
                    yield Edit(1.3, transposed(parsed(other)), f"{text} for {other}")
        if value.ndim == 2:
            yield Edit(1.0, transposed(node), "transpose")
        yield Edit(1.5, _method(node, "copy"), "changed in place")
        yield Edit(1.15, ast.Compare(node, [ast.Gt()], [ast.Constant(0)]), "value for its 0/1 mask")
        yield Edit(1.3, ast.BinOp(node, ast.Pow(), ast.Constant(2)), "square missing")
    elif isinstance(value, ndarray):
        for other, array in scope.integers.items():
            if other != text and array.shape == value.shape:
                yield Edit(1.0, parsed(other), f"{text} for {other}")
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        for other in scope.numbers:
            if other != text:
                yield Edit(1.3, parsed(other), f"{text} for {other}")
        if isinstance(value, int):
            yield Edit(1.5, ast.BinOp(node, ast.Add(), ast.Constant(1)), "index")
            yield Edit(1.5, ast.BinOp(node, ast.Sub(), ast.Constant(1)), "index")


def _other_constants(node: ast.Constant) -> Iterator[Edit]:
    if isinstance(node.value, bool):
        yield Edit(1.2, ast.Constant(not node.value), "keepdims")
    elif isinstance(node.value, (int, float)):
        for other in (0, 1, 2, 0.5, -1, node.value + 1, node.value - 1):
            if other != node.value:
                yield Edit(1.2, ast.Constant(other) if other >= 0 else _negative(ast.Constant(-other)), "constant")


OPERATIONS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.MatMult, ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
}


def _other_operations(node: ast.BinOp, scope: Scope) -> Iterator[Edit]:
    for operation in OPERATIONS.get(type(node.op), ()):
        yield Edit(1.1, ast.BinOp(node.left, operation(), node.right), "operation")
    yield Edit(1.2, node.left, "superfluous term" if isinstance(node.op, (ast.Add, ast.Sub)) else "superfluous factor")
    if not isinstance(node.op, (ast.Div, ast.Pow)):
        yield Edit(1.2, node.right, "superfluous term" if isinstance(node.op, (ast.Add, ast.Sub)) else "superfluous factor")
    if isinstance(node.op, ast.Sub):
        yield Edit(1.1, ast.BinOp(node.right, ast.Sub(), node.left), "sign")
    if isinstance(node.op, ast.MatMult):
        for cost, left, right in _products(node.left, node.right, scope):
            yield Edit(cost, ast.BinOp(left, ast.MatMult(), right), "transpose")
    for first, second in ((node.left, node.right), (node.right, node.left)):
        # a bracket that closes too late or too early: a * (b + c) for a * b + c, and the reverse
        if isinstance(second, ast.BinOp) and second is node.right:
            yield Edit(1.3, ast.BinOp(ast.BinOp(first, node.op, second.left), second.op, second.right), "bracket")
        if isinstance(second, ast.BinOp) and second is node.left:
            yield Edit(1.3, ast.BinOp(second.left, second.op, ast.BinOp(second.right, node.op, first)), "bracket")


def _products(left: ast.expr, right: ast.expr, scope: Scope) -> Iterator[tuple[float, ast.expr, ast.expr]]:
    """Yield the other products of two factors: each transposed or not, in both orders."""
    lefts = ((0.0, left), (0.1, turned(left)))
    rights = ((0.0, right), (0.1, turned(right)))
    for one, first in lefts:
        for two, second in rights:
            if one or two:
                yield 1.0 + one + two, first, second
            yield 1.15 + one + two, second, first


def _other_comparisons(node: ast.Compare) -> Iterator[Edit]:
    for operation in (ast.Gt, ast.GtE, ast.Lt, ast.LtE, ast.Eq, ast.NotEq):
        if not isinstance(node.ops[0], operation):
            yield Edit(1.0, ast.Compare(node.left, [operation()], node.comparators), "mask inverted")


SIBLINGS = {
    "sum": ("mean",),
    "mean": ("sum",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "max": ("sum",),
    "abs": ("square",),
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
REDUCTIONS = ("sum", "mean", "max", "amax", "min", "argmax", "argmin")


def _other_calls(node: ast.Call, scope: Scope) -> Iterator[Edit]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    for other in SIBLINGS.get(name, ()):
        function = copy.copy(node.func)
        if isinstance(function, ast.Attribute):
            if function.attr == "abs" or other in ("multiply", "square") and not _is_module(function.value, scope):
                continue
            function.attr = other
        elif isinstance(function, ast.Name):
            function.id = other
        yield Edit(1.1, _with(node, "func", function), f"{name} for {other}")
    if name in ("dot", "matmul"):
        yield from _other_products(node, scope)
    if name in REDUCTIONS:
        yield from _other_axes(node, scope)
    if name in ("abs", "absolute", "fabs") and node.args:
        yield Edit(1.2, ast.BinOp(node.args[0], ast.Mult(), node.args[0]), "absolute value for the square")
    if name == "norm" and node.args:
        yield Edit(1.2, ast.BinOp(node, ast.Pow(), ast.Constant(2)), "norm without the square")
    if len(node.args) == 1 and not node.keywords or name in ("maximum", "minimum", "clip"):
        for argument in node.args:
            if not isinstance(argument, ast.Constant):
                yield Edit(1.4, argument, f"{name} too many")
    if name == "where" and len(node.args) == 3:
        swapped = [node.args[0], node.args[2], node.args[1]]
        yield Edit(1.1, _with(node, "args", swapped), "mask inverted")
    if len(node.args) >= 2 and name not in ("dot", "matmul", "maximum", "minimum", "multiply"):
        for position in range(len(node.args) - 1):
            swapped = list(node.args)
            swapped[position], swapped[position + 1] = swapped[position + 1], swapped[position]
            yield Edit(1.4, _with(node, "args", swapped), "arguments swapped")


def _other_products(node: ast.Call, scope: Scope) -> Iterator[Edit]:
    method = isinstance(node.func, ast.Attribute) and not _is_module(node.func.value, scope) and len(node.args) == 1
    if method and isinstance(node.func, ast.Attribute):
        left, right = node.func.value, node.args[0]
    elif len(node.args) >= 2:
        left, right = node.args[0], node.args[1]
    else:
        return
    for cost, first, second in _products(left, right, scope):
        if method:
            function = copy.copy(node.func)
            function.value = first  # type: ignore[attr-defined]
            yield Edit(cost, ast.Call(function, [second], node.keywords), "transpose")
        else:
            yield Edit(cost, ast.Call(node.func, [first, second], node.keywords), "transpose")
    yield Edit(1.2, ast.BinOp(left, ast.Mult(), right), "matrix product for the elementwise one")


def _other_axes(node: ast.Call, scope: Scope) -> Iterator[Edit]:
    others = [word for word in node.keywords if word.arg not in ("axis", "keepdims")]
    keeps = [word for word in node.keywords if word.arg == "keepdims"]
    method = isinstance(node.func, ast.Attribute) and not _is_module(node.func.value, scope)
    arguments = node.args[: 0 if method else 1]
    had = ast.dump(node)
    for axis in (0, 1, -1, None):
        for keep in ([], [ast.keyword("keepdims", ast.Constant(True))]):
            words = [*others, *([] if axis is None else [ast.keyword("axis", _whole(axis))]), *keep]
            new = ast.Call(node.func, arguments, words)
            if ast.dump(new) != had:
                same = len(keep) == len(keeps)
                yield Edit(1.0 if same else 1.2, new, "axis" if same else "axis or keepdims")


def _other_indices(node: ast.Subscript, scope: Scope) -> Iterator[Edit]:
    index = node.slice
    if not isinstance(index, ast.Tuple) or len(index.elts) != 2 or scope.numpy is None:
        return
    rows, columns = index.elts
    value = scope.value(node.value)
    if not isinstance(value, ndarray) or value.ndim != 2:
        return
    for axis, kept, whole in ((0, columns, rows), (1, rows, columns)):
        if isinstance(whole, ast.Slice):
            every = parsed(f"{scope.numpy}.arange({ast.unparse(node.value)}.shape[{axis}])")
            elements = [every, kept] if axis == 0 else [kept, every]
            yield Edit(1.1, _with(node, "slice", ast.Tuple(elements, ast.Load())), "a whole row for one entry of each")
    yield Edit(1.3, _with(node, "slice", ast.Tuple([columns, rows], ast.Load())), "indices swapped")


def _wrapped(node: ast.expr, value: ndarray, scope: Scope) -> Iterator[Edit]:
    """Yield an array's expression with what may be missing around it: a factor, a mask, a term, a sum."""
    yield from _scaled(node, scope)
    for text, array in scope.arrays.items():
        if value.ndim == 2 and array.shape == value.shape and min(array.flat, default=0.0) < 0 < max(array.flat, default=0.0):
            mask = ast.Compare(parsed(text), [ast.Gt()], [ast.Constant(0)])
            yield Edit(1.35, ast.BinOp(node, ast.Mult(), mask), "mask missing")
        if array.shape == value.shape and array.size > 1 and np.abs(array).max() < 1:
            one = ast.Constant(1)
            slope = ast.BinOp(one, ast.Sub(), ast.BinOp(parsed(text), ast.Pow(), ast.Constant(2)))
            if array.min() > 0:
                slope = ast.BinOp(parsed(text), ast.Mult(), ast.BinOp(one, ast.Sub(), parsed(text)))
            yield Edit(1.45, ast.BinOp(node, ast.Mult(), slope), "derivative of the activation missing")
            if array.min() > 0:
                rest = ast.BinOp(one, ast.Sub(), parsed(text))
                yield Edit(1.45, ast.BinOp(node, ast.Mult(), rest), "derivative of the activation incomplete")
        if array.ndim == 1 and value.ndim == 2 and array.shape[0] == value.shape[1]:
            yield Edit(1.4, ast.BinOp(node, ast.Add(), parsed(text)), f"{text} missing")
        elif value.ndim == 2 and array.ndim == 2 and 1 in array.shape and array.shape != value.shape:
            yield Edit(1.4, ast.BinOp(node, ast.Add(), parsed(text)), f"{text} missing")
        if array.shape == value.shape and value.ndim == 2:
            for strength in (name for name, number in scope.numbers.items() if not float(number).is_integer()):
                for factor in ("2 * ", ""):
                    term = parsed(f"{factor}{strength} * {text}")
                    yield Edit(1.5, ast.BinOp(node, ast.Add(), term), "gradient of the penalty missing")


def _same_term_of_another(node: ast.expr, scope: Scope) -> Iterator[Edit]:
    """Yield a term of one matrix with that of another beside it: ``sum(W1 * W1) + sum(W2 * W2)``."""
    if is_atom(node):
        return
    inside = {ast.unparse(part) for part in ast.walk(node) if is_atom(part)} & set(scope.arrays)
    if len(inside) != 1:
        return
    own = inside.pop()
    for other, array in scope.arrays.items():
        if other not in inside and other != own and array.ndim == scope.arrays[own].ndim:
            term = _Renamed(own, other).visit(copy.deepcopy(node))
            yield Edit(1.4, ast.BinOp(node, ast.Add(), term), f"term of {other} missing")


class _Renamed(ast.NodeTransformer):
    def __init__(self, old: str, new: str) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        if is_atom(node) and ast.unparse(node) == self._old:
            return parsed(self._new)
        return self.generic_visit(node)


def _scaled(node: ast.expr, scope: Scope) -> Iterator[Edit]:
    yield Edit(1.25, ast.BinOp(ast.Constant(2), ast.Mult(), node), "factor 2 missing")
    yield Edit(1.25, ast.BinOp(ast.Constant(0.5), ast.Mult(), node), "factor 1/2 missing")
    yield Edit(1.3, _negative(node), "sign")
    for name, number in scope.numbers.items():
        if number > 1 and float(number).is_integer():
            yield Edit(1.3, ast.BinOp(node, ast.Div(), parsed(name)), f"division by {name} missing")
            yield Edit(1.4, ast.BinOp(node, ast.Mult(), parsed(name)), f"factor {name} missing")
        elif not float(number).is_integer():
            yield Edit(1.4, ast.BinOp(parsed(name), ast.Mult(), node), f"factor {name} missing")


def parsed(text: str) -> ast.expr:
    """Return the expression that a text is."""
    return ast.parse(text, mode="eval").body


def transposed(node: ast.expr) -> ast.expr:
    """Return ``node.T``."""
    return ast.Attribute(node, "T", ast.Load())


def turned(node: ast.expr) -> ast.expr:
    """Return an expression transposed, or no longer transposed."""
    return node.value if isinstance(node, ast.Attribute) and node.attr == "T" else transposed(node)


def _whole(axis: int) -> ast.expr:
    return ast.Constant(axis) if axis >= 0 else _negative(ast.Constant(-axis))


def _negative(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.USub(), node)


def _method(node: ast.expr, name: str) -> ast.expr:
    return ast.Call(ast.Attribute(node, name, ast.Load()), [], [])


def _is_module(node: ast.expr, scope: Scope) -> bool:
    return isinstance(node, ast.Name) and node.id == scope.numpy


def _with(node: ast.AST, name: str, value: object) -> ast.AST:
    fresh = copy.copy(node)
    setattr(fresh, name, value)
    return fresh
