"""The changes of an expression: those of its outermost place, and those of the places inside of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numpy import ndarray

from chainrule.checking.repairs.edits.atoms import other_atoms, other_constants
from chainrule.checking.repairs.edits.calls import other_calls
from chainrule.checking.repairs.edits.edit import Edit
from chainrule.checking.repairs.edits.missing import missing_around_array, missing_around_number
from chainrule.checking.repairs.edits.operations import other_comparisons, other_indices, other_operations
from chainrule.checking.repairs.placing import with_fields
from chainrule.checking.repairs.scope import Comprehension, Scope
from chainrule.checking.repairs.written import is_atom

WORDS_WITH_CHOICES = ("axis", "keepdims", "dtype")
"""Keywords whose values are changed together with their call."""


def edits(node: ast.expr, scope: Scope) -> Iterator[Edit]:
    """Yield the expressions that differ from this one in one place."""
    yield from _here(node, scope)
    if is_atom(node):
        return
    within = scope.inside(node) if isinstance(node, Comprehension) else scope
    for name, value in ast.iter_fields(node):
        if isinstance(node, ast.Call) and name == "func":
            yield from _of_receiver(node, scope)
        elif isinstance(value, ast.expr):
            for edit in edits(value, within):
                yield edit._replace(expression=with_fields(node, **{name: edit.expression}))
        elif isinstance(value, list):
            for position, item in enumerate(value):
                for fresh, edit in _of_item(item, scope):
                    items = [*value[:position], fresh, *value[position + 1 :]]
                    yield edit._replace(expression=with_fields(node, **{name: items}))


def _of_receiver(call: ast.Call, scope: Scope) -> Iterator[Edit]:
    """Yield the changes of ``a`` in ``a.dot(b)``; names of functions and modules stay."""
    function = call.func
    if not isinstance(function, ast.Attribute):
        return
    receiver = function.value
    if isinstance(receiver, ast.Name) and receiver.id not in scope.variables:
        return
    for edit in edits(receiver, scope):
        changed = with_fields(function, value=edit.expression)
        yield edit._replace(expression=with_fields(call, func=changed))


def _of_item(item: object, scope: Scope) -> Iterator[tuple[ast.AST, Edit]]:
    """Yield an item of a list in an expression changed: an argument, a keyword, a part of a comprehension."""
    if isinstance(item, ast.keyword) and item.arg not in WORDS_WITH_CHOICES:
        for edit in edits(item.value, scope):
            yield with_fields(item, value=edit.expression), edit
    elif isinstance(item, ast.comprehension):
        for edit in edits(item.iter, scope):
            yield with_fields(item, iter=edit.expression), edit
    elif isinstance(item, ast.expr):
        for edit in edits(item, scope):
            yield edit.expression, edit


def _here(node: ast.expr, scope: Scope) -> Iterator[Edit]:
    """Yield the changes of the outermost place of an expression."""
    value = None if isinstance(node, (ast.Slice, ast.Starred, ast.Constant)) else scope.value(node)
    if is_atom(node):
        yield from other_atoms(node, value, scope)
    if isinstance(node, ast.Constant):
        yield from other_constants(node, scope)
    elif isinstance(node, ast.BinOp):
        yield from other_operations(node, scope)
    elif isinstance(node, ast.UnaryOp):
        yield Edit(1.2, node.operand, "sign")
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield from other_comparisons(node, scope)
    elif isinstance(node, ast.Call):
        yield from other_calls(node, scope)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield Edit(1.0, node.value, "transpose")
    elif isinstance(node, ast.Subscript):
        yield from other_indices(node, scope)
    if isinstance(value, ndarray) and value.dtype.kind == "f":
        yield from missing_around_array(node, value, scope)
    elif isinstance(value, float):
        yield from missing_around_number(node, scope)
