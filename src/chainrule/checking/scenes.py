"""A program run again, to try other statements in the place of its own with the variables that these saw."""

from __future__ import annotations

import ast
import copy
import warnings
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
        return {
            one: [(frame, time) for time, frame, _ in self._kept[one]] for one in statements if one in self._kept
        }

    def first(self, statement: int) -> Mapping[str, Any] | None:
        """Return the variables that a statement saw at its first run in the window."""
        kept = self._kept.get(statement)
        return kept[0][2] if kept else None

    def effects(self, scene: Scene, statements: Sequence[ast.stmt], effects: Sequence[Effect]) -> list[Any] | None:
        """Run statements in a scene and return what each effect reads then; None if they stop."""
        variables = _copied(scene.variables)
        everything = {**self.namespace, **variables}
        tree = ast.Module([_returning(one) for one in statements], [])
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings(), time_limit(0.3):
                warnings.simplefilter("ignore")
                exec(compile(ast.fix_missing_locations(tree), "<tried>", "exec"), everything)
                return [_read(everything, effect) for effect in effects]
        except TookTooLong:
            return None
        except Exception:  # whatever a changed statement may raise
            return None

    def value(self, scene: Mapping[str, Any], text: str) -> Any:
        """Return what an expression is in a scene; None if it is nothing there."""
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return eval(text, {**self.namespace, **scene})
        except Exception:
            return None


def _returning(statement: ast.stmt) -> ast.stmt:
    if isinstance(statement, ast.Return):
        value = statement.value or ast.Constant(None)
        return ast.copy_location(ast.Assign([ast.Name(RESULT, ast.Store())], value), statement)
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
