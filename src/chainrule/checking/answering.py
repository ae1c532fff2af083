"""A diagnosis as findings: lines of the user's file, what stands there, what was meant."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from chainrule.checking.answer import Finding, GradientCheck
from chainrule.checking.diagnose import Diagnosis
from chainrule.checking.edits import change_edit
from chainrule.checking.fixing import TextEdit
from chainrule.checking.judge import Judgement, State
from chainrule.checking.outline import Outline
from chainrule.checking.reading.program import Program
from chainrule.checking.rules.mistake import WORDS
from chainrule.checking.search import Repair


@dataclass(frozen=True)
class Placed:
    """A repair, with its edit in the lines of the text as it was before any repair."""

    repair: Repair
    edit: TextEdit
    old: ast.stmt


def placed(program: Program, repairs: Sequence[Repair]) -> list[Placed]:
    """Return repairs that were made one after the other with edits of the text as it stood at first."""
    found: list[Placed] = []
    text = program.text
    for repair in repairs:
        old = Outline(text).trees[repair.candidate.statement]
        edit = change_edit(text, old, repair.candidate.change)
        shift = sum(
            len(one.edit.new) - (one.edit.end_line - one.edit.line + 1) for one in found if one.edit.line < edit.line
        )
        found.append(Placed(repair, TextEdit(edit.line - shift, edit.end_line - shift, edit.new), old))
        text = repair.text
    return found


def findings(program: Program, diagnosis: Diagnosis) -> list[Finding]:
    """Return what a diagnosis found, the first mistake first; where nothing was found, what was seen and where."""
    proof = _proof(diagnosis.final.judgement) if diagnosis.proved else ""
    result = [_finding(program, one, proof) for one in placed(program, diagnosis.repairs)]
    if not diagnosis.final.judgement.right and not diagnosis.repairs:
        result.append(_unmended(program, diagnosis))
    return result


def _finding(program: Program, one: Placed, proof: str) -> Finding:
    change = one.repair.candidate.change
    edit, old = one.edit, one.old
    words = WORDS[change.mistake]
    used = first_line(old)
    expected = "; ".join(first_line(new) for new in change.statements) or "(nothing: without this statement)"
    message = f"{program.place(edit.line)}: {words.title}. {change.explanation()} {proof}".rstrip()
    fix = program.edit(edit.line, edit.end_line, "\n".join(edit.new))
    return Finding(
        program.file_line(edit.line),
        program.file_line(edit.end_line),
        assigned_name(old),
        words.title,
        message,
        used,
        expected,
        fix,
        bool(proof),
    )


def _unmended(program: Program, diagnosis: Diagnosis) -> Finding:
    """Return what is said where gradients are wrong and no change was found that makes them right."""
    judgement = diagnosis.subject.judgement
    wrong = [claim.parameter.name for claim in judgement.claims if claim.state is not State.RIGHT]
    outline = Outline(program.text)
    tree = outline.trees[diagnosis.suspects[0]] if diagnosis.suspects else None
    line = tree.lineno if tree is not None else 1
    between = sorted(outline.trees[one].lineno for one in diagnosis.suspects[:4])
    where = f"between lines {between[0]} and {between[-1]}" if len(between) > 1 else f"near line {line}"
    message = (
        f"{program.place(line)}: the gradient of {', '.join(wrong)} is not that of {judgement.objective.name}; "
        f"the first value that is no true gradient is {where}. No change that was tried makes it right."
    )
    used = first_line(tree) if tree is not None else ""
    variable = assigned_name(tree) if tree is not None else ""
    return Finding(program.file_line(line), program.file_line(line), variable, "wrong gradient", message, used, "")


def _proof(judgement: Judgement) -> str:
    worst = max((claim.error for claim in judgement.claims), default=0.0)
    count = len(judgement.claims)
    number = {1: "the gradient passes", 2: "both gradients pass"}.get(count, f"all {count} gradients pass")
    return f"With this change {number} at {len(judgement.points)} points, largest relative error {worst:.0e}."


def gradient_checks(judgement: Judgement, label: str = "") -> dict[str, GradientCheck]:
    """Return the gradients beside the truth."""
    return {
        label + claim.parameter.name: GradientCheck(claim.error, claim.state is State.RIGHT)
        for claim in judgement.claims
    }


def assigned_name(statement: ast.stmt) -> str:
    """Return the variable that a statement makes or changes."""
    if isinstance(statement, ast.Assign):
        return ast.unparse(_base(statement.targets[0]))
    if isinstance(statement, (ast.AugAssign, ast.AnnAssign)):
        return ast.unparse(_base(statement.target))
    return "the result" if isinstance(statement, ast.Return) else first_line(statement)


def _base(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Subscript) and not isinstance(target.slice, (ast.Constant, ast.JoinedStr)):
        return target.value
    return target


def first_line(statement: ast.stmt) -> str:
    """Return a statement on one line; of a loop or condition its head."""
    return ast.unparse(statement).split("\n")[0]
