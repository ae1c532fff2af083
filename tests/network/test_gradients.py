"""Every gradient of the network is proved by finite differences, and agrees with two other ways to write it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.checking.numerical import numerical_gradient, relative_error
from chainrule.network import (
    batch_mean,
    dropout,
    first_report,
    identity,
    label_smoothing,
    logistic,
    logistic_loss,
    poisson_loss,
    relu,
    second_report,
    softmax_loss,
    squared_loss,
    stack,
    tanh,
)
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.parameters import Architecture, Parameters
from tests.network.kinds import KINDS, PLAIN, Kind, extras_of, targets_of
from tests.shapes import any_shape

KINK_MARGIN = 1e-2  # how far every hidden pre-activation stays from 0, well beyond what the nudges move it


Problem = tuple[Parameters, np.ndarray, np.ndarray]


def draw_problem(data: st.DataObject, depth: int, kind: Kind = PLAIN) -> Problem:
    """Draw parameters (biases too), inputs and targets; all sizes differ, no pre-activation is near its kink."""
    sizes = data.draw(st.lists(st.integers(2, 7), min_size=depth + 2, max_size=depth + 2, unique=True))
    N, architecture = sizes[0], Architecture(sizes[1], tuple(sizes[2:-1]), sizes[-1], kind.activation, kind.loss)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    while True:
        scale = 0.3 if kind.loss == "poisson" else 0.7  # differences of huge exponentials would lose their digits
        parameters = Parameters(architecture, rng.normal(scale=scale, size=architecture.n_parameters))
        X, y = rng.normal(size=(N, architecture.input_size)), targets_of(kind, N, architecture.output_size, rng)
        hidden = stack.forward(parameters, X, extras_of(kind, N).get("drop")).pre_activations[:-1]
        if kind.activation != "relu" or all(np.abs(z).min() > KINK_MARGIN for z in hidden):
            return parameters, X, y


def worst_gradient_error(parameters: Parameters, X: np.ndarray, y: np.ndarray, reg: float, kind: Kind = PLAIN) -> float:
    extras = extras_of(kind, len(X))

    drop = extras.pop("drop")

    def total_loss() -> float:
        return stack.loss(parameters, stack.forward(parameters, X, drop).scores, y, reg, **extras).total

    parts, gradients = stack.loss_and_gradients(parameters, X, y, reg, drop=drop, **extras)
    assert parts.total == total_loss()
    with any_shape():  # the shapes have been checked once; the nudges, some thousands, do not change them
        numerical = {name: numerical_gradient(total_loss, parameters[name]) for name in parameters}
    return max(relative_error(gradients[name], numerical[name]) for name in parameters)


@pytest.mark.parametrize("reg", [0.0, 0.3])
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_parameter_gradients_are_numerical_gradients(data: st.DataObject, depth: int, reg: float) -> None:
    parameters, X, y = draw_problem(data, depth)
    assert worst_gradient_error(parameters, X, y, reg) < 1e-7


@pytest.mark.parametrize("name", [name for name in KINDS if name != "plain"])
@settings(max_examples=6, deadline=None)
@given(data=st.data(), depth=st.integers(1, 3))
def test_gradients_of_other_kinds_of_networks(data: st.DataObject, depth: int, name: str) -> None:
    parameters, X, y = draw_problem(data, depth, KINDS[name])
    # a squared loss of an identity has no bound, and what its differences lose to rounding grows with it
    limit = 1e-6 if KINDS[name].loss == "squared" else 1e-7
    assert worst_gradient_error(parameters, X, y, 0.1, KINDS[name]) < limit


MISTAKES: list[tuple[str, ModuleType, str, Callable[..., Any]]] = [
    ("identity", identity, "backward", lambda da, z: da * (z > 0)),
    ("logistic", logistic, "backward", lambda da, z: da * logistic.forward(z)),
    ("tanh", tanh, "backward", lambda da, z: da * (1 - np.tanh(z))),
    ("logistic loss", logistic_loss, "gradient", lambda probs, t: (probs - t) * probs * (1 - probs)),
    ("squared loss", squared_loss, "gradient", lambda outputs, t: 2 * (outputs - t)),
    ("poisson loss", poisson_loss, "gradient", lambda outputs, t: np.log(outputs) - t),
    ("weighted", batch_mean, "backward", lambda d, s=None: d / len(d)),
    ("weighted", batch_mean, "backward", lambda d, s: d * (s / len(s))[:, None]),
    ("smoothed", label_smoothing, "gradient", lambda probs, y, e: softmax_loss.gradient(probs, y)),
    ("dropout", dropout, "backward", lambda da, mask: da),
    ("dropout", dropout, "backward", lambda da, mask: da * (mask > 0)),
]


@pytest.mark.parametrize(("name", "module", "function", "wrong"), MISTAKES)
def test_a_mistake_in_each_is_seen(
    name: str, module: ModuleType, function: str, wrong: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, rng = KINDS[name], np.random.default_rng(0)
    architecture = Architecture(4, (6,), 3, kind.activation, kind.loss)
    parameters = Parameters(architecture, rng.normal(size=architecture.n_parameters))
    X, y = rng.normal(size=(5, 4)), targets_of(kind, 5, 3, rng)
    assert worst_gradient_error(parameters, X, y, 0.1, kind) < 1e-7
    monkeypatch.setattr(module, function, wrong)
    assert worst_gradient_error(parameters, X, y, 0.1, kind) > 1e-2


def test_the_second_reports_mask_is_found_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    architecture = Architecture(4, (6,), 3)
    parameters = Parameters(architecture, rng.normal(size=architecture.n_parameters))
    X, y = rng.normal(size=(5, 4)), rng.integers(0, 3, 5)
    assert worst_gradient_error(parameters, X, y, 0.1) < 1e-7
    monkeypatch.setattr(relu, "backward", lambda da, z: np.maximum(da, 0))
    assert worst_gradient_error(parameters, X, y, 0.1) > 1e-2


def loss_from_a(parameters: Parameters, layer: int, a: np.ndarray, y: np.ndarray) -> float:
    """The data loss of a network that begins at the activation of ``layer``."""
    sizes = parameters.architecture.sizes[layer:]
    tail = replace(parameters.architecture, input_size=sizes[0], hidden_sizes=sizes[1:-1])
    rest = Parameters(tail, parameters.buffer[-tail.n_parameters :])
    return stack.loss(rest, stack.forward(rest, a).scores, y, 0.0).data


def loss_from_z(parameters: Parameters, layer: int, z: np.ndarray, y: np.ndarray) -> float:
    if layer == parameters.architecture.depth:
        return stack.loss(parameters, z, y, 0.0).data
    return loss_from_a(parameters, layer, ACTIVATIONS[parameters.architecture.activation].forward(z), y)


@pytest.mark.parametrize("name", ["plain", "tanh", "logistic loss"])
@pytest.mark.parametrize("depth", [1, 2, 3])
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_intermediate_gradients_are_numerical_gradients(data: st.DataObject, depth: int, name: str) -> None:
    """Each d-value is the gradient of the loss run on from the value it is named for."""
    parameters, X, y = draw_problem(data, depth, KINDS[name])
    forward = stack.forward(parameters, X)
    backward = stack.backward(parameters, forward, y, reg=0.0)
    for layer in range(1, depth + 1):
        z = forward.pre_activations[layer - 1].copy()
        numerical = numerical_gradient(partial(loss_from_z, parameters, layer, z, y), z)
        assert relative_error(backward.values[f"dz{layer}"], numerical) < 1e-7
        if layer < depth:
            a = forward.activations[layer].copy()
            numerical = numerical_gradient(partial(loss_from_a, parameters, layer, a, y), a)
            assert relative_error(backward.values[f"da{layer}"], numerical) < 1e-7


@settings(max_examples=30, deadline=None)
@given(data=st.data(), reg=st.sampled_from([0.0, 0.05, 1.0]))
def test_the_three_formulations_agree(data: st.DataObject, reg: float) -> None:
    parameters, X, y = draw_problem(data, depth=2)
    W1, b1, W2, b2 = (parameters[name] for name in ("W1", "b1", "W2", "b2"))
    parts, gradients = stack.loss_and_gradients(parameters, X, y, reg)

    (data_loss, penalty1, penalty2), dW1, dW2 = first_report.loss_and_gradients(
        X, y, np.vstack([W1, b1]), np.vstack([W2, b2]), reg
    )
    total, named = second_report.loss_and_gradients(X, y, W1, b1, W2, b2, reg)

    np.testing.assert_allclose([parts.data, *parts.penalties], [data_loss, penalty1, penalty2], rtol=1e-12)
    np.testing.assert_allclose(parts.total, total, rtol=1e-12)
    for first, second, name in [
        (dW1[:-1], named["dw1"], "W1"),
        (dW1[-1], named["db1"], "b1"),
        (dW2[:-1], named["dw2"], "W2"),
        (dW2[-1], named["db2"], "b2"),
    ]:
        np.testing.assert_allclose(gradients[name], first, rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(gradients[name], second, rtol=1e-10, atol=1e-13)


@settings(max_examples=20, deadline=None)
@given(data=st.data(), depth=st.integers(1, 4))
def test_the_contract_of_forward_and_backward(data: st.DataObject, depth: int) -> None:
    """Twice the same, arguments untouched, names and shapes as documented, float32 stays float32 and agrees."""
    parameters, X, y = draw_problem(data, depth)
    before = parameters.buffer.copy(), X.copy(), y.copy()
    first = stack.loss_and_gradients(parameters, X, y, 0.1)
    again = stack.loss_and_gradients(parameters, X, y, 0.1)
    assert first[0] == again[0]
    np.testing.assert_array_equal(first[1].buffer, again[1].buffer)
    for was, array in zip(before, (parameters.buffer, X, y), strict=True):
        np.testing.assert_array_equal(array, was)

    values = stack.forward(parameters, X)
    gradients = stack.backward(parameters, values, y, 0.1)
    every = values.values | parameters.views
    for name, gradient in gradients.values.items():
        assert gradient.shape == every[name.removeprefix("d")].shape

    single = replace(parameters, buffer=parameters.buffer.astype(np.float32))
    parts, rounded = stack.loss_and_gradients(single, X.astype(np.float32), y, 0.1)
    assert rounded.dtype == np.float32
    assert parts.total == pytest.approx(first[0].total, rel=1e-5)
    np.testing.assert_allclose(rounded.buffer, first[1].buffer, rtol=2e-3, atol=1e-5)


@pytest.mark.parametrize("offset", [-1000.0, 0.0, 1000.0])
def test_softmax_is_stable_and_translation_invariant(offset: float) -> None:
    scores = np.array([[1000.0, -1000.0, 0.0], [1.0, 2.0, 3.0]])
    y = np.array([1, 2])
    np.testing.assert_allclose(softmax_loss.softmax(scores + offset), softmax_loss.softmax(scores), atol=1e-12)
    assert softmax_loss.forward(scores + offset, y) == pytest.approx((2000.0 + np.log(1 + np.exp(-1) + np.exp(-2))) / 2)


def test_zero_weights_give_log_of_the_number_of_classes() -> None:
    parameters = Parameters.zeros(Architecture(4, (5,), 7), np.float64)
    parts, _ = stack.loss_and_gradients(parameters, np.ones((3, 4)), np.array([0, 1, 6]), 0.5)
    assert parts.data == pytest.approx(np.log(7))
    assert parts.penalties == (0.0, 0.0)
