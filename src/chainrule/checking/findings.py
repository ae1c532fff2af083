"""The steps of a search in words, each with its change as an edit of the file."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from chainrule.checking.answer import Finding
from chainrule.checking.fixing import TextEdit, applied, text_edit
from chainrule.checking.reading import Program
from chainrule.checking.repairs.candidate import Change
from chainrule.checking.repairs.greedy import Step
from chainrule.checking.wording import described


@dataclass
class Repair:
    """One statement of the file, and everything that was changed of it."""

    step: Step
    changes: list[Change]
    steps: list[Step] = field(default_factory=list)
    edit: TextEdit | None = None


def repairs(program: Program, steps: Sequence[Step]) -> list[Repair]:
    """Return the changes of a search, those that touch the same statement as one, with their edits of the text."""
    found: list[Repair] = []
    for step in steps:
        if step.candidate is None:
            continue
        earlier = next((repair for repair in found if _made(repair, step.candidate.changes)), None)
        if earlier is None:
            found.append(Repair(step, list(step.candidate.changes), [step]))
        else:
            earlier.changes = _composed(earlier.changes, step.candidate.changes)
            earlier.steps.append(step)
    taken: set[int] = set()
    for repair in found:
        edit = text_edit(program.text, repair.changes)
        lines = set(range(edit.line, edit.end_line + 1))
        if not lines & taken:
            repair.edit = edit
            taken |= lines
    return found


def fixed_text(program: Program, found: Sequence[Repair]) -> str:
    """Return the text of a program with all repairs in it."""
    return applied(program.text, [repair.edit for repair in found if repair.edit is not None])


def findings(
    program: Program, steps: Sequence[Step], found: Sequence[Repair], proof: str | None
) -> tuple[Finding, ...]:
    """Return what was found, in the order of finding: the first is what to look at first.

    Parameters
    ----------
    program : Program
    steps : sequence of Step
    found : sequence of Repair
        The changes of these steps.
    proof : str or None
        What the whole check said with all changes in place, if it passed.
    """
    result = []
    for repair in found:
        edit = repair.edit
        fix = None if edit is None else program.edit(edit.line, edit.end_line, "\n".join(edit.new))
        result.append(described(program, repair.step, repair.changes, fix, proof))
    result += [described(program, step, [], None, None) for step in steps if step.candidate is None]
    return tuple(result)


def _made(repair: Repair, changes: Sequence[Change]) -> bool:
    made = [new for _, news in repair.changes for new in news]
    return any(old is one for old, _ in changes for one in made)


def _composed(first: list[Change], second: Sequence[Change]) -> list[Change]:
    """Return two changes, one after the other, as one."""
    result = list(first)
    for old, news in second:
        for position, (before, made) in enumerate(result):
            if any(one is old for one in made):
                result[position] = (before, tuple(part for one in made for part in (news if one is old else (one,))))
                break
        else:
            result.append((old, news))
    return result


def own_text(program: Program, statement: ast.stmt) -> str:
    """Return a statement as it stands in the file; of a loop or condition its head."""
    return (ast.get_source_segment(program.text, statement) or ast.unparse(statement)).split("\n:")[0]
