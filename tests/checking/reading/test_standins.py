"""Stand-ins for what a program imports or opens and is not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from chainrule.checking.numerical import numerical_gradient
from chainrule.checking.reading.module import run_once
from chainrule.checking.reading.program import open_program
from chainrule.checking.reading.standins import book
from chainrule.checking.reading.standins import labels as encoders
from chainrule.checking.reading.standins.files import TEXT, Opener

Write = Callable[..., Path]


@pytest.mark.parametrize("layer", ["Relu", "Sigmoid"])
def test_activations_of_the_book(layer: str) -> None:
    x = np.random.default_rng(1).normal(size=(4, 3))
    dout = np.random.default_rng(2).normal(size=(4, 3))
    made = book.KNOWN[layer]()
    made.forward(x)

    expected = numerical_gradient(lambda: float(np.vdot(book.KNOWN[layer]().forward(x), dout)), x)

    np.testing.assert_allclose(made.backward(dout), expected, atol=1e-7)


@pytest.mark.parametrize("one_hot", [False, True])
def test_network_of_the_book(one_hot: bool) -> None:
    rng = np.random.default_rng(1)
    x, w, b, t = rng.normal(size=(4, 3)), rng.normal(size=(3, 5)), rng.normal(size=5), rng.integers(0, 5, 4)
    labels = np.eye(5)[t] if one_hot else t
    affine, last = book.Affine(w, b), book.SoftmaxWithLoss()

    def loss() -> float:
        return float(last.forward(affine.forward(x), labels))

    loss()
    dx = affine.backward(last.backward())

    for gradient, array in ((dx, x), (affine.dW, w), (affine.db, b)):
        np.testing.assert_allclose(gradient, numerical_gradient(loss, array), atol=1e-7)
        np.testing.assert_allclose(book.numerical_gradient(lambda _: loss(), array), gradient, atol=1e-7)


def test_derivatives_of_the_book() -> None:
    x = np.array([-1.5, -0.2, 0.4, 2.0])

    np.testing.assert_allclose(
        book.sigmoid_grad(x), np.diag(numerical_gradient_of(lambda v: 1 / (1 + np.exp(-v)), x)), atol=1e-7
    )
    np.testing.assert_array_equal(book.relu_grad(x), [0, 0, 1, 1])


def numerical_gradient_of(function: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> np.ndarray:
    step = 1e-6 * np.eye(len(x))
    return np.array([(function(x + one) - function(x - one)) / 2e-6 for one in step])


def test_labels_as_libraries_encode_them() -> None:
    y = np.array([2, 0, 2])

    np.testing.assert_array_equal(encoders.one_hot(y), [[0, 0, 1], [1, 0, 0], [0, 0, 1]])
    np.testing.assert_array_equal(encoders.one_hot(y, 4)[:, 3], [0, 0, 0])
    table = encoders.get_dummies(y)
    for form in (table, table.values, table.as_matrix(), table.to_numpy()):
        np.testing.assert_array_equal(form, [[0, 1], [1, 0], [0, 1]])
    np.testing.assert_array_equal(encoders.Encoder(sparse=False).fit_transform(y[:, None]), table)


def test_star_import_of_an_absent_module_brings_numpy(written: Write) -> None:
    module = run_once(open_program(written("from common.np import *\nx = np.ones(3)\ny = sigmoid(x)\n")))

    assert module.namespace["x"].tolist() == [1, 1, 1]
    assert module.namespace["y"] == pytest.approx(1 / (1 + np.exp(-1)))


def test_text_that_is_not_there(tmp_path: Path) -> None:
    opener = Opener()

    assert opener(tmp_path / "novel.txt").read() == TEXT
    assert opener.absent == ["novel.txt"]
    with pytest.raises(FileNotFoundError):
        opener(tmp_path / "data.bin", "rb")
    with pytest.raises(FileNotFoundError):
        opener(tmp_path / "none" / "log.txt", "w")
    (tmp_path / "novel.txt").write_text("It was.")
    with opener(tmp_path / "novel.txt") as novel:
        assert novel.read() == "It was."


def test_modules_beside_the_program_are_named(written: Write) -> None:
    written("def double(x):\n    return 2 * x\n", "helpers.py")
    module = run_once(open_program(written("from helpers import double\nx = double(2)\n")))

    assert module.namespace["x"] == 4
    assert [note.message for note in module.notes] == [
        "run, and not looked into: helpers.py (chainrule check helpers.py does)"
    ]
