"""Loops that train: forward, backward and update written inline, in a script or in a function."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chainrule.checking.reading.recognise.vocabulary import is_parameter, role
from chainrule.checking.reading.recognise.words import BACKWARD, FORWARD, LOSS

Loop = ast.For | ast.While
UPDATE = re.compile(r"update|optimi[sz]|^step$|descent|apply_grad|learn$|adjust", re.IGNORECASE)


@dataclass(frozen=True)
class TrainingLoop:
    """The innermost loop in which one step of training is made, and how to come to it."""

    function: ast.FunctionDef | None
    """The function or method it stands in; None for the module."""
    class_name: str
    """The class of that method, or ``""``."""
    before: tuple[ast.stmt, ...]
    """What a function does before it, and what the loops around it do: each with the first value of its variable."""
    loop: Loop

    @property
    def name(self) -> str:
        """Its name in an answer."""
        if self.function is None:
            return "training loop"
        return f"{self.class_name}.{self.function.name}" if self.class_name else self.function.name


def training_loops(tree: ast.Module) -> Iterator[TrainingLoop]:
    """Yield the training loops of a file, those of functions first, in the order of the file."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    yield from _in_function(method, node)
        elif isinstance(node, ast.FunctionDef):
            yield from _in_function(node, None)
    body = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
    yield from _in_block(body, (), None, "")


def _in_function(function: ast.FunctionDef, owner: ast.ClassDef | None) -> Iterator[TrainingLoop]:
    """Yield the training loops of a function; one that updates without a loop is the body of a loop elsewhere."""
    name = owner.name if owner is not None else ""
    loops = list(_in_block(function.body, (), function, name))
    if loops or not any(_is_update(node) for node in ast.walk(function)):
        yield from loops
        return
    body = [one for one in function.body if not isinstance(one, ast.Return)]
    for start in ([], *_forwards(owner, function)):
        loop = ast.copy_location(ast.While(ast.Constant(True), [*start, *body], []), function)
        yield TrainingLoop(function, name, (), ast.fix_missing_locations(loop))


def _forwards(owner: ast.ClassDef | None, function: ast.FunctionDef) -> Iterator[list[ast.stmt]]:
    """Yield calls of an object's forward method, for a method that expects it to have been called."""
    for method in owner.body if owner is not None else []:
        if not isinstance(method, ast.FunctionDef) or not FORWARD.search(method.name) or method is function:
            continue
        names = [argument.arg for argument in function.args.args]
        data = next((name for name in names if role(name) == "X"), "X")
        given: list[ast.expr] = [ast.Name(data, ast.Load())] if len(method.args.args) > 1 else []
        called = ast.Call(ast.Attribute(ast.Name(names[0], ast.Load()), method.name, ast.Load()), given, [])
        yield [ast.copy_location(ast.Expr(called), function)]


def first_turn(loop: Loop) -> list[ast.stmt]:
    """Return the statement that gives the variable of a loop its first value."""
    if isinstance(loop, ast.While):
        return []
    value = ast.Call(ast.Name("next", ast.Load()), [ast.Call(ast.Name("iter", ast.Load()), [loop.iter], [])], [])
    return [ast.fix_missing_locations(ast.copy_location(ast.Assign([loop.target], value), loop))]


def _in_block(
    body: list[ast.stmt], before: tuple[ast.stmt, ...], function: ast.FunctionDef | None, class_name: str
) -> Iterator[TrainingLoop]:
    """Yield the training loops of a block, with what stands before them in it (of a module that has been run)."""
    for statement in body:
        if isinstance(statement, Loop) and is_training(statement):
            inside = (*before, *first_turn(statement))
            deeper = list(_in_block(statement.body, inside, function, class_name))
            yield from deeper or [TrainingLoop(function, class_name, inside, statement)]
        else:
            for part in _blocks(statement):
                yield from _in_block(part, before, function, class_name)
            if function is not None or before:
                before = (*before, statement)


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    if isinstance(statement, ast.If | ast.With | ast.Try):
        for name in ("body", "orelse", "finalbody"):
            if part := getattr(statement, name, None):
                yield part


def is_training(loop: Loop) -> bool:
    """Whether a loop updates something, and runs a network: it reads the data, or calls a forward or backward."""
    nodes = [node for statement in loop.body for node in ast.walk(statement)]
    runs = any(isinstance(node, ast.Name | ast.Attribute) and role(_name(node)) in ("X", "y") for node in nodes)
    calls = [_name(node.func) for node in nodes if isinstance(node, ast.Call)]
    runs = runs or any(FORWARD.search(name) or BACKWARD.search(name) or LOSS.match(name) for name in calls)
    return runs and (any(_is_update(node) for node in nodes) or any(UPDATE.search(name) for name in calls))


def update_targets(body: list[ast.stmt]) -> list[str]:
    """Return the names of what a block updates."""
    found = [node for statement in body for node in ast.walk(statement) if _is_update(node)]
    targets = [node.target if isinstance(node, ast.AugAssign) else node.targets[0] for node in found]  # type: ignore[attr-defined]
    return list(dict.fromkeys(_name(target) for target in targets))


def literal_rate(body: Sequence[ast.stmt]) -> float | None:
    """Return the learning rate that stands as a number in an update, if there is one."""
    for statement in body:
        for node in ast.walk(statement):
            if _is_update(node):
                for inner in ast.walk(node.value):  # type: ignore[attr-defined]
                    if isinstance(inner, ast.Constant) and isinstance(inner.value, float) and 0 < inner.value < 1:
                        return inner.value
    return None


def _is_update(node: ast.AST) -> bool:
    """Whether a statement moves something: ``W -= …``, ``W = W - …``.

    It is called like a parameter, or it is moved by a learning rate times something.
    """
    if isinstance(node, ast.AugAssign):
        moves = isinstance(node.op, ast.Add | ast.Sub)
        return moves and (_is_parameter(node.target) or _is_rate_times(node.value))
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
        target = ast.unparse(node.targets[0])
        left, right = ast.unparse(node.value.left), ast.unparse(node.value.right)
        moves = isinstance(node.value.op, ast.Add | ast.Sub) and target in (left, right)
        return moves and (_is_parameter(node.targets[0]) or _is_rate_times(node.value.right))
    return False


def _is_rate_times(value: ast.expr) -> bool:
    factors = [value.left, value.right] if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult) else []
    return any(role(_name(factor)) == "rate" for factor in factors)


def _is_parameter(target: ast.expr) -> bool:
    if isinstance(target, ast.Subscript):
        names = [_name(target), _name(target.value)]
        return any(is_parameter(name) or role(name) == "parameters" for name in names)
    return is_parameter(_name(target)) or role(_name(target)) == "parameters"


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            return node.slice.value
        return _name(node.value)
    return ""
