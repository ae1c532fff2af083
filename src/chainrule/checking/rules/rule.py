"""What a rule is: for a kind of syntax node it proposes other nodes that a person may have meant."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from chainrule.checking.rules.mistake import WORDS, Mistake
from chainrule.checking.rules.place import Place
from chainrule.checking.rules.variables import Scope, Variable

__all__ = ["RULES", "Change", "Edit", "Place", "Rule", "Scope", "Variable", "register"]


@dataclass(frozen=True)
class Change:
    """A small change of one statement, and what was wrong if it is right."""

    statement: ast.stmt | None
    """The new statement, which can be compiled as it stands; None if the statement is left out."""
    mistake: Mistake
    surprise: float
    """How unlikely the change is; small is likely."""
    before: tuple[ast.stmt, ...] = ()
    after: tuple[ast.stmt, ...] = ()
    used: ast.AST | None = None
    """The part of the old statement that is replaced."""
    expected: ast.AST | None = None
    """What takes its place."""
    more: tuple[tuple[ast.stmt, tuple[ast.stmt, ...]], ...] = ()
    """Other statements that change with it, each with what takes its place."""

    @property
    def statements(self) -> tuple[ast.stmt, ...]:
        """All statements that take the place of the old one."""
        return (*self.before, *(() if self.statement is None else (self.statement,)), *self.after)

    def explanation(self) -> str:
        """Return in words what was wrong."""
        added = [*self.before, *self.after] if self.expected is None else [self.expected]
        used = "" if self.used is None else ast.unparse(self.used)
        return WORDS[self.mistake].explanation.format(used=used, expected="; ".join(map(ast.unparse, added)))


class Edit(NamedTuple):
    """What a rule proposes for the node that it was shown."""

    new: ast.AST | None
    mistake: Mistake
    extra: float = 0.0
    """What is added to the surprise of this kind of mistake."""
    before: tuple[ast.stmt, ...] = ()
    after: tuple[ast.stmt, ...] = ()


Rule = Callable[[Any, Scope, Place], Iterator[Edit]]
"""Is shown a node, what is within reach, and where the node stands."""

RULES: dict[type[ast.AST], list[Rule]] = {}
"""The rules for each kind of node; those of ``ast.expr`` are for every expression that is a value."""


def register(*kinds: type[ast.AST]) -> Callable[[Rule], Rule]:
    """Make a function the rule for some kinds of nodes."""

    def enter(rule: Rule) -> Rule:
        for kind in kinds:
            RULES.setdefault(kind, []).append(rule)
        return rule

    return enter
