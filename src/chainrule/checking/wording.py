"""What is said of a mistake: its kind, the formula that stands there, the one that was meant, the evidence."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from chainrule.checking.answer import Finding, Fix
from chainrule.checking.reading import Program
from chainrule.checking.repairs.candidate import Change
from chainrule.checking.repairs.greedy import Step


def described(program: Program, step: Step, changes: Sequence[Change], fix: Fix | None, proof: str | None) -> Finding:
    """Return one mistake in words."""
    statement = step.statement
    line, end = statement.lineno, _end(statement)
    used = formula(statement)
    expected = "; ".join(formula(new) for old, news in changes for new in news if old is statement) if changes else ""
    if changes and not expected:
        moved = any(new is statement for _, news in changes for new in news)
        expected = "the same statement, later or earlier" if moved else "(nothing: without this statement)"
    variable = assigned_name(statement)
    mistake = kind(step)
    message = f"{program.place(line)}: {mistake}. {_evidence(step, variable)}"
    if changes and proof:
        message += f" {proof}"
    elif not changes:
        message += " No change that was tried makes it right."
    return Finding(
        program.file_line(line),
        program.file_line(end),
        variable,
        mistake,
        message,
        used,
        expected,
        fix,
        bool(proof) and fix is not None,
    )


def kind(step: Step) -> str:
    """Return a short name of the kind of mistake."""
    if step.candidate is None:
        return "value that is not its gradient" if not step.forward else "value that is not the one meant"
    taken = _mask_of_another(step.candidate.changes)
    return step.candidate.mistake if taken is None else f"mask taken from {taken[0]}, not from {taken[1]}"


def _mask_of_another(changes: Sequence[Change]) -> tuple[str, str] | None:
    """Return the name in a comparison and the one that was meant, if these are what a change changes."""
    for old, news in changes:
        masks = [node for node in ast.walk(old) if isinstance(node, ast.Compare)]
        meant = [node for new in news for node in ast.walk(new) if isinstance(node, ast.Compare)]
        for one, other in zip(masks, meant, strict=False):
            if ast.dump(one.left) != ast.dump(other.left) and ast.dump(one.ops[0]) == ast.dump(other.ops[0]):
                return ast.unparse(one.left), ast.unparse(other.left)
    return None


def formula(statement: ast.stmt) -> str:
    """Return a statement on one line; of a loop or condition its head."""
    return ast.unparse(statement).split("\n")[0]


def assigned_name(statement: ast.stmt) -> str:
    """Return the variable that a statement makes or changes."""
    if isinstance(statement, ast.Assign):
        return ast.unparse(_base(statement.targets[0]))
    if isinstance(statement, (ast.AugAssign, ast.AnnAssign)):
        return ast.unparse(_base(statement.target))
    return "the result" if isinstance(statement, ast.Return) else formula(statement)


def _base(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Subscript) and not isinstance(target.slice, (ast.Constant, ast.JoinedStr)):
        return target.value
    return target


def _evidence(step: Step, variable: str) -> str:
    suspect = step.suspect
    if suspect is None:
        return ""
    if step.forward:
        return f"With the value that is meant ({suspect.truth.name}) in its place the loss is the one that is meant."
    names = " and ".join(sorted(suspect.repaired))
    times = "" if suspect.factor == 1 else "N times " if suspect.factor > 1 else "1/N of "
    return f"With {times}dL/d{suspect.truth.name} in the place of {variable}, {names} become right." if names else ""


def _end(statement: ast.stmt) -> int:
    head = getattr(statement, "test", None) or getattr(statement, "iter", None)
    return (head if head is not None and hasattr(statement, "body") else statement).end_lineno or statement.lineno
