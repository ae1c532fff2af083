"""The course notebook's cells acted out on TwoLayerNet, and everything the notebook does not try."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule.checking.numerical import numerical_gradient, relative_error
from chainrule.errors import DivergedError, InputError
from chainrule.two_layer import TwoLayerNet

KNOWN_SCORES = [
    [-0.81233741, -1.27654624, -0.70335995],
    [-0.17129677, -1.18803311, -0.47310444],
    [-0.51590475, -1.01354314, -0.8504215],
    [-0.15419291, -0.48629638, -0.52901952],
    [-0.00618733, -0.12435261, -0.15226949],
]
SHAPES = {"W1": (4, 10), "b1": (10,), "W2": (10, 3), "b2": (3,)}


def toy_net() -> TwoLayerNet:
    np.random.seed(0)
    return TwoLayerNet(4, 10, 3, std=1e-1)


def toy_data() -> tuple[np.ndarray, np.ndarray]:
    np.random.seed(1)
    return 10 * np.random.randn(5, 4), np.array([0, 1, 2, 2, 1])


def worst_gradient_error(net: TwoLayerNet, X: np.ndarray, y: np.ndarray, reg: float) -> float:
    _, gradients = net.loss(X, y, reg)
    assert gradients.keys() == net.params.keys()
    return max(
        relative_error(gradient, numerical_gradient(lambda: net.loss(X, y, reg)[0], net.params[name], step=1e-4))
        for name, gradient in gradients.items()
    )


def test_the_cells_of_the_notebook(capsys: pytest.CaptureFixture[str]) -> None:
    net, (X, y) = toy_net(), toy_data()
    assert np.abs(net.loss(X) - KNOWN_SCORES).sum() < 1e-7
    loss, gradients = net.loss(X, y, reg=0.05)
    assert abs(loss - 1.30378789133) < 1e-12
    assert {name: gradient.shape for name, gradient in gradients.items()} == SHAPES
    assert worst_gradient_error(net, X, y, 0.05) < 1e-8

    net = toy_net()
    stats = net.train(X, y, X, y, learning_rate=1e-1, reg=5e-6, num_iters=100, verbose=False)
    assert stats["loss_history"][-1] == pytest.approx(0.017149607938732093, rel=1e-9)  # as solved notebooks print it
    assert capsys.readouterr().out == ""

    net = TwoLayerNet(32 * 32 * 3, 5, 10)
    images = np.random.randint(0, 256, (20, 32 * 32 * 3)).astype(np.uint8)
    labels = np.arange(20) % 10
    stats = net.train(images, labels, images, labels, num_iters=101, batch_size=20, learning_rate=1e-7, verbose=True)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"iteration {it} / 101: loss {stats['loss_history'][it]:f}" for it in (0, 100)]
    assert 0 <= (net.predict(images) == labels).mean() <= 1
    assert net.params["W1"].reshape(32, 32, 3, -1).transpose(3, 0, 1, 2).shape == (5, 32, 32, 3)


def test_training_is_the_loop_that_the_notebook_means() -> None:
    """An independent loop over the same draws: the update, then both accuracies, then the decay, once an epoch."""
    X, y = toy_data()
    X_val, y_val = X[:3], y[:3]
    rate, decay, reg, losses, train, val = 0.05, 0.5, 0.01, [], [], []
    by_hand, net = toy_net(), toy_net()
    np.random.seed(2)
    for iteration in range(7):
        batch = np.random.choice(5, 2)
        loss, gradients = by_hand.loss(X[batch], y[batch], reg)
        losses.append(loss)
        for name in gradients:
            by_hand.params[name] = by_hand.params[name] - rate * gradients[name]
        if iteration % 2 == 0:
            train.append((by_hand.loss(X[batch]).argmax(axis=1) == y[batch]).mean())
            val.append((by_hand.loss(X_val).argmax(axis=1) == y_val).mean())
            rate *= decay
    np.random.seed(2)
    stats = net.train(X, y, X_val, y_val, 0.05, decay, reg, num_iters=7, batch_size=2)
    np.testing.assert_allclose(stats["loss_history"], losses, rtol=1e-12)
    assert stats["train_acc_history"] == train
    assert stats["val_acc_history"] == val
    for name, expected in by_hand.params.items():
        np.testing.assert_allclose(net.params[name], expected, rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize(
    ("num_iters", "batch_size", "epochs"), [(0, 2, 0), (1, 2, 1), (7, 2, 4), (6, 5, 6), (3, 200, 3)]
)
def test_lengths_of_the_histories(num_iters: int, batch_size: int, epochs: int) -> None:
    X, y = toy_data()
    stats = toy_net().train(X, y, X, y, num_iters=num_iters, batch_size=batch_size)
    assert {name: len(values) for name, values in stats.items()} == {
        "loss_history": num_iters,
        "train_acc_history": epochs,
        "val_acc_history": epochs,
    }
    assert all(type(value) is float for values in stats.values() for value in values)


@pytest.mark.parametrize("reg", [0.0, 0.3])
@pytest.mark.parametrize("seed", range(3))
def test_gradients_with_random_biases(seed: int, reg: float) -> None:
    np.random.seed(seed)
    net = TwoLayerNet(4, 6, 3, std=0.7)
    X, y = np.random.randn(5, 4), np.random.randint(0, 3, 5)
    for name in ("b1", "b2"):
        net.params[name][...] = np.random.randn(*net.params[name].shape)
    assert np.abs(X @ net.params["W1"] + net.params["b1"]).min() > 1e-3, "a unit stands on its kink: another seed"
    assert worst_gradient_error(net, X, y, reg) < 1e-7
    net.params["W1"] = net.params["W1"] + 0.0  # an array of the user's, nudged where it stands
    assert worst_gradient_error(net, X, y, reg) < 1e-7


def test_a_wrong_gradient_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chainrule.network.relu.backward", lambda da, z: np.maximum(da, 0))
    assert worst_gradient_error(toy_net(), *toy_data(), 0.05) > 1e-2


def test_weights_are_drawn_as_the_notebook_expects() -> None:
    np.random.seed(3)
    W1, W2 = 1e-4 * np.random.randn(4, 10), 1e-4 * np.random.randn(10, 3)
    np.random.seed(3)
    params = TwoLayerNet(4, 10, 3).params
    assert list(params) == list(SHAPES)
    for name, expected in zip(SHAPES, (W1, np.zeros(10), W2, np.zeros(3)), strict=True):
        assert params[name].dtype == np.float64
        np.testing.assert_array_equal(params[name], expected)
    buffer = params["W1"].base
    assert all(array.base is buffer for array in params.values())


@pytest.mark.parametrize("as_type", [np.uint8, np.int64, np.float32, bool, list])
def test_every_real_type_of_X_gives_the_same(as_type: Any) -> None:
    X = np.array([[1, 0, 1, 1], [0, 1, 1, 0]])
    given = X.tolist() if as_type is list else X.astype(as_type)
    net = toy_net()
    np.testing.assert_array_equal(net.loss(given), net.loss(X.astype(np.float64)))
    assert net.loss(given, [0, 2])[0] == net.loss(X.astype(np.float64), np.array([0, 2], np.uint8))[0]
    assert net.loss(given).dtype == np.float64
    assert net.train(given, [0, 2], given, [0, 2], num_iters=2)["loss_history"]


def test_predict_is_the_best_score_of_however_many_rows() -> None:
    net = toy_net()
    X = np.random.randn(5000, 4)
    np.testing.assert_array_equal(net.predict(X), net.loss(X).argmax(axis=1))
    assert net.predict(X[:0]).shape == (0,)


def test_a_replaced_parameter_is_honoured() -> None:
    net, (X, _) = toy_net(), toy_data()
    before, old = net.loss(X), net.params["W1"]
    net.params["W1"] = np.zeros((4, 10), np.float32)
    np.testing.assert_array_equal(net.loss(X), np.zeros((5, 3)))
    net.params["W1"][...] = 1  # the user's own array goes on being read
    ones = net.loss(X)
    net.params["W1"] = old
    np.testing.assert_array_equal(net.loss(X), before)
    net.params = {name: np.ones(shape) for name, shape in SHAPES.items()}
    assert not np.array_equal(net.loss(X), ones)


def test_training_goes_on_from_a_replaced_parameter_and_leaves_the_users_array_alone() -> None:
    (X, y), nets = toy_data(), (toy_net(), toy_net())
    mine = np.random.randn(4, 10)
    kept = mine.copy()
    nets[0].params["W1"] = mine
    nets[1].params["W1"][...] = mine
    for net in nets:
        np.random.seed(4)
        net.train(X, y, X, y, num_iters=3)
        assert net.params["W1"].base is net.params["b2"].base
    np.testing.assert_array_equal(mine, kept)
    assert not np.array_equal(nets[0].params["W1"], mine)
    for name in SHAPES:
        np.testing.assert_array_equal(nets[0].params[name], nets[1].params[name])


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])  # noqa: S301
def test_a_copy_is_a_network_of_its_own(duplicate: Callable[[TwoLayerNet], TwoLayerNet]) -> None:
    net, (X, y) = toy_net(), toy_data()
    other, before = duplicate(net), net.loss(X)
    np.testing.assert_array_equal(other.loss(X), before)
    other.params["b2"][...] = 5
    assert not np.array_equal(other.loss(X), before)
    trained = other.train(X, y, X, y, learning_rate=1e-1)["loss_history"]
    assert trained[-1] < trained[0]
    assert other.loss(X, y)[0] < 0.1
    np.testing.assert_array_equal(net.loss(X), before)


X, Y = np.ones((2, 4)), np.array([0, 2])
BAD: list[tuple[Callable[[TwoLayerNet], object], str]] = [
    (lambda net: TwoLayerNet(0, 10, 3), "input_size: expected a whole number of at least 1, got 0"),
    (lambda net: TwoLayerNet(4, 2.5, 3), "hidden_size: expected a whole number of at least 1, got 2.5"),  # type: ignore[arg-type]
    (lambda net: TwoLayerNet(4, 10, 3, std=-1.0), "std: expected a finite number of at least 0, got -1.0"),
    (lambda net: net.loss(X[:, :3]), "X: expected shape (N, 4), got shape (2, 3)"),
    (lambda net: net.predict(X[0]), "X: expected shape (N, 4), got shape (4,)\n  try: X[np.newaxis], for one row"),
    (
        lambda net: net.predict(X.reshape(2, 2, 2)),
        "X: expected shape (N, 4), got shape (2, 2, 2)\n  try: X.reshape(len(X), -1)",
    ),
    (
        lambda net: net.loss([[1, 2, 3, float("nan")]]),
        "X: expected finite numbers, got nan\n  where: row 0, column 3, from 0",
    ),
    (lambda net: net.loss([[1, 2], [3]]), "X: expected an array of numbers, got rows of different lengths"),
    (lambda net: net.loss([["a", "b"]]), "X: expected an array of real numbers, got one of type <U1"),
    (lambda net: net.loss(X, Y[:1]), "y: expected shape (2,), a label for every example, got shape (1,)"),
    (lambda net: net.loss(X, Y[:, None]), "y: expected shape (2,), a label for every example, got shape (2, 1)"),
    (lambda net: net.loss(X, [0, 3]), "y: expected labels from 0 to 2, got 3\n  where: row 1, from 0"),
    (lambda net: net.loss(X, [-1, 0]), "y: expected labels from 0 to 2, got -1\n  where: row 0, from 0"),
    (lambda net: net.loss(X, [0.0, 1.0]), "y: expected integers, got float64\n  try: y.astype(int)"),
    (lambda net: net.loss(X[:0], Y[:0]), "examples for y: expected at least 1, got 0"),
    (lambda net: net.loss(X, Y, reg=-0.1), "reg: expected a finite number of at least 0, got -0.1"),
    (lambda net: net.train(X, Y, X, [0, 9]), "y_val: expected labels from 0 to 2, got 9\n  where: row 1, from 0"),
    (lambda net: net.train(X, Y, X[:, :1], Y), "X_val: expected shape (N, 4), got shape (2, 1)"),
    (
        lambda net: net.train(X, Y, X, Y, learning_rate=-1.0),
        "learning_rate: expected a finite number of at least 0, got -1.0",
    ),
    (
        lambda net: net.train(X, Y, X, Y, learning_rate="fast"),  # type: ignore[arg-type]
        "learning_rate: expected a finite number of at least 0, got 'fast'",
    ),
    (
        lambda net: net.train(X, Y, X, Y, learning_rate_decay=float("inf")),
        "learning_rate_decay: expected a finite number of at least 0, got inf",
    ),
    (lambda net: net.train(X, Y, X, Y, batch_size=0), "batch_size: expected a whole number of at least 1, got 0"),
    (lambda net: net.train(X, Y, X, Y, num_iters=-1), "num_iters: expected a whole number of at least 0, got -1"),
    (lambda net: net.params.pop("b1") is net.loss(X), "params: expected W1, b1, W2, b2, got W1, W2, b2"),
    (
        lambda net: net.params.update(W1=np.ones((10, 4))) or net.loss(X),
        "params['W1']: expected shape (4, 10), got shape (10, 4)",
    ),
    (
        lambda net: net.params.update(b2=np.array(["x"] * 3)) or net.predict(X),
        "params['b2']: expected an array of real numbers, got one of type <U1",
    ),
]


@pytest.mark.parametrize(("use", "message"), BAD, ids=[message.partition("\n")[0] for _, message in BAD])
def test_bad_input_is_refused_in_words(use: Callable[[TwoLayerNet], object], message: str) -> None:
    net = toy_net()
    W2 = net.params["W2"].copy()
    with pytest.raises(InputError) as caught:
        use(net)
    assert str(caught.value) == message
    np.testing.assert_array_equal(net.params["W2"], W2)


def test_a_learning_rate_that_is_too_large_is_said_in_words() -> None:
    net, (X, y) = toy_net(), toy_data()
    with pytest.raises(DivergedError) as caught:
        net.train(X, y, X, y, learning_rate=1e100, reg=1.0)
    message = str(caught.value)
    assert re.match(
        r"the (loss became (inf|nan)|scores are no longer finite) at iteration \d of 100, learning ", message
    )
    assert "try: a learning_rate ten times smaller" in message
    assert all(np.isfinite(array).all() for array in net.params.values())


def test_a_loss_that_overflows_is_said_in_words() -> None:
    net, (X, y) = toy_net(), toy_data()
    net.params["W2"][...] = 1e200
    with pytest.raises(DivergedError, match=r"^the loss became inf\n  likely cause"):
        net.loss(X, y, 0.1)
    net.params["W1"][...] = 1e200
    with pytest.raises(DivergedError, match=r"^the scores are no longer finite\n"):
        net.predict(np.abs(X))
