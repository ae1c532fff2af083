"""Epsilons in logarithms: what they allow, and that they hide no mistake."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from chainrule.checking.answer import Verdict
from chainrule.checking.examine import examine
from chainrule.checking.reading import load, open_program
from chainrule.checking.reading.recognise.epsilons import MOST, PER_EPSILON, slack


@pytest.mark.parametrize(
    ("text", "epsilon"),
    [
        ("np.log(p + 1e-7)", 1e-7),
        ("np.log(np.maximum(p, 1e-9))", 1e-9),
        ("eps = 1e-8\nloss = -np.log(eps + p)", 1e-8),
        ("delta = 10 ** -7\nnp.log(p + delta)", 1e-7),
        ("def f(p, tiny=1e-8):\n    return np.log(p + tiny)", 1e-8),
        ("def f(p, *, tiny=float(1e-8)):\n    return np.log(p + tiny)", 1e-8),
        ("self.eps = 1e-10\nnp.log(p + self.eps)", 1e-10),
        ("rate = 1e-5\nnp.log(p)", 0.0),
        ("np.log(p + 1)", 0.0),
        ("np.log(p) + 1e-7", 0.0),
    ],
)
def test_epsilon_is_found_where_a_logarithm_is_taken(text: str, epsilon: float) -> None:
    assert slack(ast.parse(text)) == pytest.approx(PER_EPSILON * epsilon)


def test_large_epsilon_does_not_excuse_everything() -> None:
    assert slack(ast.parse("np.log(p + 1e-4)")) == MOST


PROGRAM = """
import numpy as np

def loss_and_grads(params, X, y):
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    N = len(X)
    h = np.maximum(X @ W1 + b1, 0)
    s = h @ W2 + b2
    p = np.exp(s - s.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(N), y] + {epsilon}).mean()
    ds = p.copy()
    ds[np.arange(N), y] -= 1
    ds /= N
    dh = ds @ W2.T
    dz = dh * ({mask} > 0)
    return loss, {{"W1": X.T @ dz, "b1": dz.sum(0), "W2": h.T @ ds, "b2": ds.sum(0)}}
"""


@pytest.mark.parametrize("epsilon", ["1e-5", "1e-7", "1e-8", "1e-12"])
@pytest.mark.parametrize(("mask", "verdict"), [("h", Verdict.CORRECT), ("dh", Verdict.WRONG)])
def test_verdict_beside_an_epsilon(written: Callable[..., Path], epsilon: str, mask: str, verdict: Verdict) -> None:
    program = open_program(written(PROGRAM.format(epsilon=epsilon, mask=mask)))

    answer = examine(program, load(program))

    assert answer.verdict is verdict
    assert [finding.line for finding in answer.findings if finding.verified] == ([16] if mask == "dh" else [])
