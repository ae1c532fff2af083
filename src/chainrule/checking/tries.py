"""The changes of one statement, tried one after the other with the variables that it saw."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from chainrule.checking.effects import Effect, Occurrence
from chainrule.checking.outline import Outline, Unit
from chainrule.checking.rules.proposals import proposals
from chainrule.checking.rules.rule import Change
from chainrule.checking.scenes import Scene, Scenes, touched_names
from chainrule.checking.scopes import scope_of

MOST_PROPOSALS = 2500


class Tries:
    """Proposes changes of a statement, and runs them where it was run."""

    def __init__(self, outline: Outline, scenes: Scenes, statement: int, units: list[Unit]) -> None:
        self.statement = statement
        self._outline, self._scenes = outline, scenes
        found = [(unit, scenes.of(Occurrence(self._watched(unit), unit.frame, unit.time))) for unit in units]
        self._scenes_of: list[tuple[Unit, Scene]] = [(unit, scene) for unit, scene in found if scene is not None]
        variables = scenes.first(statement)
        self.ready = variables is not None and bool(self._scenes_of)
        self.length = len(ast.unparse(outline.trees[statement]))
        self._waiting: Change | None = None
        self._changes: Iterator[Change] = iter(())
        if variables is not None and self._scenes_of:
            function = outline.functions.get(statement, -1)
            own = [tree for number, tree in outline.trees.items() if outline.functions.get(number, -1) == function]
            scope = scope_of(variables, scenes.namespace, outline.trees.values(), own)
            self._changes = proposals(outline.trees[statement], scope, limit=MOST_PROPOSALS)
            units_trees = {unit.statement: outline.trees[unit.statement] for unit, _ in self._scenes_of}
            self._touched = touched_names(list(units_trees.values()))

    @property
    def is_shared(self) -> bool:
        """Whether the statement stands in a function that is called several times: what it gives may meet itself."""
        return len({unit.frame for unit, _ in self._scenes_of}) > 1

    def _watched(self, unit: Unit) -> int:
        """Return the statement before which a unit begins."""
        tree = self._outline.trees[unit.statement]
        return self._outline.first_in(unit.statement) if isinstance(tree, ast.FunctionDef) else unit.statement

    def next(self, surprise: float) -> Change | None:
        """Return the next change; None if it is more surprising than that, or there is none."""
        if self._waiting is None:
            self._waiting = next(self._changes, None)
        if self._waiting is None or self._waiting.surprise > surprise:
            return None
        change, self._waiting = self._waiting, None
        return change

    def value(self, text: str) -> Any:
        """Return what an expression is where the statement was first run; None if it is nothing there."""
        variables = self._scenes.first(self.statement)
        return None if variables is None else self._scenes.value(variables, text)

    def effects(self, change: Change) -> Iterator[tuple[Effect, Any]]:
        """Yield what each effect of the statement would read after a change; nothing if it stops."""
        touched = self._touched | touched_names(change.statements)
        for unit, scene in self._scenes_of:
            made = self._outline.changed(unit.statement, self.statement, change.statements)
            new = self._scenes.effects(scene, made, unit.effects, touched)
            if new is None:
                return
            yield from zip(unit.effects, new, strict=True)

    def own_effects(self) -> list[tuple[Effect, Any]]:
        """Return what the effects read with the statement as it stands."""
        found: list[tuple[Effect, Any]] = []
        for unit, scene in self._scenes_of:
            new = self._scenes.effects(scene, [self._outline.trees[unit.statement]], unit.effects, self._touched)
            found += zip(unit.effects, new or [], strict=False)
        return found
