"""Programs that compute no loss, and whose gradients are those of none: what loss is meant is shown by a repair."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainrule.checking.answer import Verdict
from chainrule.checking.reading import CannotCheck
from tests.checking.test_mistakes import checked

SCRIPT = """\
import numpy as np

inputs = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1], [1, 1, 0]])
targets = np.array([[0], [1], [1], [0], [1]])
weights_in = np.random.randn(3, 4)
weights_out = np.random.randn(4, 1)


def squash(z):
    return 1 / (1 + np.exp(-z))


def slope(a):
    return a * (1 - a)


for step in range(1000):
    middle = squash(inputs @ weights_in)
    output = squash(middle @ weights_out)
    error = output - targets
    delta = error * slope(output)
    delta_middle = delta @ weights_out.T * slope(middle)
    weights_out -= 0.5 * middle.T @ delta
    weights_in -= 0.5 * inputs.T @ delta_middle
"""

CLASS = """\
import numpy as np


class Classifier:
    def __init__(self, sizes):
        self.weights = [0.1 * np.random.randn(a, b) for a, b in zip(sizes, sizes[1:])]
        self.biases = [np.zeros((1, b)) for b in sizes[1:]]

    def forward(self, X):
        self.a = [X]
        for W, b in zip(self.weights[:-1], self.biases[:-1]):
            self.a.append(np.tanh(self.a[-1] @ W + b))
        z = self.a[-1] @ self.weights[-1] + self.biases[-1]
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.a.append(e / e.sum(axis=1, keepdims=True))
        return self.a[-1]

    def backward(self, X, y):
        m = X.shape[0]
        delta = self.a[-1] - y
        for i in reversed(range(len(self.weights))):
            dW = self.a[i].T @ delta / m
            db = delta.sum(axis=0, keepdims=True) / m
            delta = delta @ self.weights[i].T * (1 - self.a[i] ** 2)
            self.weights[i] -= 0.1 * dW
            self.biases[i] -= 0.1 * db

    def fit(self, X, y, epochs):
        for epoch in range(epochs):
            self.forward(X)
            self.backward(X, y)
"""

WRONG = {
    "sign": (SCRIPT, "error = output - targets", "error = targets - output"),
    "derivative in a function": (SCRIPT, "return a * (1 - a)", "return a * (1 + a)"),
    "no derivative of the output": (SCRIPT, "slope(output)", "output"),
    "sign, in a class": (CLASS, "self.a[-1] - y", "y - self.a[-1]"),
}

OF_OTHER_LOSSES = {
    "absolute error": (SCRIPT, "error = output - targets", "error = np.sign(output - targets)"),
    "fourth powers": (SCRIPT, "error = output - targets", "error = (output - targets) ** 3"),
    "classes that weigh more": (
        CLASS,
        "self.a[-1] - y",
        "(self.a[-1] - y) * (1 + y.sum(axis=1, keepdims=True) * X[:, :1])",
    ),
}


@pytest.mark.parametrize("text", [SCRIPT, CLASS])
def test_a_right_program_is_right(text: str, tmp_path: Path) -> None:
    assert checked(text, tmp_path).verdict is Verdict.CORRECT


@pytest.mark.parametrize("case", WRONG)
def test_the_line_is_named_and_the_loss_that_was_supposed(case: str, tmp_path: Path) -> None:
    text, right, wrong = WRONG[case]
    line = text[: text.index(right)].count("\n") + 1

    answer = checked(text.replace(right, wrong), tmp_path)

    assert [(one.line, one.verified) for one in answer.findings] == [(line, True)]
    assert "supposed to be" in answer.target.conventions["loss"]


@pytest.mark.parametrize("case", OF_OTHER_LOSSES)
def test_what_may_be_the_gradient_of_another_loss_is_not_called_wrong(case: str, tmp_path: Path) -> None:
    text, right, wrong = OF_OTHER_LOSSES[case]
    assert text.count(right) == 1

    with pytest.raises(CannotCheck, match="computes no loss"):
        checked(text.replace(right, wrong), tmp_path)
