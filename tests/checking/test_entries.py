"""Programs in loops over single entries, with lists of numbers: no array shows the mistake, and no name of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainrule.checking.answer import Verdict
from tests.checking.test_mistakes import checked

PROGRAM = """\
import math
import numpy as np


def run(x, W1, b1, W2, b2):
    pre, act, out = [], [], []
    for h in range(W1.shape[1]):
        total = b1[h]
        for d in range(W1.shape[0]):
            total += x[d] * W1[d, h]
        pre.append(total)
        act.append(max(total, 0.0))
    for c in range(W2.shape[1]):
        total = b2[c]
        for h in range(W2.shape[0]):
            total += act[h] * W2[h, c]
        out.append(total)
    return pre, act, out


def loss(X, y, W1, b1, W2, b2, reg):
    N, D = X.shape
    H, C = W2.shape
    gW1, gb1, gW2, gb2 = np.zeros((D, H)), np.zeros(H), np.zeros((H, C)), np.zeros(C)
    cost = 0.0
    for n in range(N):
        pre, act, out = run(X[n], W1, b1, W2, b2)
        e = [math.exp(v) for v in out]
        p = [v / sum(e) for v in e]
        cost -= math.log(p[y[n]]) / N
        back = [0.0] * H
        for c in range(C):
            g = p[c] / N
            if c == y[n]:
                g -= 1.0 / N
            gb2[c] += g
            for h in range(H):
                gW2[h, c] += act[h] * g
                back[h] += W2[h, c] * g
        for h in range(H):
            if pre[h] <= 0:
                back[h] = 0.0
            gb1[h] += back[h]
            for d in range(D):
                gW1[d, h] += X[n, d] * back[h]
    cost += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
    gW1 += 2 * reg * W1
    gW2 += 2 * reg * W2
    return cost, gW1, gb1, gW2, gb2
"""

CASES = {
    "another list": ("gW2[h, c] += act[h] * g", "gW2[h, c] += pre[h] * g"),
    "another counter": ("if c == y[n]", "if n == y[n]"),
    "always the first": ("if c == y[n]", "if c == y[0]"),
    "one entry for all": ("gb1[h] += back[h]", "gb1[h] += back[0]"),
    "a mask of another list": ("if pre[h] <= 0", "if back[h] <= 0"),
    "a mask with another threshold": ("if pre[h] <= 0", "if pre[h] <= 1"),
    "added where it is taken off": ("g -= 1.0 / N", "g += 1.0 / N"),
    "a bias left out": ("total = b2[c]", "total = 0.0"),
}


def planted(case: str) -> tuple[str, int]:
    """Return the program with a mistake, and its line."""
    right, wrong = CASES[case]
    assert PROGRAM.count(right) == 1, right
    return PROGRAM.replace(right, wrong), PROGRAM[: PROGRAM.index(right)].count("\n") + 1


def test_the_program_itself_is_right(tmp_path: Path) -> None:
    assert checked(PROGRAM, tmp_path).verdict is Verdict.CORRECT


@pytest.mark.parametrize("case", CASES)
def test_the_line_is_named_and_the_fix_proved(case: str, tmp_path: Path) -> None:
    text, line = planted(case)

    answer = checked(text, tmp_path)

    assert [(one.line, one.verified) for one in answer.findings] == [(line, True)]
