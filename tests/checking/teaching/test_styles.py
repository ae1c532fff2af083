"""Training written in one function, and what is read off the text."""

from __future__ import annotations

import pytest

from tests.checking.teaching.conftest import Taught, line_of, planted
from tests.checking.teaching.programs import ADAM, COURSE, EPOCHS, INLINE


def test_right_inline_training(taught: Taught) -> None:
    said = taught(INLINE)

    assert said.findings == ()
    assert any("each with its own label" in line for line in said.checked)


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("y_batch = y[idx]", "y_batch = y[i:i + batch_size]", "rows and labels drawn apart"),
        ("X_batch = X[idx]", "X_batch = X[np.random.permutation(idx)]", "rows and labels drawn apart"),
        (
            "idx = perm[i:i + batch_size]",
            "idx = np.arange(min(batch_size, len(X)))",
            "only the first rows are ever drawn",
        ),
    ],
)
def test_inline_sampling(old: str, new: str, mistake: str, taught: Taught) -> None:
    (finding,) = taught(planted(INLINE, old, new)).findings

    assert finding.mistake == mistake
    assert finding.verified
    assert finding.fix is not None


def test_two_shuffles_become_one_order(taught: Taught) -> None:
    wrong = planted(
        EPOCHS,
        "            order = np.random.permutation(len(X))\n            X, Y = X[order], Y[order]\n",
        "            np.random.shuffle(X)\n            np.random.shuffle(Y)\n",
    )

    (finding,) = taught(wrong).findings

    assert finding.mistake == "rows and labels drawn apart"
    assert finding.fix is not None
    assert finding.fix.replacement.split("\n") == [
        "            order = np.random.permutation(len(X))",
        "            X = X[order]",
        "            Y = Y[order]",
    ]


KEEPING = planted(
    COURSE,
    "                history.append((self.predict(X_val) == y_val).mean())\n",
    "                accuracy = (self.predict(X_val) == y_val).mean()\n"
    "                if accuracy >= max(history):\n"
    "                    best_params = {name: value.copy() for name, value in self.params.items()}\n",
)


def test_best_weights_with_copies_are_right(taught: Taught) -> None:
    assert not any("in place" in note.message for note in taught(KEEPING).notes)


@pytest.mark.parametrize(
    "kept",
    ["{name: value for name, value in self.params.items()}", "self.params", "self.params.copy()", "dict(self.params)"],
)
def test_best_weights_without_copies(kept: str, taught: Taught) -> None:
    wrong = planted(KEEPING, "{name: value.copy() for name, value in self.params.items()}", kept)

    said = taught(wrong)

    assert said.findings == ()
    (note,) = [note for note in said.notes if "best weights" in note.message]
    assert note.line == line_of(wrong, "best_params =")


def test_epsilon_inside_the_root(taught: Taught) -> None:
    wrong = planted(ADAM, "(np.sqrt(vhat) + 1e-8)", "np.sqrt(vhat + 1e-8)")

    said = taught(wrong)

    assert said.findings == ()
    (note,) = [note for note in said.notes if "inside the root" in note.message]
    assert note.line == line_of(wrong, "np.sqrt(vhat + 1e-8)")


SEARCH = """

best_acc = -1
for rate in [1e-3, 1e-2]:
    net = TwoLayerNet(4, 10, 3)
    net.train(X_train, y_train, X_val, y_val, learning_rate=rate)
    val_acc = (net.predict(X_val) == y_val).mean()
    if val_acc > best_acc:
        best_acc = val_acc
        best_net = net
"""


def test_settings_chosen_by_validation_are_right(taught: Taught) -> None:
    assert not any("test set" in note.message for note in taught(COURSE + SEARCH).notes)


def test_settings_chosen_by_the_test_set(taught: Taught) -> None:
    wrong = COURSE + SEARCH.replace("val_acc", "acc").replace(
        "net.predict(X_val) == y_val", "net.predict(X_test) == y_test"
    )

    (note,) = [note for note in taught(wrong).notes if "test set" in note.message]

    assert note.line == line_of(wrong, "if acc > best_acc")


@pytest.mark.parametrize("decay", ["0.999", "1.0"])
def test_a_weak_decay_in_every_step_is_right(decay: str, taught: Taught) -> None:
    weak = planted(COURSE, "    learning_rate *=", "learning_rate *=").replace("decay=0.95", f"decay={decay}")

    assert taught(weak).findings == ()


def test_momentum_that_is_switched_off_is_right(taught: Taught) -> None:
    plain = planted(COURSE, "num_iters=100,", "num_iters=100, use_momentum=False,")
    plain = planted(
        plain,
        "                self.params[name] -= learning_rate * grads[name]\n",
        "                if use_momentum:\n"
        "                    velocity = 0.9 * self.velocity[name] - learning_rate * grads[name]\n"
        "                    self.params[name] += velocity\n"
        "                else:\n"
        "                    self.params[name] -= learning_rate * grads[name]\n",
    )

    assert taught(plain).findings == ()


def test_overfitting_few_rows_on_purpose_is_right(taught: Taught) -> None:
    few = planted(
        COURSE,
        "            X_batch = X[indices]\n            y_batch = y[indices]\n",
        "            X_batch, y_batch = X[:10], y[:10]\n",
    )

    assert taught(few).findings == ()
