"""One turn of a training loop as a function: the program's own statements, at their own lines."""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

from chainrule.checking.reading.module import Module, definitions
from chainrule.checking.reading.recognise.implied_loss import KEPT
from chainrule.checking.reading.recognise.training_loops import TrainingLoop
from chainrule.checking.reading.standins.anything import Anything

NAME, KEEP = "one_step_of_training", "__chainrule_keep__"


def data_names(module: Module, training: TrainingLoop, scene: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return the variables that the loop's body uses, and those that functions called from it read in the module."""
    used = list(dict.fromkeys(_names(training.loop.body)))
    own = [name for name in used if name in scene and is_data(scene[name], module, name)]
    functions = {node.name: node for node in definitions(module.program.tree.body) if isinstance(node, ast.FunctionDef)}
    reached = [name for name in used if name in functions]
    for name in reached:
        reached += [one for one in _names([functions[name]]) if one in functions and one not in reached]
    read = {name for function in reached for name in _names([functions[function]])}
    there = [name for name in read if name in module.namespace and name not in own]
    return own, sorted(name for name in there if is_data(scene[name], module, name))


def is_data(value: Any, module: Module, name: str) -> bool:
    """Whether a value belongs to the run: not a module, nor what the module itself defines."""
    if isinstance(value, types.ModuleType | type | Anything) or name.startswith("__"):
        return False
    return not callable(value) or module.namespace.get(name) is not value


def step_function(module: Module, training: TrainingLoop, arguments: list[str], keeping: bool = False) -> Any:
    """Return the function of these variables that makes one turn of the loop and returns all its variables.

    It is announced as a unit of the program, so that it can be watched and repaired like any other. With ``keeping``,
    the variables that it returns hold under ``KEPT`` each value as it was when it was assigned.
    """
    loop = training.loop
    kept: dict[str, Any] = {}
    body = list(_keeping(loop.body)) if keeping else loop.body
    once = ast.For(ast.Name("_", ast.Store()), ast.Tuple([ast.Constant(0)], ast.Load()), body, [])
    returned = ast.Return(ast.Call(ast.Name("locals", ast.Load()), [], []))
    taken = ast.arguments([], [ast.arg(name) for name in arguments], None, [], [], None, [])
    function = ast.FunctionDef(NAME, taken, [once, returned], [], None)
    if "type_params" in ast.FunctionDef._fields:
        function.type_params = []  # type: ignore[attr-defined]
    ast.copy_location(function, loop)
    ast.copy_location(once, loop)
    returned.lineno = returned.end_lineno = loop.end_lineno or loop.lineno
    returned.col_offset = returned.end_col_offset = 0
    holder = ast.fix_missing_locations(ast.Module([function], []))
    prepared = module.units.prepared(holder)
    names = module.namespace
    before = names.get(NAME)
    exec(compile(prepared, str(module.program.path), "exec", dont_inherit=True), names)
    made = names.pop(NAME)
    if before is not None:
        names[NAME] = before
    if not keeping:
        return made
    names[KEEP] = lambda name, value: kept.__setitem__(name, np.array(value)) if isinstance(value, np.ndarray) else None

    def step(**given: Any) -> Any:
        return {**made(**given), KEPT: kept}

    step.__signature__ = inspect.signature(made)  # type: ignore[attr-defined]
    return step


def _keeping(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield statements with the keeping of what each gives a name to behind it."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            call = ast.Call(ast.Name(KEEP, ast.Load()), [ast.Constant(name), ast.Name(name, ast.Load())], [])
            yield ast.fix_missing_locations(ast.copy_location(ast.Expr(call), statement))


def _names(nodes: list[Any]) -> Iterator[str]:
    for node in nodes:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name):
                yield inner.id
