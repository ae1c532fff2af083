"""Loops that run over another length, the wrong way round, once too often, through the wrong names."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.rule import Edit, Place, Scope, register
from chainrule.checking.rules.tree import LOAD, call, function_name, is_number, minus, number, parsed, plus, with_fields

RANGES = ("range", "xrange")


@register(ast.Call)
def other_range(node: ast.Call, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a range that begins or ends one earlier or later, runs backwards, or has another length."""
    name = function_name(node)
    if name == "reversed" and len(node.args) == 1:
        yield Edit(node.args[0], Mistake.LOOP_ORDER)
    if name not in RANGES or not node.args:
        return
    for position, bound in enumerate(node.args[:2]):
        for other in _shifted(bound):
            yield Edit(_with(node, position, other), Mistake.LOOP_LENGTH)
        for length in _lengths(scope):
            if ast.unparse(length) != ast.unparse(bound) and not (position == 0 and len(node.args) > 1):
                yield Edit(_with(node, position, length), Mistake.LOOP_LENGTH, 0.3)
    if len(node.args) == 1:
        yield Edit(with_fields(node, args=[number(1), *node.args]), Mistake.LOOP_LENGTH, 0.1)
        ends = [number(1), plus(node.args[0], ast.Constant(1))]
        yield Edit(with_fields(node, args=ends), Mistake.LOOP_LENGTH, 0.1)
        for position in (0, 1):
            fewer = minus(node.args[0], ast.Constant(position)) if position else node.args[0]
            backwards = [minus(fewer, ast.Constant(1)), number(-1), number(-1)]
            yield Edit(with_fields(node, args=backwards), Mistake.LOOP_ORDER, 0.1 + 0.3 * position)
    elif len(node.args) == 2 and is_number(node.args[0]):
        yield Edit(with_fields(node, args=node.args[1:]), Mistake.LOOP_LENGTH, 0.1)
    elif len(node.args) == 3:
        step = node.args[2]
        if isinstance(step, ast.UnaryOp):
            forwards = [node.args[0]] if ast.unparse(node.args[1]) == "-1" else [node.args[1], node.args[0]]
            yield Edit(with_fields(node, args=forwards), Mistake.LOOP_ORDER)
        else:
            yield Edit(with_fields(node, args=node.args[:2]), Mistake.STRIDE_MISSING)
    if function_name(place.parent) != "reversed":
        yield Edit(call("reversed", node), Mistake.LOOP_ORDER)


def _with(node: ast.Call, position: int, new: ast.expr) -> ast.Call:
    return with_fields(node, args=[*node.args[:position], new, *node.args[position + 1 :]])


def _shifted(bound: ast.expr) -> Iterator[ast.expr]:
    if is_number(bound):
        value = ast.literal_eval(bound)
        yield number(value + 1)
        yield number(value - 1)
        return
    if isinstance(bound, ast.BinOp) and is_number(bound.right) and isinstance(bound.op, (ast.Add, ast.Sub)):
        yield bound.left
    yield plus(bound, ast.Constant(1))
    yield minus(bound, ast.Constant(1))


def _lengths(scope: Scope) -> Iterator[ast.expr]:
    """Yield how long the axes of the data are, and the numbers of the program."""
    for one in scope.variables:
        if one.role in ("input", "target") and one.shape:
            for axis in range(len(one.shape)):
                yield parsed(f"{one.text}.shape[{axis}]")
    for one in scope.numbers:
        yield one.node


@register(ast.For)
def other_iteration(node: ast.For, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield a loop the other way round, and over all but the first or last."""
    for fresh, mistake, extra in _iterations(node.iter):
        yield Edit(with_fields(node, iter=fresh), mistake, extra)


@register(ast.ListComp, ast.GeneratorExp, ast.DictComp, ast.SetComp)
def other_comprehension(
    node: ast.ListComp | ast.GeneratorExp | ast.DictComp | ast.SetComp, scope: Scope, place: Place
) -> Iterator[Edit]:
    """Yield a comprehension the other way round, and over all but the first or last."""
    for position, generator in enumerate(node.generators):
        for fresh, mistake, extra in _iterations(generator.iter):
            others = list(node.generators)
            others[position] = with_fields(generator, iter=fresh)
            yield Edit(with_fields(node, generators=others), mistake, extra)
        if generator.ifs:
            others = list(node.generators)
            others[position] = with_fields(generator, ifs=[])
            yield Edit(with_fields(node, generators=others), Mistake.LOOP_NAMES)


def _iterations(over: ast.expr) -> Iterator[tuple[ast.expr, Mistake, float]]:
    if function_name(over) in (*RANGES, "reversed", "zip", "enumerate"):
        return
    if isinstance(over, (ast.Name, ast.Attribute, ast.Subscript)):
        yield call("reversed", over), Mistake.LOOP_ORDER, 0.0
        for index in ("[::-1]", "[1:]", "[:-1]"):
            yield with_fields(parsed(f"x{index}"), value=over), Mistake.LOOP_LENGTH, 0.2
    if isinstance(over, ast.Subscript) and isinstance(over.slice, ast.Slice):
        yield over.value, Mistake.LOOP_LENGTH, 0.0


@register(ast.Tuple, ast.List, ast.Name, ast.Attribute, ast.Call)
def other_names(node: ast.expr, scope: Scope, place: Place) -> Iterator[Edit]:
    """Yield more, or fewer, of the names that a loop goes through."""
    if not place.path or place.path[-1].field != "iter":
        return
    known = _keys(scope)
    if isinstance(node, (ast.Tuple, ast.List)):
        own = [one.value for one in node.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        for position in range(len(node.elts)) if len(node.elts) > 1 else ():
            fewer = [*node.elts[:position], *node.elts[position + 1 :]]
            yield Edit(with_fields(node, elts=fewer), Mistake.LOOP_NAMES, 0.3)
        kinds = {one.rstrip("0123456789") for one in own}
        alike = [key for keys in known.values() for key in keys if key.rstrip("0123456789") in kinds]
        if len(own) == len(node.elts) and not set(alike) <= set(own):
            more = dict.fromkeys((*own, *alike))
            yield Edit(with_fields(node, elts=[ast.Constant(key) for key in more]), Mistake.LOOP_NAMES)
        for key in dict.fromkeys(key for keys in known.values() for key in keys if own and key not in own):
            yield Edit(with_fields(node, elts=[*node.elts, ast.Constant(key)]), Mistake.LOOP_NAMES, 0.3)
        return
    holder = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else node
    keys = known.get(ast.unparse(holder), ())
    for kind in dict.fromkeys(key.rstrip("0123456789") for key in keys):
        some = [ast.Constant(key) for key in keys if key.rstrip("0123456789") == kind]
        if 0 < len(some) < len(keys):
            yield Edit(ast.Tuple(list(some), LOAD), Mistake.LOOP_NAMES)


def _keys(scope: Scope) -> dict[str, tuple[str, ...]]:
    """Return the keys of each dictionary, by the text of the dictionary."""
    found: dict[str, tuple[str, ...]] = {}
    for one in scope.variables:
        node = one.node
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
        ):
            holder = ast.unparse(node.value)
            found[holder] = (*found.get(holder, ()), node.slice.value)
    return found
