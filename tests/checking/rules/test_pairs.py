"""Two changes at once: what neither alone gives, by the sum of their surprises."""

from __future__ import annotations

import ast
from itertools import pairwise

import pytest

from chainrule.checking.rules import Scope, pairs_of_changes, proposals
from tests.checking.rules.scopes import CELL, COLUMNS, NET
from tests.checking.rules.test_rules import statement, text_of

PAIRS = [
    (NET, "dz1 = da1", "dz1 = da1 * (z1 > 0) / N"),
    (NET, "dW2 = X.T @ dscores", "dW2 = a1.T @ dscores / N"),
    (NET, "dscores = Y - probs", "dscores = (probs - Y) / N"),
    (COLUMNS, "grads['db1'] = dZ2.mean(axis=0)", "grads['db1'] = dZ1.mean(axis=1)"),
    (CELL, "dc = dh * (1 - tc ** 2)", "dc = dh * (1 - tc ** 2) * o + dc_next"),
]


@pytest.mark.parametrize(("scope", "wrong", "right"), PAIRS, ids=[wrong for _, wrong, _ in PAIRS])
def test_two_mistakes_of_one_statement(scope: Scope, wrong: str, right: str) -> None:
    found = pairs_of_changes(statement(wrong), scope, limit=20_000)
    assert any(text_of(change.statements) == ast.unparse(statement(right)) for change in found)


@pytest.mark.parametrize(("scope", "wrong", "right"), PAIRS, ids=[wrong for _, wrong, _ in PAIRS])
def test_in_order_once_and_no_single_change(scope: Scope, wrong: str, right: str) -> None:
    found = list(pairs_of_changes(statement(wrong), scope, limit=1000))
    texts = ["\n".join(map(ast.dump, change.statements)) for change in found]
    likeliest = list(proposals(statement(wrong), scope, limit=100))
    assert len(texts) == len(set(texts)) > 0
    assert all(one.surprise <= other.surprise for one, other in pairwise(found))
    assert not set(texts) & {"\n".join(map(ast.dump, change.statements)) for change in likeliest}
    for change in found:
        compile(ast.Module(list(change.statements), []), "changed", "exec")
