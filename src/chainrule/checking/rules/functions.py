"""Functions of one value: another one, one missing, one too many; exp, log and the maximum of softmax."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.place import is_module
from chainrule.checking.rules.rule import Edit, Place, Scope, register
from chainrule.checking.rules.shapes import REDUCTIONS
from chainrule.checking.rules.tree import call, function_name, minus, number, over, parsed, positive, power, with_fields

SIBLINGS: dict[str, tuple[str, ...]] = {
    "log": ("exp",),
    "exp": ("log", "tanh"),
    "log10": ("log",),
    "log2": ("log",),
    "log1p": ("log",),
    "tanh": ("cosh", "exp"),
    "sqrt": ("square", "abs"),
    "square": ("sqrt",),
    "abs": ("square", "sign"),
    "floor": ("round",),
}
"""NumPy's functions of one value that are written for one another."""

STRUCTURAL = frozenset(
    (
        "len",
        "range",
        "enumerate",
        "zip",
        "list",
        "tuple",
        "dict",
        "set",
        "str",
        "int",
        "float",
        "print",
        "isinstance",
        "sorted",
    )
)


@register(ast.Call)
def other_function(node: ast.Call, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield another function of the same argument."""
    name = function_name(node)
    called = ast.unparse(node.func)
    if called in scope.functions:
        for other in scope.functions:
            if other != called:
                yield Edit(with_fields(node, func=parsed(other)), Mistake.OTHER_FUNCTION)
                if len(node.args) + len(node.keywords) > 1:
                    yield Edit(ast.Call(parsed(other), node.args[:1], []), Mistake.OTHER_FUNCTION, 0.2)
    elif len(node.args) == 1 and not node.keywords and called.startswith(f"{scope.numpy}.") and name in SIBLINGS:
        for other in scope.functions:
            yield Edit(with_fields(node, func=parsed(other)), Mistake.OTHER_FUNCTION)
    if isinstance(node.func, ast.Attribute):
        for other in SIBLINGS.get(name, ()):
            fresh = with_fields(node, func=with_fields(node.func, attr=other))
            yield Edit(fresh, Mistake.OTHER_FUNCTION, 0.2)
    if name in ("abs", "absolute", "fabs", "sign") and len(node.args) == 1:
        yield Edit(power(node.args[0], 2), Mistake.SQUARE_MISSING)
        yield Edit(positive(node.args[0]), Mistake.FUNCTION_FOR_SLOPE)
        yield Edit(call(scope.function("maximum"), node.args[0], number(0)), Mistake.OTHER_ACTIVATION)
    if name == "norm":
        yield Edit(power(node, 2), Mistake.SQUARE_MISSING, -0.3)


@register(ast.Call)
def flag_of_function(node: ast.Call, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a call with the flag that asks for the derivative, or without it."""
    flags = [word for word in node.keywords if isinstance(word.value, ast.Constant) and type(word.value.value) is bool]
    if function_name(node) in REDUCTIONS:
        return
    for flag in flags:
        kept = [word for word in node.keywords if word is not flag]
        yield Edit(with_fields(node, keywords=kept), Mistake.SLOPE_SUPERFLUOUS)
    if len(node.args) == 2 and isinstance(node.args[1], ast.Constant) and type(node.args[1].value) is bool:
        yield Edit(with_fields(node, args=node.args[:1]), Mistake.SLOPE_SUPERFLUOUS)
    elif ast.unparse(node.func) in scope.functions and len(node.args) == 1 and not node.keywords:
        yield Edit(with_fields(node, args=[*node.args, ast.Constant(True)]), Mistake.FUNCTION_FOR_SLOPE)


@register(ast.Call)
def function_left_out(node: ast.Call, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield the argument of a function without the function."""
    name = function_name(node)
    if name in REDUCTIONS or name in STRUCTURAL or not node.args or isinstance(node.args[0], ast.Starred):
        return
    if len(node.args) == 1 or ast.unparse(node.func) in scope.functions:
        yield Edit(node.args[0], Mistake.FUNCTION_SUPERFLUOUS, 0.0 if name not in ("reshape", "copy") else 0.3)
    elif name in ("maximum", "minimum", "clip", "where", "power"):
        for argument in node.args:
            if not isinstance(argument, (ast.Constant, ast.UnaryOp, ast.Compare)):
                yield Edit(argument, Mistake.ACTIVATION_SUPERFLUOUS)


@register(ast.Call)
def method_left_out(node: ast.Call, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield an array as it is for ``x.clip(min=0)`` and ``x.reshape(-1)``."""
    if not isinstance(node.func, ast.Attribute) or is_module(node.func.value, place.shapes):
        return
    if node.func.attr in ("clip", "reshape", "ravel", "astype", "squeeze"):
        mistake = Mistake.ACTIVATION_SUPERFLUOUS if node.func.attr == "clip" else Mistake.FUNCTION_SUPERFLUOUS
        yield Edit(node.func.value, mistake)


@register(ast.Call)
def order_of_functions(node: ast.Call, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``sum(square(x))`` for ``square(sum(x))``."""
    inner = node.args[0] if len(node.args) == 1 else None
    if isinstance(inner, ast.Call) and len(inner.args) == 1:
        yield Edit(with_fields(inner, args=[with_fields(node, args=inner.args)]), Mistake.BRACKET)


@register(ast.expr)
def function_missing(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a function of an expression: ``log``, ``exp``, a root, tanh, one of the program's."""
    if place.in_index or not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.Call)):
        return
    if isinstance(node, ast.Attribute) and node.attr in ("T", "shape", "size"):
        return
    if function_name(node) in (*STRUCTURAL, "zeros_like", "zeros", "arange"):
        return
    single = place.own is not None or place.is_term or isinstance(place.parent, ast.UnaryOp)
    extra = (0.0 if single else 0.4) + (0.4 if place.shape == () else 0.0)
    around = function_name(place.parent)
    functions = (("log", Mistake.LOG_MISSING), ("exp", Mistake.EXP_MISSING), ("sqrt", Mistake.FUNCTION_MISSING))
    for function, mistake in functions:
        if around != function:
            yield Edit(call(scope.function(function), node), mistake, extra)
    whole = place.is_whole or (place.path and place.path[-1].field in ("args", "value"))
    for function in (scope.function("tanh"), *scope.functions):
        if around != function.split(".")[-1]:
            mistake = Mistake.ACTIVATION_MISSING if whole else Mistake.FUNCTION_MISSING
            yield Edit(ast.Call(parsed(function), [node], []), mistake, extra)


@register(ast.Call)
def maximum_subtracted(node: ast.Call, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield the exponential of what has its maximum subtracted, and what an exponential is divided by."""
    if function_name(node) != "exp" or len(node.args) != 1:
        return
    argument = node.args[0]
    for axis in (1, 0, None):
        words = {} if axis is None else {"axis": number(axis), "keepdims": ast.Constant(True)}
        largest = call(scope.function("max"), argument, **words)
        yield Edit(with_fields(node, args=[minus(argument, largest)]), Mistake.MAXIMUM_NOT_SUBTRACTED, 0.1)
        total = call(scope.function("sum"), node, **words)
        if place.is_whole:
            yield Edit(over(node, total), Mistake.NORMALISER_MISSING, 0.1)


@register(ast.Name, ast.Attribute, ast.Subscript)
def normalised(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield ``e / e.sum(axis=1, keepdims=True)`` for ``e``."""
    if not place.is_whole or place.own is None or not place.shape:
        return
    for axis in (1, 0, None) if len(place.shape) == 2 else (None,):
        words = {} if axis is None else {"axis": number(axis), "keepdims": ast.Constant(True)}
        yield Edit(over(node, call(scope.function("sum"), node, **words)), Mistake.NORMALISER_MISSING)


@register(ast.IfExp)
def one_branch(node: ast.IfExp, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield either branch of a choice alone, and the branches exchanged."""
    yield Edit(node.body, Mistake.BRANCHES_SWAPPED, 0.3)
    yield Edit(node.orelse, Mistake.BRANCHES_SWAPPED, 0.3)
    yield Edit(with_fields(node, body=node.orelse, orelse=node.body), Mistake.BRANCHES_SWAPPED)
