"""Mistakes planted in training and prediction are found on their lines, with a fix that leaves nothing to say."""

from __future__ import annotations

import ast

import pytest

from tests.checking.teaching.conftest import Taught, line_of, planted
from tests.checking.teaching.programs import ADAM, COLUMNS, COURSE, EPOCHS, FUNCTION, RIGHT

UP, APART, FIRST = "step up the slope", "rows and labels drawn apart", "only the first rows are ever drawn"
KEPT, FORGOTTEN, DECAY = "gradient kept from the last step", "momentum never kept", "learning rate lowered every step"
AXIS, ALIKE = "argmax along the wrong axis", "weights that all begin equal"
UNCORRECTED, ROOTLESS = "Adam without its bias correction", "Adam without its square root"

CASES = {
    "course, up": (COURSE, "self.params[name] -=", "self.params[name] +=", UP),
    "epochs, up": (EPOCHS, "getattr(self, name) + step", "getattr(self, name) - step", UP),
    "columns, up": (COLUMNS, "[name] - learning_rate", "[name] + learning_rate", UP),
    "adam, up": (ADAM, "self.params[k] -= lr * mhat", "self.params[k] += lr * mhat", UP),
    "course, labels drawn again": (
        COURSE,
        "y_batch = y[indices]",
        "y_batch = y[np.random.permutation(indices)]",
        APART,
    ),
    "course, first labels": (COURSE, "y_batch = y[indices]", "y_batch = y[:batch_size]", APART),
    "adam, labels by place": (ADAM, "y_train[rows], reg)", "y_train[i:i + batch_size], reg)", APART),
    "function, labels shuffled": (FUNCTION, "X[rows], y[rows])", "X[rows], y[np.random.permutation(rows)])", APART),
    "epochs, two permutations": (
        EPOCHS,
        "X, Y = X[order], Y[order]",
        "X = X[order]\n            Y = Y[np.random.permutation(len(Y))]",
        APART,
    ),
    "course, first rows": (COURSE, "np.random.choice(num_train, batch_size)", "np.arange(batch_size)", FIRST),
    "course, first rows drawn": (COURSE, "choice(num_train, batch_size)", "choice(batch_size, batch_size)", FIRST),
    "function, first rows": (
        FUNCTION,
        "randint(0, X.shape[0], batch_size)",
        "randint(0, batch_size, batch_size)",
        FIRST,
    ),
    "course, kept": (
        COURSE,
        "loss, grads = self.loss(X_batch, y_batch, reg)",
        "loss, new = self.loss(X_batch, y_batch, reg)\n"
        "            grads = {k: new[k] + (grads[k] if it else 0) for k in new}",
        KEPT,
    ),
    "epochs, forgotten": (EPOCHS, "                    velocity[name] = step\n", "", FORGOTTEN),
    "adam, uncorrected": (
        ADAM,
        "mhat = m[k] / (1 - beta1 ** t)\n                    vhat = v[k] / (1 - beta2 ** t)",
        "mhat = m[k]\n                    vhat = v[k]",
        UNCORRECTED,
    ),
    "adam, no root": (ADAM, "(np.sqrt(vhat) + 1e-8)", "(vhat + 1e-8)", ROOTLESS),
    "course, decay in steps": (COURSE, "    learning_rate *=", "learning_rate *=", DECAY),
    "course, decay by 1": (COURSE, "if it % iterations_per_epoch == 0", "if it % 1 == 0", DECAY),
    "course, argmax": (COURSE, "np.argmax(self.loss(X), axis=1)", "np.argmax(self.loss(X), axis=0)", AXIS),
    "epochs, argmax": (EPOCHS, "scores.argmax(1)", "scores.argmax(0)", AXIS),
    "columns, argmax": (COLUMNS, "np.argmax(A2, axis=0)", "np.argmax(A2, axis=1)", AXIS),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_program_has_no_finding(name: str, taught: Taught) -> None:
    said = taught(RIGHT[name])

    assert said.findings == ()
    assert all("1000 apart" in note.message for note in said.notes)
    assert any("each with its own label" in line for line in said.checked)
    assert any("goes against its gradient" in line for line in said.checked)


@pytest.mark.parametrize("name", CASES)
def test_planted_mistake(name: str, taught: Taught) -> None:
    program, old, new, mistake = CASES[name]
    wrong = planted(program, old, new)

    said = taught(wrong)

    assert [finding.mistake for finding in said.findings] == [mistake]
    finding = said.findings[0]
    assert finding.verified
    assert finding.fix is not None
    lines = wrong.split("\n")
    lines[finding.fix.line - 1 : finding.fix.end_line] = finding.fix.replacement.split("\n")
    fixed = taught("\n".join(lines), "fixed.py")
    assert fixed.findings == ()
    ast.parse("\n".join(lines))


@pytest.mark.parametrize("name", [name for name in CASES if "\n" not in CASES[name][2] and CASES[name][2]])
def test_planted_line(name: str, taught: Taught) -> None:
    program, old, new, _ = CASES[name]
    wrong = planted(program, old, new)

    assert taught(wrong).findings[0].line == line_of(wrong, new)
