"""Weights that a program begins with, and the settings that it trains with."""

from __future__ import annotations

from tests.checking.teaching.conftest import Taught, line_of, planted
from tests.checking.teaching.programs import ADAM, COURSE, EPOCHS, FUNCTION

ZEROS = COURSE.replace("std * np.random.randn(input_size, hidden_size)", "np.zeros((input_size, hidden_size))").replace(
    "std * np.random.randn(hidden_size, output_size)", "np.zeros((hidden_size, output_size))"
)


def test_all_weights_zero(taught: Taught) -> None:
    (finding,) = taught(ZEROS).findings

    assert finding.mistake == "weights that all begin equal"
    assert finding.line == line_of(ZEROS, "self.params['W1'] = np.zeros(")
    assert finding.verified
    assert finding.fix is not None
    assert "np.random.randn(input_size, hidden_size)" in finding.fix.replacement
    assert "np.random.randn(hidden_size, output_size)" in finding.fix.replacement


def test_all_weights_one(taught: Taught) -> None:
    ones = ADAM.replace("np.random.randn(input_dim, hidden_dim)", "np.ones((input_dim, hidden_dim))").replace(
        "np.random.randn(hidden_dim, num_classes)", "np.ones((hidden_dim, num_classes))"
    )

    (finding,) = taught(ones).findings

    assert finding.mistake == "weights that all begin equal"
    assert finding.verified


def test_zeros_that_are_filled_elsewhere(taught: Taught) -> None:
    filled = planted(
        ZEROS,
        "    def loss(self",
        "    def reset(self):\n        for name in ('W1', 'W2'):\n"
        "            self.params[name] = np.random.randn(*self.params[name].shape)\n\n    def loss(self",
    )

    assert taught(filled).findings == ()


def test_zeros_without_a_hidden_layer_are_right(taught: Taught) -> None:
    softmax = """
import numpy as np


class Softmax:
    def __init__(self, n_features, n_classes):
        self.W = np.zeros((n_features, n_classes))

    def loss(self, X, y, reg=0.0):
        s = X @ self.W
        s = s - s.max(axis=1, keepdims=True)
        p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
        n = len(y)
        loss = -np.log(p[np.arange(n), y]).mean() + reg * np.sum(self.W ** 2)
        p[np.arange(n), y] -= 1
        return loss, X.T @ p / n + 2 * reg * self.W
"""

    assert taught(softmax).findings == ()


def test_learning_rate_too_small(taught: Taught) -> None:
    slow = planted(COURSE, "learning_rate=0.1", "learning_rate=1e-6")

    notes = [note for note in taught(slow).notes if "look at the settings" in note.message]

    assert [note.line for note in notes] == [line_of(slow, "def train")]
    assert "the gradients are right" in notes[0].message
    assert "learning_rate=1e-06" in notes[0].message
    assert "too small" in notes[0].message


def test_learning_rate_too_large(taught: Taught) -> None:
    fast = planted(COURSE, "learning_rate=0.1", "learning_rate=100.0")

    notes = [note for note in taught(fast).notes if "look at the settings" in note.message]

    assert len(notes) == 1
    assert "too large" in notes[0].message


def test_tiny_weights_of_the_course(taught: Taught) -> None:
    tiny = planted(COURSE, "std=0.1", "std=1e-4").replace("learning_rate=0.1", "learning_rate=1e-3")

    (note,) = [note for note in taught(tiny).notes if "look at the settings" in note.message]

    assert "the weights begin at 1e-04" in note.message


def test_good_settings_are_a_line_of_what_was_checked(taught: Taught) -> None:
    for program in (COURSE, EPOCHS, ADAM):
        said = taught(program)
        assert any("with the defaults of" in line for line in said.checked)
        assert not any("settings" in note.message for note in said.notes)


def test_settings_are_not_judged_while_gradients_are_wrong(taught: Taught) -> None:
    slow = planted(COURSE, "learning_rate=0.1", "learning_rate=1e-6")

    assert not any("settings" in note.message for note in taught(slow, gradients_right=False).notes)


def test_an_epoch_of_a_fraction_is_a_note(taught: Taught) -> None:
    fraction = planted(COURSE, "num_train // batch_size", "num_train / batch_size")

    said = taught(fraction)

    assert said.findings == ()
    (note,) = [note for note in said.notes if "iterations_per_epoch" in note.message]
    assert note.line == line_of(fraction, "if it % iterations_per_epoch")
    assert "//" in note.message


def test_functions_without_defaults_of_their_own_say_nothing(taught: Taught) -> None:
    assert not any("settings" in note.message for note in taught(FUNCTION).notes)
