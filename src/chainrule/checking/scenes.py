"""A program run again, to try other statements in the place of its own with the variables that these saw."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.effects import Effect, Occurrence
from chainrule.checking.reading.limits import TookTooLong, time_limit
from chainrule.checking.record.run import Run

RESULT = "_chainrule_result"
MOST_SCENES = 6
"""Runs of one statement whose variables are kept."""


@dataclass(frozen=True)
class Scene:
    """The variables that one run of a statement saw."""

    occurrence: Occurrence
    variables: Mapping[str, Any]


class Scenes:
    """The variables of statements, as they were.

    Parameters
    ----------
    rerun : callable
        Runs the program again, with these statements watched in this window.
    statements : collection of int
    window : (int, int)
    """

    def __init__(
        self,
        rerun: Callable[[Collection[int], Callable[[int, int], bool]], Run],
        statements: Collection[int],
        window: tuple[int, int],
    ) -> None:
        start, end = window
        counts: dict[int, int] = {}

        def wanted(statement: int, time: int) -> bool:
            if not start <= time < end:
                return False
            counts[statement] = counts.get(statement, 0) + 1
            return counts[statement] <= MOST_SCENES

        self._run = rerun(statements, wanted)
        self._kept: dict[int, list[tuple[int, int, dict[str, Any]]]] = {}
        for statement, time, frame, variables in self._run.recorder.snapshots:
            self._kept.setdefault(statement, []).append((time, frame, variables))
        self._run.recorder.quiet = True
        self.namespace = self._run.namespace

    def of(self, occurrence: Occurrence) -> Scene | None:
        """Return the scene of one run of a statement."""
        best = None
        for time, frame, variables in self._kept.get(occurrence.statement, ()):
            if frame == occurrence.frame and time <= occurrence.time:
                best = Scene(occurrence, variables)
        return best

    def entered(self, statements: Collection[int]) -> dict[int, list[tuple[int, int]]]:
        """Return by statement the frames and times at which it was begun."""
        return {one: [(frame, time) for time, frame, _ in self._kept[one]] for one in statements if one in self._kept}

    def begun(self, statement: int) -> tuple[int, int]:
        """Return the time and the frame in which a statement was first begun."""
        time, frame, _ = self._kept[statement][0]
        return time, frame

    def first(self, statement: int) -> Mapping[str, Any] | None:
        """Return the variables that a statement saw at its first run in the window."""
        kept = self._kept.get(statement)
        return kept[0][2] if kept else None

    def effects(
        self, scene: Scene, statements: Sequence[ast.stmt], effects: Sequence[Effect], touched: Collection[str]
    ) -> list[Any] | None:
        """Run statements in a scene and return what each effect reads then; None if they stop.

        ``touched`` are the variables whose values they may write into: copies of these are used.
        """
        known = scene.variables
        everything = {**self.namespace, **known, **_copied({name: known[name] for name in touched if name in known})}
        whole = statements[0] if len(statements) == 1 and isinstance(statements[0], ast.FunctionDef) else None
        body = [_as_function(whole)] if whole else [_returning(one) for one in statements]
        tree = ast.Module([*body], [])
        try:
            with np.errstate(all="ignore"), time_limit(0.5):
                exec(_compiled(tree), everything)
                if whole is not None:
                    everything[RESULT] = everything[RESULT](**{one: everything[one] for one in _parameters(whole)})
                return [_read(everything, effect) for effect in effects]
        except TookTooLong:
            return None
        except Exception:  # whatever a changed statement may raise
            return None

    def value(self, scene: Mapping[str, Any], text: str) -> Any:
        """Return what an expression is in a scene; None if it is nothing there."""
        try:
            with np.errstate(all="ignore"):
                return eval(text, {**self.namespace, **scene})
        except Exception:
            return None


def _as_function(tree: ast.FunctionDef) -> ast.stmt:
    """Return a function under another name, with nothing around it."""
    plain = [ast.copy_location(ast.arg(name), tree) for name in _parameters(tree)]
    arguments = ast.arguments([], plain, None, [], [], None, [])
    return ast.copy_location(ast.FunctionDef(RESULT, arguments, tree.body, [], None), tree)


def _parameters(tree: ast.FunctionDef) -> list[str]:
    given = tree.args
    more = [one for one in (given.vararg, given.kwarg) if one is not None]
    return [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs, *more)]


def touched_names(statements: Sequence[ast.stmt]) -> set[str]:
    """Return the names whose values statements may write into: all that they mention, if they call or store."""
    nodes = [node for one in statements for node in ast.walk(one)]
    impure = any(
        isinstance(node, ast.AugAssign | ast.Expr | ast.For | ast.While)
        or (isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store))
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
        or (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self")
        for node in nodes
    )
    return {node.id for node in nodes if isinstance(node, ast.Name)} if impure else set()


def _compiled(tree: ast.Module) -> Any:
    try:
        return compile(tree, "<tried>", "exec")
    except TypeError:  # a part without its place
        return compile(ast.fix_missing_locations(tree), "<tried>", "exec")


def _returning(statement: ast.stmt) -> ast.stmt:
    if isinstance(statement, ast.Return):
        value = statement.value or ast.Constant(None)
        target = ast.copy_location(ast.Name(RESULT, ast.Store()), statement)
        return ast.copy_location(ast.Assign([target], value), statement)
    return statement


def _read(names: Mapping[str, Any], effect: Effect) -> Any:
    if effect.read == "return":
        leaves = list(_leaves(names[RESULT]))
        return leaves[effect.position] if effect.position < len(leaves) else None
    value = eval(effect.read, dict(names))
    return value.copy() if isinstance(value, ndarray) else value


def _leaves(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        for one in value:
            yield from _leaves(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, (ndarray, float, np.number)):
        yield value


def _copied(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return variables that may be written into."""
    memo: dict[int, Any] = {}
    result = {}
    for name, value in variables.items():
        if isinstance(value, (int, float, str, bool, type(None))) or callable(value):
            result[name] = value
        elif isinstance(value, ndarray):
            result[name] = value.copy()
        else:
            try:
                result[name] = copy.deepcopy(value, memo)
            except Exception:
                result[name] = value
    return result
