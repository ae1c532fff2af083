"""From what a statement should compute to changes of the statement that compute it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.effects import Occurrence
from chainrule.checking.localise.formulas import Formula, Formulas
from chainrule.checking.localise.pool import Pool
from chainrule.checking.localise.requirements import Requirement
from chainrule.checking.localise.roots import Root
from chainrule.checking.outline import Outline
from chainrule.checking.record.tape import Site, Tape, resolved
from chainrule.checking.rules.likelihood import LIKELIHOOD
from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.rules.rule import Change
from chainrule.checking.rules.tree import replaced
from chainrule.checking.scenes import Scenes
from chainrule.checking.scopes import scope_of


def changes(requirement: Requirement, outline: Outline, scenes: Scenes, tape: Tape) -> Iterator[Change]:
    """Yield changes of the statement of a requirement after which it computes what is required, the likeliest first."""
    root = requirement.root
    tree = outline.trees[root.statement]
    yield from _added_or_assigned(tree)
    yield from _moved(root.statement, outline)
    known = _entries(requirement, scenes, tape) if _writes_values(root, tree) else _runs(requirement, scenes)
    if not known:
        return
    for expression, written in _expressions(tree, tape.sites[root.site] if root.site >= 0 else None):
        pool = _pool(root.statement, [names for names, _ in known], outline, scenes)
        for formula in Formulas(pool, [value for _, value in known]).like(expression):
            yield _change(tree, expression, formula, written)


def _added_or_assigned(tree: ast.stmt) -> Iterator[Change]:
    """Yield ``+=`` for ``=``, or the other way round."""
    made: ast.stmt
    if isinstance(tree, ast.Assign) and len(tree.targets) == 1 and not isinstance(tree.targets[0], ast.Tuple):
        made, mistake = ast.AugAssign(tree.targets[0], ast.Add(), tree.value), Mistake.ASSIGNED_FOR_ADDED  # type: ignore[arg-type]
    elif isinstance(tree, ast.AugAssign) and isinstance(tree.op, ast.Add):
        made, mistake = ast.Assign([tree.target], tree.value), Mistake.ADDED_FOR_ASSIGNED
    else:
        return
    yield Change(ast.copy_location(made, tree), mistake, LIKELIHOOD[mistake], used=tree, expected=made)


def _moved(statement: int, outline: Outline) -> Iterator[Change]:
    """Yield the statement put before one that changes what it reads, or after those that still do."""
    tree = outline.trees[statement]
    block = outline.block_of(statement)
    at = next((n for n, one in enumerate(block) if one is tree), 0)
    read = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute)}
    earlier = [one for one in block[:at] if _changes_one_of(one, read)]
    later = [one for one in block[at + 1 :] if _changes_one_of(one, read)]
    orders = [(one, (tree, one)) for one in earlier[:1]] + [(one, (one, tree)) for one in later[-1:]]
    mistake = Mistake.STATEMENT_ORDER
    yield from (Change(None, mistake, LIKELIHOOD[mistake], used=tree, more=(order,)) for order in orders)


def _changes_one_of(statement: ast.stmt, names: set[str]) -> bool:
    """Return whether a statement changes what a name stands for, not gives it to another thing."""
    if isinstance(statement, ast.AugAssign):
        target: ast.expr = statement.target
    elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Subscript):
        target = statement.targets[0]
    else:
        return False
    texts = {ast.unparse(target), ast.unparse(target.value) if isinstance(target, ast.Subscript) else ""}
    return bool(texts & names)


def _runs(requirement: Requirement, scenes: Scenes) -> list[tuple[Mapping[str, Any], ndarray]]:
    """Return what a statement saw in some runs, and what it should compute there.

    These are the first in which it is wrong, and one before that, if there is one: later it may be given what is wrong
    because it was.
    """
    root = requirement.root
    right: list[tuple[Mapping[str, Any], ndarray]] = []
    for place, frame, value, held in zip(root.places, root.frames, requirement.values, requirement.held, strict=True):
        scene = scenes.of(Occurrence(root.statement, frame, place.time))
        if scene is None or not np.any(value):
            continue
        if place.time >= requirement.time:
            return [(scene.variables, value), *right[-1:]]
        if np.shape(held) == np.shape(value):
            right.append((scene.variables, value))
    return []


def _entries(requirement: Requirement, scenes: Scenes, tape: Tape) -> list[tuple[Mapping[str, Any], ndarray]]:
    """Return the same of a statement that writes entries, in the runs where it writes wrong ones."""
    root = requirement.root
    found: list[tuple[Mapping[str, Any], ndarray]] = []
    for place, frame, writes, value in zip(root.places, root.frames, root.writes, requirement.values, strict=True):
        if place.time < requirement.time:
            continue
        for index in writes:
            scene = scenes.of(Occurrence(root.statement, frame, index))
            wanted = value[resolved(tape.events[index].args[1], tape.value)]
            if scene is not None and np.any(wanted):
                found.append((scene.variables, np.asarray(wanted, float)))
            if len(found) == 2:
                return found
    return found


def _pool(statement: int, runs: Sequence[Mapping[str, Any]], outline: Outline, scenes: Scenes) -> Pool:
    function = outline.functions.get(statement, -1)
    own = [tree for number, tree in outline.trees.items() if outline.functions.get(number, -1) == function]
    scope = scope_of(runs[0], scenes.namespace, outline.trees.values(), own)
    return Pool(scope, [{**scenes.namespace, **one} for one in runs], own)


def _expressions(tree: ast.stmt, site: Site | None) -> Iterator[tuple[ast.expr, str]]:
    """Yield the expression that is to be another, and how the statement is written with that one."""
    if site is not None:
        for node in ast.walk(tree):
            if isinstance(node, ast.expr) and _is_at(node, site):
                yield node, "inside"
                return
    elif isinstance(tree, ast.Assign) and len(tree.targets) == 1:
        target = tree.targets[0]
        if isinstance(tree.value, ast.Constant) and isinstance(target, ast.Subscript):
            yield _loaded(target.value), "anew"
        else:
            yield tree.value, "inside"
    elif isinstance(tree, ast.AugAssign) and isinstance(tree.op, ast.Mult | ast.Div):
        target = tree.target.value if isinstance(tree.target, ast.Subscript) else tree.target
        yield _loaded(target), "anew"


def _is_at(node: ast.expr, site: Site) -> bool:
    begins = (node.lineno, node.col_offset) == (site.line, site.column)
    return begins and (node.end_lineno, node.end_col_offset) == (site.end_line, site.end_column)


def _writes_values(root: Root, tree: ast.stmt) -> bool:
    """Return whether a statement writes something computed into entries."""
    return any(root.writes) and isinstance(tree, ast.Assign) and not isinstance(tree.value, ast.Constant)


def _loaded(node: ast.expr) -> ast.expr:
    made = copy.copy(node)
    if hasattr(made, "ctx"):
        made.ctx = ast.Load()
    return made


def _change(tree: ast.stmt, expression: ast.expr, formula: Formula, written: str) -> Change:
    if written == "inside":
        new = replaced(tree, expression, formula.node)
    else:
        target = copy.copy(expression)
        target.ctx = ast.Store()  # type: ignore[attr-defined]
        new = ast.copy_location(ast.Assign([target], formula.node), tree)
    used = tree if written != "inside" else formula.used
    return Change(new, formula.mistake, formula.cost, used=used, expected=formula.expected)
