"""A program with mistakes in it, and what is known of them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from textwrap import dedent

from tests.checking.mutations.scan import Edit
from tests.checking.programs.program import Program


@dataclass(frozen=True)
class Planting:
    """A mistake that can be made in a program."""

    kind: int
    name: str
    edit: Edit


@dataclass(frozen=True)
class Planted:
    """A mistake that was made: where it is, as lines of the mutated file, and what these lines were."""

    kind: int
    name: str
    lines: tuple[int, ...]
    original: str


@dataclass(frozen=True)
class Mutant:
    """A program with mistakes."""

    program: Program
    planted: tuple[Planted, ...]
    text: str
    """The whole file."""
    crashes: bool = False
    """Whether it raises instead of computing something wrong."""
    in_training: bool = False
    """Whether the mistake is in what is done with right gradients."""

    @property
    def name(self) -> str:
        """Return the program, the kinds and the lines."""
        parts = [f"{one.kind:02d}-{'_'.join(map(str, one.lines))}" for one in self.planted]
        return f"{self.program.name}-{'-'.join(parts)}"


def lines_of(code: str, start: int, last: int) -> range:
    """Return the lines from one character to another."""
    return range(code.count("\n", 0, start) + 1, code.count("\n", 0, last) + 2)


def applied(code: str, *edits: Edit) -> str:
    """Return the code with edits made."""
    for edit in sorted(edits, key=lambda one: one.start, reverse=True):
        code = code[: edit.start] + edit.text + code[edit.end :]
    return code


def original_lines(code: str, edit: Edit) -> list[int]:
    """Return the lines that an edit changes."""
    return list(lines_of(code, edit.start, max(edit.start, edit.end - 1)))


def planted_lines(code: str, edit: Edit, others: tuple[Edit, ...]) -> list[int]:
    """Return the lines, once all edits are made, where a finding is right about this one.

    The lines of the new text; around a line that was left out, and of an addition or a mask that was left out also the
    lines that give the same variable its value, where it can as well be written; and a neighbour that reads the same,
    because nobody can tell which of the two is one too many.
    """
    mutated = applied(code, edit, *others)
    start = edit.start + sum(len(one.text) - (one.end - one.start) for one in others if one.start < edit.start)
    if not edit.text.strip():
        line = mutated.count("\n", 0, start) + 1
        return sorted({line - 1, line, *_lines_that_set(mutated, _changed_by(code[edit.start : edit.end]))})
    lines = list(lines_of(mutated, start, start + len(edit.text.rstrip("\n")) - 1))
    texts = mutated.split("\n")
    twins = [near for line in lines for near in (line - 1, line + 1) if texts[near - 1 : near] == [texts[line - 1]]]
    return sorted({*lines, *twins})


def _changed_by(text: str) -> set[str]:
    """Return what the statements of a text add something to, or set to 0 where a condition holds."""
    try:
        nodes = list(ast.walk(ast.parse(dedent(text))))
    except SyntaxError:  # part of a line
        return set()
    masked = [one for node in nodes if isinstance(node, ast.If) for one in node.body if isinstance(one, ast.Assign)]
    picked = [node.targets[0] for node in nodes if isinstance(node, ast.Assign)]
    whole = [one.value for one in picked if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Compare)]
    added = [node.target for node in nodes if isinstance(node, ast.AugAssign)]
    return {ast.unparse(target) for target in (*added, *whole, *(one.targets[0] for one in masked))}


def _lines_that_set(code: str, targets: set[str]) -> set[int]:
    """Return the lines of the statements that give one of these its value."""
    found: set[int] = set()
    try:
        nodes = list(ast.walk(ast.parse(code))) if targets else []
    except SyntaxError:  # Python 2
        return found
    for node in nodes:
        if isinstance(node, (ast.Assign, ast.AugAssign)):
            own = node.targets if isinstance(node, ast.Assign) else [node.target]
            if targets & {ast.unparse(target) for target in own}:
                found |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return found
