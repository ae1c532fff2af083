"""The variables that a training loop finds when its first turn begins, with our data in the place of the program's."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Sizes
from chainrule.checking.reading.limits import TookTooLong, time_limit
from chainrule.checking.reading.module import Module
from chainrule.checking.reading.recognise.arguments import arguments
from chainrule.checking.reading.recognise.network_class import constructed
from chainrule.checking.reading.recognise.training_loops import TrainingLoop, is_training
from chainrule.checking.reading.recognise.vocabulary import role
from chainrule.checking.reading.seeding import seed_everything
from chainrule.checking.reading.standins.anything import ANYTHING, Anything

FEW = 6
"""So many of a program's own examples are kept, if it has many."""


@dataclass
class Scene:
    """Variables by name, and the labels among them."""

    names: dict[str, Any]
    labels: ndarray
    X: ndarray


def scene(
    module: Module, training: TrainingLoop, wanted: list[str], known: dict[str, Any], rng: np.random.Generator
) -> Scene:
    """Return the variables before the first turn of a loop.

    Functions are given their arguments by what they are for; data that the module has itself is replaced by random data
    of its shape, and data that it could not load by ours.
    """
    names = dict(module.namespace)
    seed_everything()
    if training.function is not None:
        names.update(_arguments(names, training, known))
    open_names = [name for name in wanted if name not in _own_arguments(training)]
    changed = _injected(module, names, open_names, known)
    X, y = _redrawn(names, [name for name in open_names if name not in changed], rng)
    for name in [name for name in names if role(name) == "reg" and isinstance(names[name], float | int)]:
        names[name] = known["reg"]
    for statement in training.before:
        _run(statement, names)
    if training.function is not None:
        names.setdefault("X", known["X"])
    return Scene(names, known["y"] if y is None else y, known["X"] if X is None else X)


def _injected(module: Module, names: dict[str, Any], wanted: list[str], known: dict[str, Any]) -> set[str]:
    """Put our data into the place of what could not be loaded, compute anew what depends on it; return the names."""
    missing = [name for name in wanted if isinstance(names.get(name, ANYTHING), Anything)]
    roots = [name for name, value in names.items() if isinstance(value, Anything) and role(name) in ("X", "y")]
    changed = {*missing, *roots}
    if not changed:
        return changed
    for name in changed:
        names[name] = known[role(name)].copy()
    for name in [name for name, value in names.items() if isinstance(value, Anything) and role(name) == "N"]:
        names[name] = known["N"]
    for statement in _depending(module, changed):
        _run(statement, names)
    for name in wanted:
        if isinstance(names.get(name), Anything):
            names[name] = known[role(name)].copy()
    for name in [name for name, value in names.items() if role(name) == "N" and name != "n" and isinstance(value, int)]:
        names[name] = known["N"]  # told from data that was cut and turned in other ways than ours
    return changed


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


def has_own_data(module: Module, training: TrainingLoop, wanted: list[str]) -> Sizes | None:
    """Return the sizes of the program's own data, if it has any that the loop reads."""
    own = _own_arguments(training)
    arrays = {name: module.namespace.get(name) for name in wanted if name not in own}
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


def inputs_read(module: Module, training: TrainingLoop) -> list[str]:
    """Return the data that the loop, what stands before it, or a function called there reads and does not make."""
    nodes: list[ast.AST] = [*training.before, *training.loop.body]
    functions = module.functions()
    for node in nodes:
        nodes += [
            functions[inner.id]
            for inner in ast.walk(node)
            if isinstance(inner, ast.Name) and inner.id in functions and functions[inner.id] not in nodes
        ]
    found: dict[str, None] = {}
    made_here = _made_before_read(nodes)
    for node in nodes:
        local = made_here
        if isinstance(node, ast.FunctionDef):
            local = _made_before_read(node.body) | {argument.arg for argument in node.args.args}
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and role(inner.id) in ("X", "y") and inner.id not in local:
                found[inner.id] = None
    return [name for name in found if name not in functions and not isinstance(module.namespace.get(name), type)]


def _made_before_read(nodes: Sequence[ast.AST]) -> set[str]:
    """Return the variables that statements assign before they read them."""
    read: set[str] = set()
    made: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.FunctionDef):
            continue
        parts = _blocks(node)
        if parts:
            made |= _made_before_read(parts) - read
        names = [inner for inner in ast.walk(node) if isinstance(inner, ast.Name)]
        read |= {inner.id for inner in names if isinstance(inner.ctx, ast.Load)} - made
        if not parts:
            made |= {inner.id for inner in names if not isinstance(inner.ctx, ast.Load)} - read
    return made


def _blocks(node: ast.AST) -> list[ast.AST]:
    """Return the statements inside of a compound one."""
    parts: list[ast.AST] = []
    for name in ("body", "orelse", "finalbody"):
        value = getattr(node, name, None)
        parts += value if isinstance(value, list) else []
    return parts


def _arguments(names: dict[str, Any], training: TrainingLoop, known: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of the function in which the loop stands."""
    assert training.function is not None
    given: dict[str, Any] = {}
    function: Any = names.get(training.function.name)
    if training.class_name:
        given[training.function.args.args[0].arg] = constructed(names[training.class_name], known)
        function = getattr(names[training.class_name], training.function.name)
    skip = int(bool(training.class_name))
    for parameter in list(inspect.signature(function).parameters.values())[skip:]:
        if parameter.default is not parameter.empty:
            given[parameter.name] = parameter.default
    return {**given, **arguments(function, known, ("X", "y", "reg", "quiet", "rate"), skip)}


def _redrawn(
    names: dict[str, Any], wanted: list[str], rng: np.random.Generator
) -> tuple[ndarray | None, ndarray | None]:
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
