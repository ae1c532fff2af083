"""What is said of a loss and its gradients: its start, large scores, twice the same, arrays left as they are."""

from __future__ import annotations

import time

import pytest

from tests.checking.teaching.conftest import Taught, line_of, planted
from tests.checking.teaching.programs import ADAM, COLUMNS, COURSE, EPOCHS, FUNCTION


def test_start_is_log_c(taught: Taught) -> None:
    said = taught(COURSE)

    assert "loss with weights near zero: 1.0986 = log 3, of 3 classes" in said.checked


def test_softmax_over_the_whole_batch_starts_at_log_nc(taught: Taught) -> None:
    wrong = planted(FUNCTION, "np.sum(np.exp(s), axis=1, keepdims=True)", "np.sum(np.exp(s))")

    said = taught(wrong, gradients_right=False)

    assert any("log(N C): the softmax is normalised over the whole batch" in note.message for note in said.notes)


def test_naive_softmax_overflows_at_its_line(taught: Taught) -> None:
    wrong = planted(FUNCTION, "    s = s - np.max(s, axis=1, keepdims=True)\n", "")

    said = taught(wrong)

    (note,) = said.notes
    assert note.line == line_of(wrong, "p = np.exp(s)")
    assert "the exponential overflows" in note.message
    assert said.findings == ()


def test_one_maximum_for_all_rows_underflows(taught: Taught) -> None:
    wrong = planted(FUNCTION, "np.max(s, axis=1, keepdims=True)", "np.max(s)")

    (note,) = taught(wrong).notes

    assert note.line == line_of(wrong, "p = np.exp(s)")
    assert "0 is divided by 0" in note.message
    assert "each example's own largest score" in note.message


def test_log_of_zero_makes_no_note_where_gradients_stay_finite(taught: Taught) -> None:
    said = taught(ADAM)

    assert said.notes == ()
    assert any("the logarithm of a probability that is 0; the gradients stay finite" in line for line in said.checked)


@pytest.mark.parametrize(
    ("program", "place"),
    [
        (COURSE, "        N = X.shape[0]\n"),
        (EPOCHS, "        self.h = np.tanh(X @ self.W1 + self.b1)\n"),
        (COLUMNS, '    Z1 = parameters["W1"] @ X + parameters["b1"]\n'),
    ],
)
def test_seeding_in_the_loss(program: str, place: str, taught: Taught) -> None:
    indentation = place[: len(place) - len(place.lstrip())]
    wrong = planted(program, place, f"{indentation}np.random.seed(0)\n{place}")

    notes = [note for note in taught(wrong).notes if "seeded anew in every call" in note.message]

    assert [note.line for note in notes] == [line_of(wrong, "np.random.seed(0)")]


def test_dropout_left_on(taught: Taught) -> None:
    wrong = planted(
        COURSE,
        "        scores = hidden.dot(W2) + b2\n",
        "        keep = np.random.rand(*hidden.shape) < 0.5\n        hidden = hidden * keep\n"
        "        scores = hidden.dot(W2) + b2\n",
    )

    notes = [note for note in taught(wrong).notes if "random numbers are drawn" in note.message]

    assert [note.line for note in notes] == [line_of(wrong, "keep = np.random")]


def test_gradients_kept_between_calls(taught: Taught) -> None:
    wrong = planted(EPOCHS, "        self.velocity = {}\n", "        self.grads = {}\n")
    wrong = planted(
        wrong,
        "        return {'W1': X.T @ dh,",
        "        self.grads['W1'] = self.grads.get('W1', 0) + X.T @ dh\n        return {'W1': self.grads['W1'],",
    )

    notes = [note for note in taught(wrong).notes if "two calls in a row differ" in note.message]

    assert [note.line for note in notes] == [line_of(wrong, "self.grads['W1'] = self.grads.get")]
    assert "the gradient of W1" in notes[0].message


@pytest.mark.parametrize(
    ("program", "old", "new", "words"),
    [
        (COURSE, "        N = X.shape[0]\n", "        N = X.shape[0]\n        X -= X.mean(axis=0)\n", "the inputs X"),
        (FUNCTION, "    N = len(X)\n", "    N = len(X)\n    rows = X\n    rows *= 2\n", "the inputs X"),
        (COURSE, "grads = {'W1': X.T", "W1 *= 1 + reg\n        grads = {'W1': X.T", "the parameter W1"),
        (COLUMNS, '    dZ2 = (cache["A2"] - Y) / m\n', '    Y -= cache["A2"]\n    dZ2 = -Y / m\n', "the labels Y"),
    ],
)
def test_arrays_edited_in_place(program: str, old: str, new: str, words: str, taught: Taught) -> None:
    wrong = planted(program, old, new)

    notes = [note for note in taught(wrong).notes if f"changes {words} in place" in note.message]

    added = next(row for row in new.split("\n") if row not in old and "=" in row.replace("rows = X", ""))
    assert [note.line for note in notes] == [line_of(wrong, added)]


def test_an_update_inside_the_backward_pass_is_no_edit(taught: Taught) -> None:
    updating = planted(
        EPOCHS,
        "        return {'W1': X.T @ dh,",
        "        self.W1 -= 0.1 * (X.T @ dh)\n        return {'W1': X.T @ dh,",
    )

    assert not [note for note in taught(updating).notes if "in place" in note.message]


def test_learnt_by_heart_only_if_the_gradients_are_right(taught: Taught) -> None:
    def by_heart(*, right: bool) -> list[str]:
        return [line for line in taught(COURSE, gradients_right=right).checked if "learnt by heart" in line]

    assert len(by_heart(right=True)) == 1
    assert by_heart(right=False) == []


def test_list_is_quick(taught: Taught) -> None:
    start = time.monotonic()
    taught(COURSE)

    assert time.monotonic() - start < 5  # 0.15 s on an idle machine; the file is read as well


def test_a_program_that_hangs_in_training_is_left_alone(taught: Taught) -> None:
    hanging = planted(COURSE, "        history = []\n", "        history = []\n        while True: pass\n")

    said = taught(hanging)

    assert said.findings == ()
    assert any("learnt by heart" in line for line in said.checked)


def test_a_program_that_raises_in_training_is_left_alone(taught: Taught) -> None:
    raising = planted(COURSE, "        history = []\n", "        raise SystemExit('done')\n")

    assert taught(raising).findings == ()
