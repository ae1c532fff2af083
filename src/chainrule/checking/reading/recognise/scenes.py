"""The variables that a training loop finds when its first turn begins, with data of ours in the place of the program's."""

from __future__ import annotations

import ast
import inspect
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Sizes
from chainrule.checking.reading.limits import TookTooLong, time_limit
from chainrule.checking.reading.module import Module
from chainrule.checking.reading.recognise.network_class import constructed
from chainrule.checking.reading.recognise.training_loops import TrainingLoop, is_training
from chainrule.checking.reading.recognise.vocabulary import role
from chainrule.checking.reading.standins.anything import Anything

FEW = 6
"""So many of a program's own examples are kept, if it has many."""


@dataclass
class Scene:
    """Variables by name, and the labels among them."""

    names: dict[str, Any]
    labels: ndarray
    X: ndarray


def scene(module: Module, training: TrainingLoop, known: dict[str, Any], rng: np.random.Generator) -> Scene:
    """Return the variables before the first turn of a loop.

    Functions are given their arguments by what they are for; data that the module has itself is replaced by random data
    of its shape, and data that it could not load by ours.
    """
    names = dict(module.namespace)
    random.seed(0)
    np.random.seed(0)
    wanted = list(_inputs_read(module, training))
    if training.function is not None:
        names.update(_arguments(names, training, known))
    given = [name for name in wanted if name in _own_arguments(training)]
    X, y = _redrawn(names, [name for name in wanted if name not in given], rng)
    absent = [name for name in wanted if name not in given and isinstance(names.get(name, Anything()), Anything)]
    for name in absent:
        names[name] = known[role(name)].copy()
    if absent:
        for statement in _depending(module, set(absent)):
            _run(statement, names)
    for name in [name for name in names if role(name) == "reg" and isinstance(names[name], float | int)]:
        names[name] = known["reg"]
    for statement in training.before:
        _run(statement, names)
    return Scene(names, known["y"] if y is None else y, known["X"] if X is None else X)


def _depending(module: Module, changed: set[str]) -> Iterator[ast.stmt]:
    """Yield the module's statements that compute something from these variables, and what depends on that."""
    for statement in module.program.tree.body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
            continue
        names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
        bound = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
        reads = changed & {node.id for node in names if isinstance(node.ctx, ast.Load)}
        training = isinstance(statement, ast.For | ast.While) and is_training(statement)
        if bound and not training and (reads or (statement in module.skipped and not bound & changed)):
            yield statement
            changed |= bound


def has_own_data(module: Module, training: TrainingLoop) -> Sizes | None:
    """Return the sizes of the program's own data, if it has any that the loop reads."""
    own = _own_arguments(training)
    arrays = {name: module.namespace.get(name) for name in _inputs_read(module, training) if name not in own}
    X = next((value for name, value in arrays.items() if role(name) == "X" and _is_data(value)), None)
    y = next((value for name, value in arrays.items() if role(name) == "y" and _is_data(value)), None)
    if X is None:
        return None
    N = X.shape[_examples_axis(X, y)] if X.ndim > 1 else len(X)
    D = X.size // max(N, 1)
    C = 2 if y is None else (int(y.max()) + 1 if y.ndim == 1 and y.dtype.kind in "iu" else max(y.size // max(N, 1), 1))
    return Sizes(min(N, FEW) if N > 2 * FEW else N, D, (), C)


def _is_data(value: Any) -> bool:
    return isinstance(value, ndarray) and value.dtype.kind in "fiub" and value.ndim >= 1 and value.size > 0


def _own_arguments(training: TrainingLoop) -> set[str]:
    return {argument.arg for argument in training.function.args.args} if training.function is not None else set()


def _inputs_read(module: Module, training: TrainingLoop) -> Iterator[str]:
    """Yield the names of data that the loop, what stands before it, or a function called there reads and does not make."""
    nodes: list[ast.AST] = [*training.before, *training.loop.body]
    functions = module.functions()
    for node in nodes:
        nodes += [
            functions[inner.id]
            for inner in ast.walk(node)
            if isinstance(inner, ast.Name) and inner.id in functions and functions[inner.id] not in nodes
        ]
    seen: set[str] = set()
    for node in nodes:
        bound = {argument.arg for argument in node.args.args} if isinstance(node, ast.FunctionDef) else set()
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and role(inner.id) in ("X", "y") and inner.id not in seen | bound:
                seen.add(inner.id)
                if isinstance(inner.ctx, ast.Load) or inner.id in module.namespace:
                    yield inner.id


def _arguments(names: dict[str, Any], training: TrainingLoop, known: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of the function in which the loop stands."""
    assert training.function is not None
    given: dict[str, Any] = {}
    target = names[training.class_name] if training.class_name else names
    arguments = training.function.args
    if training.class_name:
        given[arguments.args[0].arg] = constructed(target, known)
        function = getattr(target, training.function.name)
    else:
        function = names[training.function.name]
    hidden = iter(known["hidden"])
    for parameter in list(inspect.signature(function).parameters.values())[bool(training.class_name) :]:
        meaning = role(parameter.name)
        if meaning == "H":
            given[parameter.name] = next(hidden, known["H"])
        elif meaning in known and (parameter.default is parameter.empty or meaning in ("X", "y", "reg", "quiet", "rate")):
            given[parameter.name] = known[meaning]
        elif parameter.default is not parameter.empty:
            given[parameter.name] = parameter.default
    return given


def _redrawn(names: dict[str, Any], wanted: list[str], rng: np.random.Generator) -> tuple[ndarray | None, ndarray | None]:
    """Put random numbers into the place of the data that the program has, and return the first X and y."""
    own = {name: names[name] for name in wanted if _is_data(names.get(name))}
    xs = {name: value for name, value in own.items() if role(name) == "X"}
    ys = {name: value for name, value in own.items() if role(name) == "y"}
    if not xs:
        return None, None
    first_y = next(iter(ys.values()), None)
    axis = _examples_axis(next(iter(xs.values())), first_y)
    N = next(iter(xs.values())).shape[axis]
    few = FEW if N > 2 * FEW else N
    for name, value in xs.items():
        if value.ndim > axis and value.shape[axis] == N:
            value = value.take(range(few), axis=axis)
        names[name] = rng.normal(size=value.shape)
    chosen = rng.permutation(N)[:few]
    for name, value in ys.items():
        along = axis if value.ndim > axis and value.shape[axis] == N else 0
        names[name] = value.take(chosen, axis=along) if value.shape[along] == N else value
    for name in [name for name in names if role(name) == "N" and isinstance(names[name], int) and names[name] == N]:
        names[name] = few
    return names[next(iter(xs))], names[next(iter(ys))] if ys else None


def _examples_axis(X: ndarray, y: ndarray | None) -> int:
    """Return the axis of X along which examples lie: the one that y has as well."""
    if y is None or X.ndim < 2:
        return 0
    if y.ndim == 1:
        return 0 if X.shape[0] == len(y) else int(X.shape[-1] == len(y)) * (X.ndim - 1)
    return next((axis for axis in (0, 1) if X.shape[axis] == y.shape[axis]), 0)


def _run(statement: ast.stmt, names: dict[str, Any]) -> None:
    """Run a statement if it can be run; what it does not make is missed where it is needed."""
    try:
        code = compile(ast.fix_missing_locations(ast.Module([statement], [])), "<before>", "exec", dont_inherit=True)
        with time_limit(0.3), np.errstate(all="ignore"):
            exec(code, names)
    except (Exception, SystemExit, TookTooLong):  # whatever a stranger's program may raise
        return
