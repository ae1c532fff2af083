"""Expressions of old and new parts: they get places as the library gives them, and compile."""

from __future__ import annotations

import ast
import copy

import numpy as np
import pytest

from chainrule.checking.repairs.edits import edits
from chainrule.checking.repairs.placing import placed, with_fields
from chainrule.checking.repairs.scope import scope_of

RNG = np.random.default_rng(0)
VARIABLES = {"a": RNG.normal(size=(4, 3)), "b": RNG.normal(size=3), "y": np.array([0, 2, 1, 1]), "reg": 0.3, "n": 2}
TEXTS = (
    "a @ a.T + reg",
    "-np.log(a[np.arange(4), y]).mean()",
    "sum(b[i] * a[n, i] for i in range(3))",
    "a[:, ::-1] * b",
)


@pytest.mark.parametrize("text", TEXTS)
def test_every_change_of_an_expression_compiles(text: str) -> None:
    scope = scope_of(VARIABLES, {"np": np}, [])
    node = ast.parse(text, mode="eval").body
    changed = [edit.expression for edit in edits(node, scope)]
    assert len(changed) > 20
    for expression in changed:
        by_the_library = ast.fix_missing_locations(ast.Expression(copy.deepcopy(expression)))
        compile(by_the_library, "", "eval")
        compile(ast.Expression(placed(expression)), "", "eval")  # a TypeError names a node without a place


def test_a_node_that_was_built_anew_loses_what_is_below_it_without_a_mark() -> None:
    node = ast.parse("a + b", mode="eval").body
    assert isinstance(node, ast.BinOp)
    unmarked = copy.copy(node)
    unmarked.right = ast.Name("c", ast.Load())
    with pytest.raises(TypeError, match="lineno"):
        compile(ast.Expression(placed(unmarked)), "", "eval")
    marked = with_fields(node, right=ast.Name("c", ast.Load()))
    assert eval(compile(ast.Expression(placed(marked)), "", "eval"), {"a": 1, "c": 2}) == 3
