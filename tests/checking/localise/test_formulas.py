"""Expressions that come to a value which is known are found, the one that is most like what stands there first."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest

from chainrule.checking.localise.formulas import Formula, Formulas
from chainrule.checking.localise.pool import Pool
from chainrule.checking.scopes import scope_of


def names(seed: int) -> dict[str, Any]:
    draw = np.random.default_rng(seed).normal
    return {
        "X": draw(size=(5, 3)), "z": draw(size=(5, 4)), "a": draw(size=(5, 4)), "dz": draw(size=(5, 4)),
        "ds": draw(size=(5, 2)), "W": draw(size=(4, 2)), "U": draw(size=(4, 4)), "b": draw(size=(4,)),
        "other": draw(size=(5, 4)), "n": 5, "reg": 0.25, "s": [draw(size=(4,)) for _ in range(4)], "t": 2,
    }  # fmt: skip


def formulas(wrong: str, targets: list[Any], own: str = "h = s[t]") -> list[Formula]:
    runs = [{"np": np, **names(seed)} for seed in (1, 2)]
    statements = ast.parse(own + "\nh = " + wrong).body
    pool = Pool(scope_of(runs[0], {}, statements, statements), runs, statements)
    return Formulas(pool, targets).like(ast.parse(wrong, mode="eval").body)


def values(expression: str) -> list[Any]:
    return [eval(expression, {"np": np, **names(seed)}) for seed in (1, 2)]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("X.T @ other", "X.T @ dz"),
        ("dz @ U", "dz @ U.T"),
        ("ds @ W.T", "ds @ W.T * (z > 0)"),
        ("ds @ W.T * a * (1 - a)", "ds @ W.T * (1 - a ** 2)"),
        ("ds @ W.T", "ds @ W.T + other"),
        ("ds @ W.T", "ds @ W.T / n"),
        ("a - dz", "dz - a"),
        ("dz * a", "dz * a ** 3"),
        ("X.T @ dz", "X.T @ (dz * (z > 0))"),
        ("np.mean(dz, axis=0)", "np.sum(dz, axis=0)"),
        ("dz.sum(axis=1)", "dz.sum(axis=0)"),
        ("dz[0] * s[t]", "dz[0] * s[t - 1]"),
        ("other", "ds @ W.T"),
        ("dz @ U", "dz @ U + ds @ W.T"),
        ("np.exp(dz) * reg", "(np.exp(dz) - 1) * reg"),
        ("dz[:, 2:]", "dz[:, :2]"),
    ],
)
def test_the_right_expression_is_among_the_first(wrong: str, right: str) -> None:
    found = [ast.unparse(one.node) for one in formulas(wrong, values(right))][:4]
    assert ast.unparse(ast.parse(right, mode="eval")) in found


def test_whatever_is_found_comes_to_the_value_in_every_run() -> None:
    target = values("ds @ W.T * (z > 0)")
    for one in formulas("ds @ W.T", target):
        for value, wanted in zip(values(ast.unparse(one.node)), target, strict=True):
            np.testing.assert_allclose(value, wanted, rtol=1e-5)


def test_the_likeliest_comes_first() -> None:
    costs = [one.cost for one in formulas("X.T @ other", values("X.T @ dz"))]
    assert costs == sorted(costs)


def test_there_is_none_for_any_value() -> None:
    draw = np.random.default_rng(9).normal
    assert formulas("ds @ W.T", [draw(size=(5, 4)), draw(size=(5, 4))]) == []


def test_one_run_is_not_enough() -> None:
    first, second = values("ds @ W.T * a")[0], values("ds @ W.T * other")[1]
    assert formulas("ds @ W.T", [first, second]) == []
