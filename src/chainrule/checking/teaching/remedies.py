"""Changes of the text that may mend a training: tried on one draw, then proved on the file read anew."""

from __future__ import annotations

import ast
import copy
import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from chainrule.checking.answer import Finding
from chainrule.checking.fixing import TextEdit, applied, text_edit
from chainrule.checking.reading import load
from chainrule.checking.reading.limits import TookTooLong
from chainrule.checking.repairs.candidate import Change
from chainrule.checking.teaching.record import Lessons
from chainrule.checking.teaching.subject import Subject
from chainrule.checking.units import Function
from chainrule.checking.wording import assigned_name, formula

FRESH = 77
"""The seed of the draws that prove a remedy."""

MOST = 24

Works = Callable[[Subject, int], bool]
"""Whether a program does right in the trial of a seed."""

Node = TypeVar("Node", bound=ast.AST)


@dataclass(frozen=True)
class Remedy:
    """A change that may mend what is wrong."""

    statement: ast.stmt
    """The one that is to blame."""
    edit: TextEdit
    expected: str
    """The formula that is meant."""


@dataclass(frozen=True)
class Mistake:
    """What is wrong in a training, and what shows it."""

    name: str
    evidence: str
    proof: str
    """What is true with the remedy."""


def remedy(subject: Subject, changes: list[Change]) -> Remedy:
    """Return the remedy that makes changes of the tree; the first of them is of the statement that is to blame."""
    expected = "; ".join(formula(new) for _, news in changes for new in news)
    return Remedy(changes[0][0], text_edit(subject.program.text, changes), expected)


def mended(subject: Subject, mistake: Mistake, remedies: Iterable[Remedy], works: Works) -> Lessons | None:
    """Return the finding with the first remedy that is proved, or None if none is."""
    for number, one in enumerate(remedies):
        if number == MOST:
            break
        if _tried(subject, one, works) and _proved(subject, one, works):
            return Lessons(findings=(_finding(subject, mistake, one),))
    return None


def blamed(subject: Subject, mistake: Mistake, statement: ast.stmt) -> Lessons:
    """Return the finding of a mistake for which no remedy was proved."""
    place = subject.program.place(statement.lineno)
    line, end = (subject.program.file_line(one) for one in (statement.lineno, _end(statement)))
    message = f"{place}: {mistake.name}. {mistake.evidence}"
    name, used = assigned_name(statement), formula(statement)
    return Lessons(findings=(Finding(line, end, name, mistake.name, message, used, ""),))


def _finding(subject: Subject, mistake: Mistake, one: Remedy) -> Finding:
    plain = blamed(subject, mistake, one.statement).findings[0]
    fix = subject.program.edit(one.edit.line, one.edit.end_line, "\n".join(one.edit.new))
    message = f"{plain.message} With this change {mistake.proof}."
    return dataclasses.replace(plain, message=message, expected=one.expected, fix=fix, verified=True)


def _tried(subject: Subject, one: Remedy, works: Works) -> bool:
    """Whether the change helps, made in the functions as they live."""
    try:
        changed = subject.program.changed(applied(subject.program.text, [one.edit]))
        versions = dict(_changed_units(subject, changed.tree))
        with subject.loaded.units.exchanged(versions):
            return bool(versions) and works(subject, 1)
    except (Exception, TookTooLong):  # a stranger's program, changed: whatever it raises is no proof
        return False


def _proved(subject: Subject, one: Remedy, works: Works) -> bool:
    """Whether the changed file, read as a program of its own, does right on draws that it has not seen."""
    try:
        program = subject.program.changed(applied(subject.program.text, [one.edit]))
        again = Subject(program, load(program, subject.experiment.name), subject.gradients_right)
        return all(works(again, seed) for seed in (FRESH, FRESH + 1))
    except (Exception, TookTooLong):  # as above
        return False


def _changed_units(subject: Subject, tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Yield the functions that are others in a changed tree, by the keys of those that live."""
    new = dict(_functions(tree, ()))
    for key, unit, node in subject.units():
        other = new.get(unit.name)
        if other is not None and ast.dump(other) != ast.dump(node):
            yield key, other


def _functions(node: ast.AST, classes: tuple[str, ...]) -> Iterator[tuple[str, ast.FunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield ".".join((*classes, child.name)), child
        else:
            yield from _functions(child, (*classes, child.name) if isinstance(child, ast.ClassDef) else classes)


def with_part(whole: Node, old: ast.AST, new: ast.AST) -> Node:
    """Return a copy of a tree in which one node is another; what does not hold it is shared."""
    fresh = copy.copy(whole)
    for name, value in ast.iter_fields(whole):
        if value is old:
            setattr(fresh, name, new)
        elif isinstance(value, ast.AST) and _holds(value, old):
            setattr(fresh, name, with_part(value, old, new))
        elif isinstance(value, list):
            parts = [new if item is old else with_part(item, old, new) if _holds(item, old) else item for item in value]
            setattr(fresh, name, parts)
    return fresh


def _holds(tree: object, node: ast.AST) -> bool:
    return isinstance(tree, ast.AST) and any(inner is node for inner in ast.walk(tree))


def simple_statements(node: ast.AST) -> Iterator[ast.stmt]:
    """Yield the statements of a function that hold no others, in the order of the file."""
    for statement in ast.walk(node):
        if isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr | ast.Return):
            yield statement


def _end(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno
