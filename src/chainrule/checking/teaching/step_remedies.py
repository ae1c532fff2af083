"""Changes that may mend a step: its sign, what it keeps, what Adam divides by."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chainrule.checking.reading.recognise.training_loops import update_targets
from chainrule.checking.repairs.candidate import Change
from chainrule.checking.teaching.remedies import Remedy, remedy, simple_statements, with_part
from chainrule.checking.teaching.subject import Subject

Functions = list[ast.FunctionDef]

BETA = {1: re.compile(r"beta_?1$|^b1$", re.IGNORECASE), 2: re.compile(r"beta_?2$|^b2$", re.IGNORECASE)}


def sign_remedies(subject: Subject, functions: Functions) -> Iterator[Remedy]:
    """Yield updates with plus for minus and the reverse: those of parameters first, then from the last one back."""
    statements = [one for function in functions for one in simple_statements(function)]
    for statement in sorted(statements, key=lambda one: (not update_targets([one]), -one.lineno)):
        if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add | ast.Sub):
            operator = ast.Sub() if isinstance(statement.op, ast.Add) else ast.Add()
            new: ast.stmt = ast.AugAssign(statement.target, operator, statement.value)
            yield remedy(subject, [(statement, (ast.copy_location(new, statement),))])
        elif isinstance(statement, ast.Assign | ast.Return | ast.Expr):
            for inner in ast.walk(statement):
                if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Add | ast.Sub):
                    operator = ast.Sub() if isinstance(inner.op, ast.Add) else ast.Add()
                    flipped = ast.copy_location(ast.BinOp(inner.left, operator, inner.right), inner)
                    yield remedy(subject, [(statement, (with_part(statement, inner, flipped),))])


def kept_remedies(subject: Subject, functions: Functions) -> Iterator[Remedy]:
    """Yield statements that add, with nothing added."""
    for statement in (one for function in functions for one in simple_statements(function)):
        if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add):
            new = ast.Assign([statement.target], statement.value, lineno=statement.lineno)
            yield remedy(subject, [(statement, (ast.copy_location(new, statement),))])
        elif isinstance(statement, ast.Assign):
            for inner in ast.walk(statement.value):
                if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Add):
                    for side in (inner.left, inner.right):
                        yield remedy(subject, [(statement, (with_part(statement, inner, side),))])


def memory_remedies(subject: Subject, functions: Functions) -> Iterator[Remedy]:
    """Yield averages (``v = 0.9 * velocity[k] - rate * grads[k]``) that are kept where they are read."""
    for statement in (one for function in functions for one in simple_statements(function)):
        if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.BinOp):
            continue
        target = statement.targets[0]
        for product in _products(statement.value):
            for factor in (product.left, product.right):
                if isinstance(factor, ast.Subscript | ast.Name | ast.Attribute) and _text(factor) != _text(target):
                    text = f"{_text(factor)} = {_text(target)}"
                    yield remedy(subject, [(statement, (statement, _placed(text, statement)))])
                if _text(factor) != _text(target) and isinstance(factor, ast.Constant | ast.Name | ast.Subscript):
                    kept = ast.copy_location(ast.parse(_text(target), mode="eval").body, factor)
                    yield remedy(
                        subject, [(statement, (ast.fix_missing_locations(with_part(statement, factor, kept)),))]
                    )


def adam_remedies(subject: Subject, functions: Functions, missing: str) -> Iterator[Remedy]:
    """Yield Adam's steps with what is missing: a moment that is kept, the root, or the corrections."""
    if "never kept" in missing:
        yield from memory_remedies(subject, functions)
        return
    for function in functions:
        if "root" in missing:
            yield from _roots(subject, function)
            continue
        moments = {number: _moments(function, number) for number in BETA}
        lacking = {1: "second" not in missing, 2: "first" not in missing}
        for count in _counts(function):
            chosen = {number: moments[number] for number in BETA if lacking[number]}
            changes = list(_corrected(function, chosen, count))
            if changes:
                yield remedy(subject, changes)


def _moments(function: ast.FunctionDef, number: int) -> tuple[str, str]:
    """Return the text of what an average is kept in, and of its beta; nothing if there is none."""
    for statement in simple_statements(function):
        if isinstance(statement, ast.Assign):
            betas = [_text(node) for node in ast.walk(statement.value) if _is_beta(node, number)]
            if betas:
                return _text(statement.targets[0]), betas[0]
    return "", ""


def _is_beta(node: ast.AST, number: int) -> bool:
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return BETA[number].search(name) is not None


def _counts(function: ast.FunctionDef) -> Iterator[str]:
    """Yield how the number of the step may be written: what is counted up, and the variables of loops."""
    nodes = list(ast.walk(function))
    for node in nodes:
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add) and _text(node.value) == "1":
            yield _text(node.target)
    targets = [node.target.id for node in nodes if isinstance(node, ast.For) and isinstance(node.target, ast.Name)]
    yield from targets
    yield from (f"({target} + 1)" for target in targets)


def _corrected(function: ast.FunctionDef, moments: dict[int, tuple[str, str]], count: str) -> Iterator[Change]:
    """Yield the statements that read the averages, with each divided by what it lacks at the start."""
    for statement in simple_statements(function):
        new: ast.stmt = statement
        for kept, beta in moments.values():
            if not kept or (isinstance(statement, ast.Assign) and _text(statement.targets[0]) == kept):
                continue
            for node in [
                one for one in ast.walk(new) if isinstance(one, ast.expr) and _reads(one) and _text(one) == kept
            ]:
                whole = ast.parse(f"({kept} / (1 - {beta} ** {count}))", mode="eval").body
                new = with_part(new, node, ast.copy_location(whole, node))
        if new is not statement:
            yield statement, (ast.fix_missing_locations(new),)


def _reads(node: ast.expr) -> bool:
    return isinstance(getattr(node, "ctx", None), ast.Load)


def _roots(subject: Subject, function: ast.FunctionDef) -> Iterator[Remedy]:
    for statement in simple_statements(function):
        for division in [node for node in ast.walk(statement) if isinstance(node, ast.BinOp)]:
            if not isinstance(division.op, ast.Div) or "sqrt" in _text(division.right):
                continue
            for part in ast.walk(division.right):
                if isinstance(part, ast.Name | ast.Subscript) and _reads(part):
                    root = ast.copy_location(ast.parse(f"{subject.numpy}.sqrt({_text(part)})", mode="eval").body, part)
                    new = ast.fix_missing_locations(with_part(statement, part, root))
                    yield remedy(subject, [(statement, (new,))])


def _products(value: ast.expr) -> list[ast.BinOp]:
    return [node for node in ast.walk(value) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)]


def _placed(text: str, like: ast.stmt) -> ast.stmt:
    return ast.fix_missing_locations(ast.copy_location(ast.parse(text).body[0], like))


def _text(node: ast.AST) -> str:
    return ast.unparse(node)
