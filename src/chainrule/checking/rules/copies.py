"""One array under two names, and sums that are not begun anew."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.rule import Edit, Place, Scope, register
from chainrule.checking.rules.tree import call, function_name, loaded, method, with_fields


@register(ast.Name, ast.Attribute, ast.Subscript)
def copied(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a copy of an array, zeros of its shape, and both for a list of arrays."""
    if not place.is_whole or (isinstance(node, ast.Attribute) and node.attr in ("T", "shape", "size")):
        return
    if place.own is not None and not place.own.shape:
        return
    yield Edit(method(node, "copy"), Mistake.SHARED_ARRAY)
    yield Edit(call(scope.function("zeros_like"), node), Mistake.NOT_RESET, 0.2)
    if place.own is None:
        one = ast.Name("one", ast.Load())
        over = [ast.comprehension(ast.Name("one", ast.Store()), node, [], 0)]
        yield Edit(ast.ListComp(call(scope.function("zeros_like"), one), over), Mistake.NOT_RESET)
        yield Edit(ast.ListComp(method(one, "copy"), over), Mistake.SHARED_ARRAY)


@register(ast.Call)
def not_copied(node: ast.Call, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield an array itself for its copy or for zeros of its shape, and the copy for the zeros."""
    name = function_name(node)
    if name == "copy" and not node.args and isinstance(node.func, ast.Attribute):
        yield Edit(node.func.value, Mistake.SHARED_ARRAY, 0.3)
    elif name == "zeros_like" and len(node.args) == 1:
        yield Edit(method(node.args[0], "copy"), Mistake.NOT_RESET, 0.3)
        for one in scope.arrays:
            yield Edit(with_fields(node, args=[one.node]), Mistake.NOT_RESET, 0.6)


@register(ast.Assign)
def begun_anew(node: ast.Assign, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield zeros for what a sum begins with."""
    target = place.target
    if not isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)):
        return
    shape = place.shapes.of(node.value).shape
    if shape != () and not isinstance(node.value, ast.Call):
        yield Edit(with_fields(node, value=call(scope.function("zeros_like"), loaded(target))), Mistake.NOT_RESET, 0.3)
    yield Edit(with_fields(node, value=ast.Constant(0)), Mistake.NOT_RESET, 0.6)
