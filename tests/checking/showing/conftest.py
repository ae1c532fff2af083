"""An answer with something of everything, beside the program that it speaks of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chainrule.checking.answer import (
    Answer,
    Finding,
    Fix,
    GradientCheck,
    Mark,
    Note,
    Target,
    Verdict,
)
from chainrule.checking.showing.source import Source, read_source

CODE = """import numpy as np


def loss(X, y, W1, W2, reg):
    z1 = X @ W1  # [bold]not markup[/bold]
    a1 = np.maximum(z1, 0)
    scores = a1 @ W2
    probs = softmax(scores)
    dscores = (probs - onehot(y)) / len(X)
    dW2 = a1.T @ dscores + reg * W2
    dp1 = dscores @ W2.T
    dz1 = np.maximum(dp1, 0)
    dW1 = X.T @ dz1 + 2 * reg * W1
    return cost(probs, y, reg), {"W1": dW1, "W2": dW2}
"""
MASK = Finding(
    12,
    12,
    "dz1",
    "mask taken from the upstream gradient",
    "dz1 keeps dp1 where dp1 is positive; the ReLU hands on what belongs to a positive z1.",
    "dz1 = np.maximum(dp1, 0)",
    "dz1 = dp1 * (z1 > 0)",
    Fix(12, 12, "    dz1 = dp1 * (z1 > 0)"),
    verified=True,
)
PENALTY = Finding(
    10,
    10,
    "dW2",
    "factor of the penalty",
    "The loss has reg * sum(W2 * W2).",
    "dW2 = a1.T @ dscores + reg * W2",
    "dW2 = a1.T @ dscores + 2 * reg * W2",
    Fix(10, 10, "    dW2 = a1.T @ dscores + 2 * reg * W2\n"),
    verified=True,
)
WRONG = Answer(
    Verdict.WRONG,
    Target("net.py", "loss", "function", {"penalty": "reg * sum(W * W), without 1/2"}),
    {"W1": GradientCheck(0.9312, ok=False), "W2": GradientCheck(2.7e-10, ok=True)},
    (MASK,),
    (Note("the scores start near zero", 7), Note("an epoch is one pass")),
    (
        Mark(9, "dscores", "true", 1e-10, "dL/dscores"),
        Mark(12, "dz1", "departs", 0.97),
        Mark(13, "dW1", "follows", 0.93),
    ),
    ("two gradients at three sizes",),
    ("the network could not be cut off",),
    0.61,
)
CORRECT = replace(
    WRONG,
    verdict=Verdict.CORRECT,
    gradients={"W1": GradientCheck(3e-9, ok=True), "W2": GradientCheck(2.7e-10, ok=True)},
    findings=(),
    marks=(),
)
ERROR = Answer(
    Verdict.ERROR,
    Target("net.py", "", ""),
    not_checked=("no function here returns a loss", "not enforced here: memory"),
)


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "net.py"
    path.write_text(CODE)
    return path


@pytest.fixture
def source(net: Path) -> Source:
    return read_source(net)
