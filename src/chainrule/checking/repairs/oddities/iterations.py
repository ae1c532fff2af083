"""Loops that go once too often, not often enough, or through the wrong names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from numpy import ndarray

from chainrule.checking.repairs.candidate import Candidate
from chainrule.checking.repairs.edits.edit import parsed, plus
from chainrule.checking.repairs.oddities.odd import odd_expression
from chainrule.checking.repairs.places import Places
from chainrule.checking.repairs.ranks import head


def other_iterations(places: Places, statement: ast.stmt) -> Iterator[Candidate]:
    """Yield what loops and comprehensions of a statement may have been meant to go through."""
    for old, new, mistake in _loops(statement, places.scenes[statement][0]):
        yield odd_expression(places, statement, old, new, 1.0, mistake)


def _loops(statement: ast.stmt, variables: Mapping[str, object]) -> Iterator[tuple[ast.expr, ast.expr, str]]:
    """Yield what is gone through, what may have been meant, and what is wrong then."""
    walked = ast.walk(head(statement))
    iterated = [node.iter for node in walked if isinstance(node, ast.comprehension)]
    if isinstance(statement, ast.For):
        iterated.append(statement.iter)
    for old in iterated:
        if isinstance(old, ast.Call) and getattr(old.func, "id", "") in ("range", "xrange"):
            for position, argument in enumerate(old.args):
                for other in (plus(argument, ast.Constant(1)), ast.BinOp(argument, ast.Sub(), ast.Constant(1))):
                    changed = [*old.args[:position], other, *old.args[position + 1 :]]
                    yield old, ast.Call(old.func, changed, old.keywords), "range"
        else:
            for key_names in _weights(old, variables):
                yield old, key_names, "goes through the wrong names"


def _weights(old: ast.expr, variables: Mapping[str, object]) -> Iterator[ast.expr]:
    """Yield all names of a kind for some of them, and the names of the matrices for all names."""
    dictionaries = {name: value for name, value in variables.items() if isinstance(value, dict) and value}
    if isinstance(old, (ast.Tuple, ast.List)) and old.elts:
        listed = [one.value for one in old.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        kinds = {_kind(name) for name in listed}
        for value in dictionaries.values():
            alike = [key for key in value if isinstance(key, str) and _kind(key) in kinds]
            if len(listed) == len(old.elts) and set(listed) < set(alike):
                yield ast.Tuple([ast.Constant(key) for key in alike], ast.Load())
        return
    holder, method = old, "keys"
    if isinstance(old, ast.Call) and isinstance(old.func, ast.Attribute):
        holder, method = old.func.value, old.func.attr
    value = dictionaries.get(ast.unparse(holder), {})
    matrices = [key for key, array in value.items() if isinstance(array, ndarray) and _is_matrix(array)]
    if not matrices or len(matrices) == len(value):
        return
    if method == "values":
        yield ast.Tuple([parsed(f"{ast.unparse(holder)}[{key!r}]") for key in matrices], ast.Load())
    elif method == "keys":
        yield ast.Tuple([ast.Constant(key) for key in matrices], ast.Load())


def _kind(name: str) -> str:
    return re.split(r"\d", name)[0]


def _is_matrix(array: ndarray) -> bool:
    return array.ndim == 2 and min(array.shape) > 1
