"""Changes of a whole statement: its expression edited, its operator, its place, something after it, or it gone."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, cast

from numpy import ndarray

from chainrule.checking.repairs.candidate import Change
from chainrule.checking.repairs.edits import Edit, edits, parsed
from chainrule.checking.repairs.placing import with_fields
from chainrule.checking.repairs.scope import Scope
from chainrule.checking.repairs.written import is_atom


class StatementEdit(NamedTuple):
    """Statements in the place of others, how far they are from what stands there, and what was wrong."""

    cost: float
    changes: tuple[Change, ...]
    mistake: str


def statement_edits(
    statement: ast.stmt, block: Sequence[ast.stmt], before: Scope, after: Scope
) -> Iterator[StatementEdit]:
    """Yield the changes of one statement that undo a mistake people make.

    Parameters
    ----------
    statement : ast.stmt
    block : sequence of ast.stmt
        The statements that it stands among.
    before, after : Scope
        What was within reach before it ran, and behind it.
    """
    for cost, new, mistake in _rewritten(statement, before):
        yield StatementEdit(cost, ((statement, (_placed(new, statement),)),), mistake)
    if isinstance(statement, (ast.Assign, ast.AugAssign, ast.Expr)):
        yield StatementEdit(1.35, ((statement, ()),), "superfluous statement")
        for cost, new, mistake in _following(statement, after):
            yield StatementEdit(cost, ((statement, (statement, _placed(new, statement))),), mistake)
        yield from _moved(statement, block)


def _rewritten(old: ast.stmt, scope: Scope) -> Iterator[tuple[float, ast.stmt, str]]:
    for field in ("value", "test", "iter"):
        expression = getattr(old, field, None)
        if isinstance(expression, ast.expr):
            for edit in edits(expression, scope):
                yield edit.cost, with_fields(old, **{field: edit.expression}), edit.mistake
    yield from _applied_again(old)
    yield from _without_last(old, scope)
    if isinstance(old, ast.Assign):
        for position, target in enumerate(old.targets):
            for edit in _target_edits(target, scope):
                targets = [*old.targets[:position], edit.expression, *old.targets[position + 1 :]]
                yield edit.cost, with_fields(old, targets=targets), edit.mistake
        target = old.targets[0]
        if isinstance(old.value, ast.Name) and old.value.id in scope.arrays:
            copied = ast.Call(ast.Attribute(old.value, "copy", ast.Load()), [], [])
            yield 0.9, with_fields(old, value=copied), "changed in place"
        if len(old.targets) == 1 and isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)):
            yield 1.1, ast.AugAssign(target, ast.Add(), old.value), "= for +="
            yield 1.3, ast.AugAssign(target, ast.Sub(), old.value), "= for -="
            yield 1.3, ast.AugAssign(target, ast.Mult(), old.value), "= for *="
    elif isinstance(old, ast.AugAssign):
        for edit in _target_edits(old.target, scope):
            yield edit.cost, with_fields(old, target=edit.expression), edit.mistake
        for operator in (ast.Add, ast.Sub, ast.Mult, ast.Div):
            if not isinstance(old.op, operator):
                yield 1.1, with_fields(old, op=operator()), "operation"
        yield 1.1, ast.Assign([old.target], old.value), "+= for ="


def _applied_again(old: ast.stmt) -> Iterator[tuple[float, ast.stmt, str]]:
    """Yield ``s * (1 - s)`` for ``f(s) * (1 - f(s))``: the derivative may be written in what f has given already."""
    calls = Counter(ast.unparse(node) for node in ast.walk(old) if _is_of_one(node))
    for text, times in calls.items():
        if times > 1:
            yield 1.1, cast(ast.stmt, _Argument(text).visit(copy.deepcopy(old))), f"{text.split('(')[0]} applied again"


def _is_of_one(node: ast.AST) -> bool:
    """Return whether an expression is a function of one argument."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1 and not node.keywords


class _Argument(ast.NodeTransformer):
    """Puts the argument of a call in its place."""

    def __init__(self, text: str) -> None:
        self._text = text

    def visit_Call(self, node: ast.Call) -> ast.AST:
        return node.args[0] if ast.unparse(node) == self._text else self.generic_visit(node)


def _without_last(old: ast.stmt, scope: Scope) -> Iterator[tuple[float, ast.stmt, str]]:
    """Yield a statement in which a matrix is taken without its bias: its last or first row or column."""
    if not isinstance(old, (ast.Assign, ast.AugAssign, ast.Return)):
        return
    matrices = {text: array for text, array in scope.arrays.items() if array.ndim == 2}
    inside = {ast.unparse(node) for node in ast.walk(old) if is_atom(node)} & matrices.keys()
    for text in sorted(inside):
        like = {other for other in inside if matrices[other].shape == matrices[text].shape}
        for index in ("[:-1]", "[1:]", "[:, :-1]", "[:, 1:]"):
            indexed = cast(ast.stmt, _Indexed(like, index).visit(copy.deepcopy(old)))
            yield 1.6, indexed, "the bias taken for a weight"


class _Indexed(ast.NodeTransformer):
    """Puts an index behind some arrays."""

    def __init__(self, texts: set[str], index: str) -> None:
        self._texts, self._index = texts, index

    def visit(self, node: ast.AST) -> ast.AST:
        if is_atom(node) and ast.unparse(node) in self._texts:
            fresh = parsed(ast.unparse(node) + self._index)
            return with_fields(fresh, ctx=getattr(node, "ctx", ast.Load()))
        return self.generic_visit(node)


def _target_edits(target: ast.expr, scope: Scope) -> Iterator[Edit]:
    """Yield other indices of a target, and other variables in its place."""
    if not isinstance(target, ast.Subscript):
        return
    if isinstance(target.slice, ast.Tuple):
        read = copy.copy(target)
        read.ctx = ast.Load()
        for edit in edits(read, scope):
            if isinstance(edit.expression, ast.Subscript):
                yield edit._replace(expression=with_fields(edit.expression, ctx=ast.Store()))
    else:
        for edit in edits(target.slice, scope):
            yield edit._replace(expression=with_fields(target, slice=edit.expression))
    value = scope.value(target.value) if is_atom(target.value) else None
    if isinstance(value, ndarray):
        for other, array in scope.arrays.items():
            if array.shape == value.shape and other != ast.unparse(target.value):
                yield Edit(1.5, with_fields(target, value=parsed(other)), f"{ast.unparse(target.value)} for {other}")


def _following(old: ast.stmt, scope: Scope) -> Iterator[tuple[float, ast.stmt, str]]:
    """Yield what may be missing behind a statement that gives variables their values."""
    for place in _assigned(old):
        yield from _missing_behind(place, scope)


def _missing_behind(place: ast.expr, scope: Scope) -> Iterator[tuple[float, ast.stmt, str]]:
    """Yield what may be done to a variable that has been given its value, and was not."""
    name = ast.unparse(place)
    value = scope.arrays.get(name)
    if value is None:
        value = scope.value(place)
    if not isinstance(value, ndarray) or value.dtype.kind != "f":
        return
    for text, number in scope.numbers.items():
        if number > 1 and float(number).is_integer():
            yield 1.45, statement(f"{name} /= {text}"), f"division by {text} missing"
    if value.ndim == 2 and scope.numpy is not None:
        rows = f"{scope.numpy}.arange({name}.shape[0])"
        columns = f"{scope.numpy}.arange({name}.shape[1])"
        for text, labels in scope.integers.items():
            if labels.shape == value.shape[:1]:
                yield 1.4, statement(f"{name}[{rows}, {text}] -= 1"), "-1 at the true class missing"
                whole = f"{name}[{rows}, {text}] -= {name}.sum(axis=1)"
                yield 1.45, statement(whole), "the true class's part missing"
            elif labels.shape == value.shape[1:]:
                yield 1.5, statement(f"{name}[{text}, {columns}] -= 1"), "-1 at the true class missing"
    for text, array in scope.arrays.items():
        if array.shape == value.shape and text != name:
            if array.min() <= 0 < array.max():
                yield 1.4, statement(f"{name}[{text} <= 0] = 0"), "mask missing"
                for slope in (word for word, number in scope.numbers.items() if 0 < number < 1):
                    yield 1.5, statement(f"{name}[{text} < 0] = {slope}"), "slope of the activation missing"
            if value.ndim == 2:
                for strength in (word for word, number in scope.numbers.items() if not float(number).is_integer()):
                    for factor in ("2 * ", ""):
                        text_of_term = f"{name} += {factor}{strength} * {text}"
                        yield 1.5, statement(text_of_term), "gradient of the penalty missing"


def _assigned(old: ast.stmt) -> Iterator[ast.expr]:
    """Yield the variables whose values a statement makes or changes, as expressions to be read."""
    targets: list[ast.expr] = []
    if isinstance(old, ast.Assign) and len(old.targets) == 1:
        target = old.targets[0]
        targets = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
    elif isinstance(old, ast.AugAssign):
        targets = [old.target]
    for target in targets:
        while isinstance(target, ast.Subscript) and not is_atom(target):
            target = target.value
        if is_atom(target) or isinstance(target, (ast.Attribute, ast.Subscript)):
            yield parsed(ast.unparse(target))


def _moved(old: ast.stmt, block: Sequence[ast.stmt]) -> Iterator[StatementEdit]:
    """Yield the places later and earlier among its neighbours where a statement may belong."""
    position = next(index for index, item in enumerate(block) if item is old)
    for index, other in enumerate(block):
        if isinstance(other, (ast.Return, ast.FunctionDef)) or other is old:
            continue
        distance = min(abs(index - position), 10)
        if index > position:
            yield StatementEdit(1.5 + distance / 50, ((old, ()), (other, (other, old))), "too early")
        else:
            yield StatementEdit(1.6 + distance / 50, ((old, ()), (other, (old, other))), "too late")


def statement(text: str) -> ast.stmt:
    """Return the statement that a text is."""
    return ast.parse(text).body[0]


def _placed(new: ast.stmt, old: ast.stmt) -> ast.stmt:
    """Give a statement the lines of the one that it replaces or follows."""
    if new is old:
        return new
    return ast.copy_location(copy.copy(new), old)
