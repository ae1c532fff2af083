"""Every rule proposes what was meant, early enough; all that is proposed is a program, in order, once."""

from __future__ import annotations

import ast
from collections import Counter
from itertools import pairwise

import pytest

from chainrule.checking.rules import Change, Scope, proposals
from chainrule.checking.rules.place import places
from chainrule.checking.rules.rule import RULES, Rule
from tests.checking.rules.rows import ROWS, Row

EARLY = 300
"""Among so many proposals the one that was meant must be."""


def statement(text: str) -> ast.stmt:
    return ast.parse(text).body[0]


def text_of(statements: tuple[ast.stmt, ...] | list[ast.stmt]) -> str:
    return "\n".join(map(ast.unparse, statements))


def wanted(row: Row) -> str:
    return text_of(ast.parse("\n".join(row.right.split(" ;; "))).body)


def named(rule: Rule) -> str:
    return f"{rule.__module__.split('.')[-1]}.{getattr(rule, '__name__', '')}"


ids = [f"{row.rule}: {row.wrong}" for row in ROWS]
STATEMENTS = list({row.wrong: row for row in ROWS}.values())


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_what_was_meant_comes_early(row: Row) -> None:
    texts = [text_of(change.statements) for change in proposals(statement(row.wrong), row.scope, limit=EARLY)]
    assert wanted(row) in texts


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_the_rule_itself_proposes_it(row: Row) -> None:
    old = statement(row.wrong)
    found = set()
    for place in places(old, row.scope):
        kinds = [type(place.node), *([ast.expr] if isinstance(place.node, ast.expr) else [])]
        for rule in (rule for kind in kinds for rule in RULES.get(kind, []) if named(rule) == row.rule):
            for edit in rule(place.node, row.scope, place):
                new = [] if edit.new is None else [place.with_node(edit.new) if place.path else edit.new]
                whole = map(ast.fix_missing_locations, [*edit.before, *new, *edit.after])
                found.add("\n".join(map(ast.unparse, whole)))
    assert wanted(row) in found


def test_every_rule_has_three_rows() -> None:
    count = Counter(row.rule for row in ROWS)
    rules = {named(rule) for rules in RULES.values() for rule in rules}
    assert {rule: count[rule] for rule in rules if count[rule] < 3} == {}
    assert count.keys() <= rules


@pytest.mark.parametrize("row", STATEMENTS[::2], ids=[row.wrong for row in STATEMENTS[::2]])
def test_proposals_are_programs_in_order_and_once(row: Row) -> None:
    old = statement(row.wrong)
    before = ast.dump(old, include_attributes=True)
    found = list(proposals(old, row.scope, limit=500))
    texts = [_checked(change) for change in found]
    assert ast.dump(old, include_attributes=True) == before
    assert ast.dump(old) not in texts
    assert len(texts) == len(set(texts))
    assert all(one.surprise <= other.surprise for one, other in pairwise(found))


def _checked(change: Change) -> str:
    """Return what a change gives as a text, once it is known to be a program."""
    body = list(change.statements) or [ast.Pass(lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)]
    inside = ast.FunctionDef("f", ast.arguments([], [], None, [], [], None, []), body, [], lineno=1, col_offset=0)
    compile(ast.Module([inside], []), "changed", "exec")  # as it stands: every node has its line
    ast.parse(text_of(change.statements))
    assert change.explanation()
    return "\n".join(map(ast.dump, change.statements))


def test_nothing_is_left_to_chance() -> None:
    for row in STATEMENTS[::20]:
        once, again = (
            [(text_of(change.statements), change.surprise) for change in proposals(statement(row.wrong), row.scope)]
            for _ in range(2)
        )
        assert once == again


def test_limit() -> None:
    row = ROWS[0]
    assert len(list(proposals(statement(row.wrong), row.scope, limit=7))) == 7


def test_an_empty_scope_is_no_error() -> None:
    for row in STATEMENTS[1::2]:
        for change in proposals(statement(row.wrong), Scope((), "", ()), limit=100):
            assert text_of(change.statements) != ast.unparse(statement(row.wrong))
