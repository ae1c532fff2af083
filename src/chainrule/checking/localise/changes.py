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
from chainrule.checking.outline import Outline
from chainrule.checking.record.tape import Site
from chainrule.checking.rules.rule import Change
from chainrule.checking.rules.tree import replaced
from chainrule.checking.scenes import Scenes
from chainrule.checking.scopes import scope_of

def changes(requirement: Requirement, outline: Outline, scenes: Scenes, sites: Sequence[Site]) -> Iterator[Change]:
    """Yield changes of the statement of a requirement after which it computes what is required, the likeliest first."""
    root = requirement.root
    tree = outline.trees[root.statement]
    known = _runs(requirement, scenes)
    if not known:
        return
    for expression, written in _expressions(tree, sites[root.site] if root.site >= 0 else None):
        pool = _pool(root.statement, [names for names, _ in known], outline, scenes)
        for formula in Formulas(pool, [value for _, value in known]).like(expression):
            yield _change(tree, expression, formula, written)


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
        if isinstance(target, ast.Name | ast.Attribute):
            yield tree.value, "inside"
        elif isinstance(target, ast.Subscript) and isinstance(tree.value, ast.Constant):
            yield _loaded(target.value), "anew"
    elif isinstance(tree, ast.AugAssign) and isinstance(tree.op, ast.Mult | ast.Div):
        target = tree.target.value if isinstance(tree.target, ast.Subscript) else tree.target
        yield _loaded(target), "anew"


def _is_at(node: ast.expr, site: Site) -> bool:
    begins = (node.lineno, node.col_offset) == (site.line, site.column)
    return begins and (node.end_lineno, node.end_col_offset) == (site.end_line, site.end_column)


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
