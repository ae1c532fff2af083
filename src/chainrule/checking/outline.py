"""What is run again when a statement is changed: itself, or the loop that it stands in."""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass, field

from chainrule.checking.effects import Effect, Occurrence, trees_of


@dataclass
class Outline:
    """The statements of a program and how they stand in each other."""

    text: str
    trees: dict[int, ast.stmt] = field(init=False)
    parents: dict[int, int] = field(init=False)
    """By statement: the one around it, in the same function; -1 if none."""

    def __post_init__(self) -> None:
        self.trees = trees_of(self.text)
        numbers = {id(tree): number for number, tree in self.trees.items()}
        self.parents = {}
        self.functions: dict[int, int] = {}
        """By statement: the function that it stands in, as a statement; -1 if none."""
        for number, tree in self.trees.items():
            for child in _children(tree):
                inside = not isinstance(tree, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
                self.parents[numbers[id(child)]] = number if inside else -1
                is_function = isinstance(tree, ast.FunctionDef)
                self.functions[numbers[id(child)]] = number if is_function else self.functions.get(number, -1)

    def ancestors(self, statement: int) -> list[int]:
        """Return the statements around one, from the inside out."""
        found = []
        while (statement := self.parents.get(statement, -1)) >= 0:
            found.append(statement)
        return found

    def block_of(self, statement: int) -> list[ast.stmt]:
        """Return the statements that one stands among."""
        tree = self.trees[statement]
        for one in self.trees.values():
            for name in ("body", "orelse", "finalbody"):
                block = getattr(one, name, None)
                if isinstance(block, list) and any(other is tree for other in block):
                    return block
        return [one for number, one in self.trees.items() if self.parents.get(number) is None]

    def inside(self, statement: int) -> list[int]:
        """Return a statement and all those in it; of a function those of its own."""
        if isinstance(self.trees[statement], ast.FunctionDef):
            return [number for number in self.trees if self.functions.get(number) == statement]
        return [number for number in self.trees if number == statement or statement in self.ancestors(number)]

    def first_in(self, function: int) -> int:
        """Return the first statement of a function."""
        tree = self.trees[function]
        assert isinstance(tree, ast.FunctionDef)
        return next(number for number, one in self.trees.items() if one is tree.body[0])

    def changed(self, unit: int, statement: int, new: tuple[ast.stmt, ...]) -> list[ast.stmt]:
        """Return a unit with other statements in the place of one of its own; of a loop only the head changes."""
        if unit == statement:
            return list(_with_body(self.trees[statement], new))
        old = self.trees[statement]

        def rebuilt(tree: ast.stmt) -> list[ast.stmt]:
            if tree is old:
                return list(_with_body(old, new))
            made = copy.copy(tree)
            for name in ("body", "orelse", "finalbody"):
                block = getattr(tree, name, None)
                if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                    setattr(made, name, [one for part in block for one in rebuilt(part)] or [ast.Pass()])
            return [made]

        return rebuilt(self.trees[unit])


def _with_body(old: ast.stmt, new: tuple[ast.stmt, ...]) -> tuple[ast.stmt, ...]:
    if isinstance(old, ast.For) and len(new) == 1 and isinstance(new[0], ast.For) and not new[0].body:
        changed = copy.copy(new[0])
        changed.body, changed.orelse = old.body, old.orelse
        return (changed,)
    return new


def _children(tree: ast.stmt) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for name in ("body", "orelse", "finalbody"):
        block = getattr(tree, name, None)
        if isinstance(block, list):
            found += [one for one in block if isinstance(one, ast.stmt)]
    for handler in getattr(tree, "handlers", []):
        found += handler.body
    return found


@dataclass
class Unit:
    """One run of a statement, or of the loop around it: when it begins, and what it leaves behind."""

    statement: int
    frame: int
    time: int
    effects: list[Effect]


def _whole(
    outline: Outline, runs: dict[int, list[Occurrence]], entered: dict[int, list[tuple[int, int]]], function: int
) -> list[Unit]:
    """Return the calls of a function as units, with what they give and what they leave in what they were given."""
    inside = set(outline.inside(function))
    tree = outline.trees[function]
    assert isinstance(tree, ast.FunctionDef)
    given = {one.arg for one in (*tree.args.posonlyargs, *tree.args.args, *tree.args.kwonlyargs)}
    found = []
    for frame, time in entered.get(outline.first_in(function), ()):
        last: dict[tuple[str, int], Effect] = {}
        for one in inside:
            for run in runs.get(one, ()):
                if run.frame != frame:
                    continue
                for effect in run.effects:
                    outlives = effect.read == "return" or _base_name(effect.read) in given
                    known = last.get((effect.read, effect.position))
                    if outlives and (known is None or known.place.time < effect.place.time):
                        last[effect.read, effect.position] = effect
        if last:
            found.append(Unit(function, frame, time, list(last.values())))
    return found


def _base_name(text: str) -> str:
    node: ast.AST = ast.parse(text, mode="eval").body
    if isinstance(node, ast.Name):
        return ""  # a variable of the function's own
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def units_of(
    outline: Outline, runs: dict[int, list[Occurrence]], entered: dict[int, list[tuple[int, int]]], statement: int
) -> list[Unit]:
    """Return the units of a statement in a window.

    Parameters
    ----------
    outline : Outline
    runs : dict
        The runs of all statements in the window.
    entered : dict
        By loop: the frames and times in the window at which it was begun.
    statement : int
    """
    loops = [
        one
        for one in outline.ancestors(statement)
        if isinstance(outline.trees[one], ast.For | ast.While) and entered.get(one)
    ]
    if not loops:
        return [Unit(statement, one.frame, one.time, one.effects) for one in runs.get(statement, ())]
    loop = loops[-1]
    function = outline.functions.get(loop, -1)
    if function >= 0 and (whole := _whole(outline, runs, entered, function)):
        return whole
    inside = set(outline.inside(loop))
    starts = entered[loop]
    found = []
    for number, (frame, time) in enumerate(starts):
        until = next((later for other, later in starts[number + 1 :] if other == frame), 1 << 60)
        last: dict[str, Effect] = {}
        for one in inside:
            for run in runs.get(one, ()):
                if run.frame == frame and time <= run.time < until:
                    for effect in run.effects:
                        known = last.get(effect.read)
                        if effect.read != "return" and (known is None or known.place.time < effect.place.time):
                            last[effect.read] = effect
        found.append(Unit(loop, frame, time, list(last.values())))
    return found
