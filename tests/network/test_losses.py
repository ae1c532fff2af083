"""Losses beside softmax: what is known of them in closed form, at the ends of the numbers too."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import mean_poisson_deviance

from chainrule.errors import InputError
from chainrule.network import batch_mean, label_smoothing, logistic_loss, losses, poisson_loss, softmax_loss, stack
from chainrule.network.parameters import Architecture, Parameters


def test_one_logistic_output_is_the_softmax_of_two_scores_of_which_one_is_0() -> None:
    z = np.random.default_rng(0).normal(scale=3, size=(7, 1))
    y = np.array([0, 1, 1, 0, 1, 0, 0])
    two = np.hstack([np.zeros_like(z), z])
    np.testing.assert_allclose(logistic_loss.losses(z, y[:, None].astype(float)), softmax_loss.losses(two, y))
    np.testing.assert_allclose(logistic_loss.outputs(z)[:, 0], softmax_loss.softmax(two)[:, 1])


def test_the_logistic_loss_overflows_nowhere() -> None:
    scores = np.array([[1000.0, -1000.0, 1000.0, -1000.0]])
    targets = np.array([[1.0, 0.0, 0.0, 1.0]])
    np.testing.assert_allclose(logistic_loss.losses(scores, targets), [2000.0])
    np.testing.assert_array_equal(logistic_loss.outputs(scores), [[1, 0, 1, 0]])


def test_the_poisson_loss_is_half_the_deviance() -> None:
    rng = np.random.default_rng(1)
    scores, counts = rng.normal(size=(20, 1)), rng.poisson(1.0, (20, 1)).astype(float)
    deviance = mean_poisson_deviance(counts, poisson_loss.outputs(scores))
    assert losses.forward("poisson", scores, counts) == pytest.approx(deviance / 2)


def test_the_squared_loss_by_hand() -> None:
    scores, targets = np.array([[1.0, 2.0], [0.0, -1.0]]), np.array([[0.0, 4.0], [0.0, -1.0]])
    assert losses.forward("squared", scores, targets) == (0.5 + 2.0) / 2
    assert losses.forward("squared", scores, targets, np.array([3.0, 1.0])) == 3 * 2.5 / 4


def test_smoothed_labels_are_a_mixture_of_losses() -> None:
    rng = np.random.default_rng(2)
    scores, y = rng.normal(size=(6, 4)), rng.integers(0, 4, 6)
    of_all = np.mean([softmax_loss.losses(scores, np.full(6, c)) for c in range(4)], axis=0)
    expected = 0.7 * softmax_loss.losses(scores, y) + 0.3 * of_all
    np.testing.assert_allclose(label_smoothing.losses(scores, y, 0.3), expected)
    np.testing.assert_allclose(label_smoothing.targets(y, 0.3, scores).sum(axis=1), 1)


def test_a_weight_of_3_is_an_example_that_is_there_three_times() -> None:
    rng = np.random.default_rng(3)
    parameters = Parameters(Architecture(4, (5,), 3), rng.normal(size=43))
    X, y, times = rng.normal(size=(6, 4)), rng.integers(0, 3, 6), np.array([1, 3, 0, 2, 1, 5])
    weighted = stack.loss_and_gradients(parameters, X, y, 0.1, sample_weight=times.astype(float))
    repeated = stack.loss_and_gradients(parameters, X.repeat(times, axis=0), y.repeat(times), 0.1)
    assert weighted[0].total == pytest.approx(repeated[0].total)
    np.testing.assert_allclose(weighted[1].buffer, repeated[1].buffer, rtol=1e-12, atol=1e-15)


def test_weights_keep_the_precision() -> None:
    d_each = np.ones((3, 2), np.float32)
    assert batch_mean.backward(d_each, np.array([1.0, 2.0, 3.0])).dtype == np.float32


def test_names_that_are_unknown_and_smoothing_without_labels_are_refused() -> None:
    with pytest.raises(InputError, match=r"activation: expected one of identity, .*, got 'swish'"):
        Architecture(4, (5,), 3, activation="swish")
    with pytest.raises(InputError, match=r"loss: expected one of softmax, .*, got 'hinge'"):
        Architecture(4, (5,), 3, loss="hinge")
    with pytest.raises(InputError, match="label smoothing: expected the loss softmax, got the loss squared"):
        losses.forward("squared", np.zeros((2, 3)), np.zeros((2, 3)), smoothing=0.1)
