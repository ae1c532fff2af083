"""Mistakes of the update as findings: the statement to blame, and a change after which the update is a known one."""

from __future__ import annotations

import ast
import time
from collections.abc import Sequence

from chainrule.checking.answer import Finding
from chainrule.checking.answering import assigned_name, first_line
from chainrule.checking.edits import change_edit
from chainrule.checking.fixing import TextEdit, applied
from chainrule.checking.outline import Outline, Unit
from chainrule.checking.reading.program import Program
from chainrule.checking.rules.rule import Change
from chainrule.checking.scenes import Scenes
from chainrule.checking.subject import TrainedSubject
from chainrule.checking.tries import Tries
from chainrule.checking.updates.audit import audit
from chainrule.checking.updates.findings import Finding as Found
from chainrule.checking.updates.findings import UpdateAudit

RERUNS, SURPRISE, STATEMENTS = 40, 2.4, 4
"""Changes that are run, how unlikely they may be, and of how many statements."""


def update_findings(program: Program, subject: TrainedSubject, until: float) -> list[Finding]:
    """Return what is wrong with what a program does with its gradients, which are right."""
    try:
        audited = audit(subject.training, subject.judgement, program)
    except (ArithmeticError, LookupError, ValueError):  # numbers that no rule was made for
        return []
    outline = Outline(program.text)
    known = [edit for one in audited.findings for edit in _edits(one)]
    together = bool(known) and all(one.fix for one in audited.findings)
    together = together and _mended(program, subject, applied(program.text, known))
    result = []
    for one in audited.findings:
        statements = [number for number in one.statements if number in outline.trees]
        if statements:
            result.append(_finding(program, subject, outline, one, statements, until, together))
    return result


def _edits(one: Found) -> list[TextEdit]:
    return [TextEdit(line, end, tuple(new.split("\n"))) for line, end, new in one.fix]


def _finding(
    program: Program,
    subject: TrainedSubject,
    outline: Outline,
    one: Found,
    statements: Sequence[int],
    until: float,
    mended: bool,
) -> Finding:
    edits = _edits(one)
    if edits and (mended or _mended(program, subject, applied(program.text, edits))):
        first, last = min(edit.line for edit in edits), max(edit.end_line for edit in edits)
        lines = applied(program.text, edits).split("\n")
        grown = sum(len(edit.new) - (edit.end_line - edit.line + 1) for edit in edits)
        edit: TextEdit | None = TextEdit(first, last, tuple(lines[first - 1 : last + grown]))
        tree = outline.trees[statements[0]]
    else:
        edit, tree = _searched(program, subject, outline, statements, until)
    line, end = tree.lineno, tree.end_lineno or tree.lineno
    expected = "; ".join(part.strip() for part in edit.new) if edit is not None else ""
    names = ", ".join(one.parameters)
    message = (
        f"{program.place(line)}: {one.kind}. The gradients are right. Of {names}: {one.evidence}. Meant: {one.meant}."
    )
    if edit is not None:
        message += " With this change the steps follow the rule."
    fix = program.edit(edit.line, edit.end_line, "\n".join(edit.new)) if edit is not None else None
    return Finding(
        program.file_line(line),
        program.file_line(end),
        assigned_name(tree),
        str(one.kind),
        message,
        first_line(tree),
        expected,
        fix,
        edit is not None,
    )


def _mended(program: Program, subject: TrainedSubject, text: str) -> bool:
    """Return whether nothing is wrong any more with another text of the program."""
    try:
        changed = program.changed(text)
        again = subject.again(changed)
        if not isinstance(again, TrainedSubject) or len(again.judgement.claims) < len(subject.judgement.claims):
            return False
        audited: UpdateAudit = audit(again.training, again.judgement, changed)
    except Exception:  # what a stranger's program may do
        return False
    return again.judgement.right and not audited.findings and audited.rule is not None


def _searched(
    program: Program, subject: TrainedSubject, outline: Outline, statements: Sequence[int], until: float
) -> tuple[TextEdit | None, ast.stmt]:
    """Return the likeliest change of the statements after which the update is a known one."""
    chosen = statements[:STATEMENTS]
    problem = subject.problem
    scenes = Scenes(subject.rerun, chosen, (problem.start, problem.end))
    changes: list[tuple[float, int, Change]] = []
    for place, number in enumerate(chosen):
        variables = scenes.first(number)
        if variables is None:
            continue
        time_, frame = scenes.begun(number)
        tries = Tries(outline, scenes, number, [Unit(number, frame, time_, [])])
        while tries.ready and (change := tries.next(SURPRISE)) is not None:
            changes.append((change.surprise + 0.3 * place, number, change))
    for _, number, change in sorted(changes, key=lambda item: item[0])[:RERUNS]:
        if time.process_time() > until:
            break
        edit = change_edit(program.text, outline.trees[number], change)
        if _mended(program, subject, applied(program.text, [edit])):
            return edit, outline.trees[number]
    return None, outline.trees[statements[0]]
