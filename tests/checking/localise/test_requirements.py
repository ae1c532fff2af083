"""The wrong statement is the one in whose place the truth makes all gradients right; what it should be is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chainrule.checking.localise.requirements import Localiser, Requirement
from chainrule.checking.reading import open_program
from chainrule.checking.search import Search
from chainrule.checking.subject import TrainedSubject, trained

LAYERS = """\
import numpy as np
r = np.random.RandomState(3)
X, Y = r.randn(6, 3), r.randn(6, 2)
W, V = r.randn(3, 4), r.randn(4, 2)
def slope(h):
    return 1 - h ** 2
for step in range(3):
    h = np.tanh(X @ W)
    out = h @ V
    print(np.sum((out - Y) ** 2))
    dout = 2 * (out - Y)
    dV = h.T @ dout
    dh = dout @ V.T
    dz = dh * slope(h)
    dW = X.T @ dz
    W -= 1e-6 * dW
    V -= 1e-6 * dV
"""
TIME = """\
import numpy as np
r = np.random.RandomState(3)
x, y = r.randn(5, 3), r.randn(5, 2)
W, U, V = 0.5 * r.randn(3, 4), 0.5 * r.randn(4, 4), r.randn(4, 2)
for step in range(3):
    h, loss = {-1: np.zeros(4)}, 0
    for t in range(5):
        h[t] = np.tanh(x[t] @ W + h[t - 1] @ U)
        loss += np.sum((h[t] @ V - y[t]) ** 2)
    print(loss)
    dW, dU, dV = np.zeros_like(W), np.zeros_like(U), np.zeros_like(V)
    later = np.zeros(4)
    for t in range(4, -1, -1):
        e = 2 * (h[t] @ V - y[t])
        dV += np.outer(h[t], e)
        dh = V @ e + later
        dz = dh * (1 - h[t] ** 2)
        dW += np.outer(x[t], dz)
        dU += np.outer(h[t - 1], dz)
        later = U @ dz
    W -= 1e-6 * dW
    U -= 1e-6 * dU
    V -= 1e-6 * dV
"""
ROWS = [
    (LAYERS, "dh = dout @ V.T", "dh = dout @ V.T * 1.5 + 1"),
    (LAYERS, "dz = dh * slope(h)", "dz = dh * slope(X @ W)"),
    (LAYERS, "dW = X.T @ dz", "dW = X.T @ dh"),
    (LAYERS, "dV = h.T @ dout", "dV = (X @ W).T @ dout"),
    (TIME, "dh = V @ e + later", "dh = V @ e - later"),
    (TIME, "dz = dh * (1 - h[t] ** 2)", "dz = dh * (1 - h[t - 1] ** 2)"),
    (TIME, "later = U @ dz", "later = U.T @ dz"),
    (TIME, "dU += np.outer(h[t - 1], dz)", "dU += np.outer(h[t], dz)"),
]


def requirements(folder: Path, text: str) -> tuple[list[Requirement], Search]:
    path = folder / "program.py"
    path.write_text(text)
    subject = trained(open_program(path))
    assert isinstance(subject, TrainedSubject)
    search = Search(subject, 1e9)
    return search.requirements, search


@pytest.mark.parametrize(("text", "right", "wrong"), ROWS, ids=[row[2] for row in ROWS])
def test_the_wrong_line_is_first(tmp_path: Path, text: str, right: str, wrong: str) -> None:
    assert text.count(right) == 1
    mutated = text.replace(right, wrong)
    found, search = requirements(tmp_path, mutated)
    line = mutated[: mutated.index(wrong)].count("\n") + 1
    assert search.outline.trees[found[0].root.statement].lineno == line


@pytest.mark.parametrize(("text", "right", "wrong"), ROWS, ids=[row[2] for row in ROWS])
def test_what_it_should_compute_is_what_the_right_program_computes(
    tmp_path: Path, text: str, right: str, wrong: str
) -> None:
    """At the first pass in which it is wrong, where all that it is given is right.

    Two steps along wrong gradients come before, of 1e-6 each, gradients are up to 100: only two digits agree.
    """
    found, _ = requirements(tmp_path, text.replace(right, wrong))
    first = found[0]
    at = next(n for n, place in enumerate(first.root.places) if place.time == first.time)
    judged, search = requirements(tmp_path, text)
    assert judged == []
    localiser = Localiser(search.judgement, search.common, [first.root.statement], search.outline.trees)
    (root,) = [one for one in localiser.roots if one.site >= 0]
    np.testing.assert_allclose(first.values[at], localiser.held[root.places[at]], rtol=1e-2, atol=1e-4)
