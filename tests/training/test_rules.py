"""Update rules: hand-worked steps, and PyTorch as an oracle for a hundred of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule.data.features import Features
from chainrule.network.parameters import Architecture, Parameters
from chainrule.training.engine import ReferenceEngine, StepSettings, Weights
from chainrule.training.minibatches import epoch_batches
from chainrule.training.rules import RULES, RuleSettings

# two steps from w = 1 with gradients 0.5 and -0.25, rate 0.1; worked out by hand from the formula in each docstring
BY_HAND = {
    "sgd": (0.95, 0.975),
    "momentum": (0.95, 0.95 - 0.1 * (0.9 * 0.5 - 0.25)),
    "nesterov": (1 - 0.1 * (0.5 + 0.9 * 0.5), 0.905 - 0.1 * (-0.25 + 0.9 * (0.9 * 0.5 - 0.25))),
    "rmsprop": (
        1 - 0.1 * 0.5 / (0.0025**0.5 + 1e-8),
        1 - 0.1 * 0.5 / (0.0025**0.5 + 1e-8) + 0.1 * 0.25 / ((0.99 * 0.0025 + 0.01 * 0.0625) ** 0.5 + 1e-8),
    ),
    "adam": (
        1 - 0.1 * 0.5 / (0.5 + 1e-8),
        1
        - 0.1 * 0.5 / (0.5 + 1e-8)
        - 0.1 * ((0.9 * 0.05 - 0.025) / 0.19) / (((0.999 * 0.00025 + 0.0000625) / 0.001999) ** 0.5 + 1e-8),
    ),
}
BY_HAND["adamw"] = BY_HAND["adam"]  # the decay of weights stands in the engine, apart from the gradient


@pytest.mark.parametrize("name", RULES)
def test_two_steps_by_hand(name: str) -> None:
    rule, w = RULES[name], np.array([1.0])
    moments = tuple(np.zeros(1) for _ in range(rule.n_moments))
    for t, (gradient, expected) in enumerate(zip((0.5, -0.25), BY_HAND[name], strict=True), start=1):
        before = w.copy(), *(moment.copy() for moment in moments)
        new_w, new_moments = rule.update(w, np.array([gradient]), moments, 0.1, t, RuleSettings())
        for was, array in zip(before, (w, *moments), strict=True):
            np.testing.assert_array_equal(array, was)
        assert len(new_moments) == rule.n_moments
        w, moments = new_w, new_moments
        assert w[0] == pytest.approx(expected, rel=1e-12)


def run_hundred_steps(rule: str, dtype: str = "float64") -> tuple[dict[str, np.ndarray], Any]:
    """Train a 5-7-4-3 network for 100 steps; return its weights and the problem it was trained on."""
    rng = np.random.default_rng(3)
    architecture = Architecture(5, (7, 4), 3)
    start = Parameters(architecture, rng.normal(scale=0.5, size=architecture.n_parameters).astype(dtype))
    X, y = rng.normal(size=(40, 5)).astype(dtype), rng.integers(0, 3, 40)
    batches = epoch_batches(np.arange(40), 8, "permutation", 0, 0)
    weights = Weights(start.copy(), np.zeros((RULES[rule].n_moments, start.buffer.size), dtype))
    settings = StepSettings(0.01, rule, RuleSettings(weight_decay=0.1))
    for _ in range(20):
        losses = ReferenceEngine().run(weights, Features(X), y, batches, np.full(5, 0.01), settings)
        assert losses.shape == (5, 4)
    return dict(weights.parameters.views), (start, X, y, batches, losses)


@pytest.mark.parametrize("rule", RULES)
def test_pytorch_agrees_over_a_hundred_steps(rule: str) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is an optional oracle: pip install torch==2.13.0")
    ours, (start, X, y, batches, losses) = run_hundred_steps(rule)
    theirs = {name: torch.tensor(start[name].copy(), requires_grad=True) for name in start}
    weights = [theirs[name] for name in theirs if name.startswith("W")]
    biases = [theirs[name] for name in theirs if name.startswith("b")]
    optimisers: dict[str, Callable[[], Any]] = {
        "sgd": lambda: torch.optim.SGD(theirs.values(), lr=0.01),
        "momentum": lambda: torch.optim.SGD(theirs.values(), lr=0.01, momentum=0.9),
        "nesterov": lambda: torch.optim.SGD(theirs.values(), lr=0.01, momentum=0.9, nesterov=True),
        "rmsprop": lambda: torch.optim.RMSprop(theirs.values(), lr=0.01, alpha=0.99, eps=1e-8),
        "adam": lambda: torch.optim.Adam(theirs.values(), lr=0.01),
        "adamw": lambda: torch.optim.AdamW(
            [{"params": weights, "weight_decay": 0.1}, {"params": biases, "weight_decay": 0.0}], lr=0.01
        ),
    }
    optimiser = optimisers[rule]()
    for _ in range(20):
        for k in range(len(batches)):
            a = torch.tensor(X[batches.batch(k)])
            for layer in (1, 2):
                a = torch.relu(a @ theirs[f"W{layer}"] + theirs[f"b{layer}"])
            data_loss = torch.nn.functional.cross_entropy(
                a @ theirs["W3"] + theirs["b3"], torch.tensor(y[batches.batch(k)])
            )
            loss = data_loss + 0.01 * sum((W * W).sum() for W in weights)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    assert losses[-1, 0] == pytest.approx(data_loss.item(), abs=1e-10)
    for name, parameter in theirs.items():
        np.testing.assert_allclose(ours[name], parameter.detach().numpy(), rtol=0, atol=1e-10)


@pytest.mark.parametrize("rule", RULES)
def test_float32_stays_float32_and_close(rule: str) -> None:
    double, _ = run_hundred_steps(rule)
    single, _ = run_hundred_steps(rule, "float32")
    for name in double:
        assert single[name].dtype == np.float32
        np.testing.assert_allclose(single[name], double[name], atol=2e-3)
