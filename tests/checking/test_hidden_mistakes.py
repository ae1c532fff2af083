"""Mistakes that no single truth shows: in a part of a gradient, in a function of its own, one behind another."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainrule.checking.answer import Verdict
from tests.checking.test_mistakes import checked

PROGRAM = """\
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def slope(a):
    return a * (1 - a)


def loss(params, X, y, reg=0.0):
    W1, b1, W2, b2 = params['W1'], params['b1'], params['W2'], params['b2']
    N = X.shape[0]
    z = X @ W1 + b1
    h = sigmoid(z)
    s = h @ W2 + b2
    s = s - s.max(axis=1, keepdims=True)
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(N), y]).mean()
    loss += reg * np.sum(W1 ** 2)
    loss += reg * np.sum(W2 ** 2)

    ds = p.copy()
    ds[np.arange(N), y] -= 1
    dW2 = 2 * reg * W2
    dW2 += h.T @ ds / N
    db2 = ds.sum(axis=0) / N
    dh = ds @ W2.T
    dz = dh * slope(h)
    dW1 = 2 * reg * W1
    dW1 += X.T @ dz / N
    db1 = dz.sum(axis=0) / N
    return loss, {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}
"""

SINGLE = {
    "a part, before the other is added": ("dW2 = 2 * reg * W2", "dW2 = reg * W2"),
    "a derivative in a function of its own": ("return a * (1 - a)", "return a * (1 + a)"),
    "the activation for its derivative": ("return a * (1 - a)", "return a"),
    "a right function of the wrong value": ("slope(h)", "slope(z)"),
    "one layer unlike the other": ("X.T @ dz / N", "X.T @ dz"),
    "one layer's bias unlike the other's": ("db1 = dz.sum(axis=0) / N", "db1 = dz.sum(axis=0)"),
    "a penalty unlike the other": ("loss += reg * np.sum(W1 ** 2)", "loss += 3 * reg * np.sum(W1 ** 2)"),
    "one number for all biases": ("'b2': db2", "'b2': ds.sum() / N"),
    "a derivative too many": ("ds = p.copy()", "ds = p * p * (1 - p)"),
}


PAIRS = {
    "the gradient for the weight, and a wrong argument behind it": (
        ("ds @ W2.T", "ds @ dW2.T"),
        ("slope(h)", "slope(z)"),
    ),
    "rows for entries, and a penalty": (("ds[np.arange(N), y]", "ds[:, y]"), ("dW1 = 2 * reg * W1", "dW1 = reg * W1")),
    "forward and backward": (("s = h @ W2 + b2", "s = z @ W2 + b2"), ("db2 = ds.sum(axis=0)", "db2 = ds.sum()")),
    "what the first change could go round": (
        ("dz = dh * slope(h)", "dz = dh * slope(h) / N"),
        ("db1 = dz.sum(axis=0) / N", "db1 = dz / N"),
    ),
    "the sign of the loss, and a factor": (
        ("-np.log(p", "np.log(p"),
        ("db2 = ds.sum(axis=0)", "db2 = -ds.sum(axis=0)"),
    ),
    "a loss whose mending makes no gradient right, and the gradient": (
        (".mean()", ".sum()"),
        ("ds = p.copy()", "ds = s.copy()"),
    ),
}


def planted(*changes: tuple[str, str]) -> tuple[str, list[int]]:
    """Return the program with changes, and their lines."""
    text, lines = PROGRAM, []
    for right, wrong in changes:
        assert PROGRAM.count(right) == 1, right
        lines.append(PROGRAM[: PROGRAM.index(right)].count("\n") + 1)
        text = text.replace(right, wrong)
    return text, lines


def test_the_program_itself_is_right(tmp_path: Path) -> None:
    assert checked(PROGRAM, tmp_path).verdict is Verdict.CORRECT


@pytest.mark.parametrize("case", SINGLE)
def test_the_line_is_named_and_the_fix_proved(case: str, tmp_path: Path) -> None:
    text, lines = planted(SINGLE[case])

    answer = checked(text, tmp_path)

    assert [(one.line, one.verified) for one in answer.findings] == [(line, True) for line in lines]


@pytest.mark.parametrize("case", PAIRS)
def test_both_lines_are_named_and_the_fixes_proved(case: str, tmp_path: Path) -> None:
    text, lines = planted(*PAIRS[case])

    answer = checked(text, tmp_path)

    assert sorted(one.line for one in answer.findings) == sorted(lines)
    assert all(one.verified for one in answer.findings)
