"""A loss that is none: the gradients are those of a usual loss, and the number that is computed is another one."""

from __future__ import annotations

import time
from collections.abc import Sequence

from chainrule.checking.answer import Finding
from chainrule.checking.answering import assigned_name, first_line
from chainrule.checking.edits import change_edit
from chainrule.checking.fixing import TextEdit, applied
from chainrule.checking.judge import Court, Judgement
from chainrule.checking.outline import Unit
from chainrule.checking.reading.program import Program
from chainrule.checking.roles.problem import Objective, Origin
from chainrule.checking.roles.steps import UNNAMED
from chainrule.checking.scenes import Scenes
from chainrule.checking.search import Search
from chainrule.checking.subject import Subject, is_usual, same_direction
from chainrule.checking.tries import Tries

RERUNS, SURPRISE = 40, 2.4


def loss_findings(program: Program, subject: Subject, until: float) -> list[Finding]:
    """Return the line in which the loss is wrong, if the gradients are right for another one.

    A number that is shown beside training may be a mere measure of it, such as a mean absolute error or the root of the
    mean square: it is spoken of if it has a logarithm in it, or if a small change makes it the loss.
    """
    chosen = subject.judgement.objective
    if chosen.origin is not Origin.SUPPOSED:
        return []
    search = Search(subject, until)
    supposed = [one for one in subject.judgement.problem.objectives if one.origin is Origin.SUPPOSED]
    for objective in subject.judgement.problem.objectives:
        if (
            objective.origin is not Origin.STATED
            or objective.name == UNNAMED
            or not search.statements_before(objective.places)
        ):
            continue
        judged = Court(subject.judgement.problem).judge(objective, 2)
        if judged.right or not judged.points or not _reaches(judged, chosen):
            continue
        if any(all(same_direction(point, one) is not None for point in judged.points) for one in supposed):
            continue
        certain = _has_logarithm(search, objective)
        found = _finding(program, subject, search, objective, until, certain)
        if found is not None:
            return [found]
    return []


def _reaches(judged: Judgement, chosen: Objective) -> bool:
    """Return whether a number depends on the outputs that the gradients begin at."""
    return all(place.node in judged.points[0].gradients.made for place in chosen.places)


def _is_meant(judged: Judgement, objective: Objective) -> bool:
    """Return whether a number of the same name is now one of the usual losses."""
    usual = [one for one in judged.problem.objectives if one.origin is Origin.SUPPOSED]
    return judged.objective.name == objective.name and is_usual(judged, usual)


def _own_statements(search: Search, objective: Objective) -> list[int]:
    """Return the statements that compute a loss from outputs, the last first."""
    mine = search.statements_before(objective.places)
    forward = search.statements_before(search.judgement.objective.places)
    return sorted(mine - forward, reverse=True)


def _has_logarithm(search: Search, objective: Objective) -> bool:
    return bool(search.operations_before(objective.places) & {"log", "math.log", "log2", "log1p", "log10"})


def _finding(
    program: Program, subject: Subject, search: Search, objective: Objective, until: float, certain: bool
) -> Finding | None:
    statements = _own_statements(search, objective)
    if not statements:
        return None
    meant = subject.judgement.objective.name
    number, edit = _searched(program, subject, search, objective, statements, until)
    if edit is None and not certain:
        return None
    tree = search.outline.trees[number]
    line, end = tree.lineno, tree.end_lineno or tree.lineno
    message = (
        f"{program.place(line)}: the loss is another one. All gradients are those of the {meant}; "
        f"this line computes something else."
    )
    if edit is not None:
        message += " With this change they are those of the loss that is computed."
    fix = program.edit(edit.line, edit.end_line, "\n".join(edit.new)) if edit is not None else None
    expected = "; ".join(part.strip() for part in edit.new) if edit is not None else ""
    return Finding(
        program.file_line(line),
        program.file_line(end),
        assigned_name(tree),
        "the loss is not the one whose gradients are taken",
        message,
        first_line(tree),
        expected,
        fix,
        edit is not None,
    )


def _searched(
    program: Program,
    subject: Subject,
    search: Search,
    objective: Objective,
    statements: Sequence[int],
    until: float,
) -> tuple[int, TextEdit | None]:
    """Return the change of a statement after which the gradients are those of the loss that is computed."""
    insisting = subject.insisting((objective.origin, objective.name))
    scenes = Scenes(subject.rerun, statements, (search.problem.start, search.problem.end))
    changes = []
    for number in statements:
        if scenes.first(number) is None:
            continue
        begun, frame = scenes.begun(number)
        tries = Tries(search.outline, scenes, number, [Unit(number, frame, begun, [])])
        while tries.ready and (change := tries.next(SURPRISE)) is not None:
            changes.append((change.surprise, number, change))
    for _, number, change in sorted(changes, key=lambda item: item[0])[:RERUNS]:
        if time.process_time() > until:
            break
        edit = change_edit(program.text, search.outline.trees[number], change)
        try:
            again = insisting.again(program.changed(applied(program.text, [edit])))
            if again is not None and again.judgement.right and _is_meant(again.judgement, objective):
                return number, edit
        except Exception:  # what a stranger's program may do
            continue
    return statements[0], None
