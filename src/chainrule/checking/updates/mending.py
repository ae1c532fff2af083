"""The repaired text of a statement, for the mistakes that are frequent."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable

from chainrule.checking.reading.program import Program
from chainrule.checking.record.tape import Tape
from chainrule.checking.updates.findings import Finding, Kind

Edit = tuple[int, int, str]


def mended(finding: Finding, tape: Tape, program: Program) -> tuple[Edit, ...]:
    """Return the edits that mend a mistake: first line, last line, new text; none where none is known."""
    change = CHANGES.get(finding.kind)
    if change is None or not finding.statements:
        return ()
    span = tape.statements[finding.statements[0]]
    for node in ast.walk(program.tree):
        if isinstance(node, (ast.Assign, ast.AugAssign)) and (node.lineno, node.col_offset) == (span.line, span.column):
            new = change(copy.deepcopy(node))
            return () if new is None else (_edit(program, node, new),)
    return ()


def _edit(program: Program, old: ast.stmt, new: ast.stmt) -> Edit:
    """Return the new statement in the place of the old one's lines; what stands beside it stays."""
    rows = program.text.split("\n")[old.lineno - 1 : old.end_lineno]
    before = rows[0].encode()[: old.col_offset].decode()
    after = rows[-1].encode()[old.end_col_offset :].decode()
    return old.lineno, old.end_lineno or old.lineno, before + ast.unparse(new) + after


def _other_sign(node: ast.Assign | ast.AugAssign) -> ast.stmt | None:
    """Return ``W -= step`` for ``W += step``, and ``W = W - step`` for ``W = W + step``."""
    holder = node if isinstance(node, ast.AugAssign) else node.value
    if isinstance(holder, (ast.AugAssign, ast.BinOp)) and isinstance(holder.op, (ast.Add, ast.Sub)):
        holder.op = ast.Sub() if isinstance(holder.op, ast.Add) else ast.Add()
        return node
    return None


def _own_name(node: ast.Assign | ast.AugAssign) -> ast.stmt | None:
    """Return ``m_hat = ...`` for ``m_hat = m = ...``."""
    if isinstance(node, ast.Assign) and len(node.targets) > 1:
        node.targets = node.targets[:1]
        return node
    return None


def _right_target(node: ast.Assign | ast.AugAssign) -> ast.stmt | None:
    """Return ``W -= step`` for ``dW = W - step``."""
    if (
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.BinOp)
        and isinstance(node.value.op, (ast.Add, ast.Sub))
    ):
        left = node.value.left
        elsewhere = all(ast.unparse(one) != ast.unparse(left) for one in node.targets)
        if elsewhere and isinstance(left, (ast.Name, ast.Attribute, ast.Subscript)):
            return ast.AugAssign(_stored(left), node.value.op, node.value.right)
    return None


def _added(node: ast.Assign | ast.AugAssign) -> ast.stmt | None:
    """Return ``W += -step`` for ``W = -step``."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
        negative = any(isinstance(one, ast.USub) for one in ast.walk(node.value))
        if isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)):
            return ast.AugAssign(target, ast.Add() if negative else ast.Sub(), node.value)
    return None


def _stored(node: ast.Name | ast.Attribute | ast.Subscript) -> ast.Name | ast.Attribute | ast.Subscript:
    node.ctx = ast.Store()
    return node


CHANGES: dict[Kind, Callable[[ast.Assign | ast.AugAssign], ast.stmt | None]] = {
    Kind.SIGN: _other_sign,
    Kind.CORRECTION_KEPT: _own_name,
    Kind.NEVER_MOVES: _right_target,
    Kind.REPLACED: _added,
}
