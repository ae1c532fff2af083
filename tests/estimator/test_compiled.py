"""The compiled loop against its longhand twin and against finite differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from threadpoolctl import threadpool_limits

from chainrule.estimator import lbfgs
from chainrule.estimator.compiled.steps import take_steps
from chainrule.estimator.objective import Objective, Steps
from chainrule.estimator.optimizer import Optimizer
from chainrule.estimator.outputs import losses_of
from chainrule.estimator.rows import Rows, epoch_batches
from chainrule.network.parameters import Architecture, Parameters
from chainrule.training.rules import RuleSettings

from .reference import descend, mask

ACTIVATIONS = ["identity", "logistic", "tanh", "relu"]
OUTPUTS = ["softmax", "logistic", "identity", "exp"]


def setting(output: str, sizes: tuple[int, ...] = (5, 7, 4, 3), n: int = 23) -> tuple[Parameters, Rows, Steps]:
    rng = np.random.default_rng(len(output) + n)
    architecture = Architecture(sizes[0], sizes[1:-1], sizes[-1])
    parameters = Parameters(architecture, rng.normal(scale=0.3, size=architecture.n_parameters))
    targets = rng.integers(0, sizes[-1], n) if output == "softmax" else rng.uniform(size=(n, sizes[-1]))
    rows = Rows(rng.normal(size=(n, sizes[0])), targets, rng.uniform(0.1, 2, n))
    batches = epoch_batches(rng.permutation(n), 9)
    steps = Steps(batches, rows.weight_sums(batches), np.array([0.3, 0.2, 0.1]), np.array([0.01, 0.0, 0.03]))
    return parameters, rows, steps


@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_steps_are_the_longhand_ones(activation: str, output: str, dropout: float) -> None:
    parameters, rows, steps = setting(output)
    objective = Objective(activation, output, 0.2 if output == "softmax" else 0.0, dropout, seed=11)
    twin = parameters.copy()
    one, other = (Optimizer("sgd", RuleSettings(), 0.1, np.zeros((0, len(twin.buffer))), step=4) for _ in range(2))
    losses = take_steps(parameters, one, rows, steps, objective)
    expected = descend(twin, other, rows, steps, objective)
    np.testing.assert_allclose(losses[0], expected[0], rtol=1e-12)
    np.testing.assert_allclose(losses[2, 0], expected[2, 0], rtol=1e-12)
    np.testing.assert_allclose(parameters.buffer, twin.buffer, atol=1e-13)
    assert one.step == other.step == 7


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradient(activation: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By finite differences in float64; over all rows, in parts, as lbfgs has it."""
    monkeypatch.setattr(lbfgs, "CHUNK", 10)
    parameters, rows, _ = setting(output)
    assert rows.weights is not None
    objective, total, reg = Objective(activation, output), float(rows.weights.sum()), 0.02

    def loss(w: np.ndarray) -> float:
        return float(lbfgs.full_gradient(Parameters(parameters.architecture, w), rows, objective, total, reg)[0].sum())

    _, gradient = lbfgs.full_gradient(parameters.copy(), rows, objective, total, reg)
    step = 1e-6
    for i in range(len(gradient)):
        w = parameters.buffer.copy()
        w[i] += step
        above = loss(w)
        w[i] -= 2 * step
        assert (above - loss(w)) / (2 * step) == pytest.approx(gradient[i], abs=2e-8)


@pytest.mark.parametrize("sizes", [(40, 600, 3), (40, 90, 300, 3)])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_threads_compute_the_same(sizes: tuple[int, ...], dropout: float) -> None:
    found = []
    for threads in (1, 2):
        parameters, rows, _ = setting("softmax", sizes, n=400)
        batches = epoch_batches(np.arange(400), 150)
        steps = Steps(batches, rows.weight_sums(batches), np.full(3, 0.1), np.full(3, 1e-3))
        optimizer = Optimizer("momentum", RuleSettings(), 0.1, np.zeros((1, len(parameters.buffer))))
        with threadpool_limits(threads, user_api="blas"):
            losses = take_steps(parameters, optimizer, rows, steps, Objective("tanh", "softmax", 0.0, dropout, 5))
        found.append((parameters.buffer, losses))
    np.testing.assert_allclose(found[0][0], found[1][0], atol=1e-13)
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-12)


def test_dropout_leaves_out_its_share() -> None:
    kept = mask(Objective("relu", "softmax", dropout=0.3, seed=1), step=2, layer=1, shape=(500, 400)) > 0
    assert kept.mean() == pytest.approx(0.7, abs=0.005)
    assert np.corrcoef(kept[:, :-1].ravel(), kept[:, 1:].ravel())[0, 1] == pytest.approx(0, abs=0.01)
    other = mask(Objective("relu", "softmax", dropout=0.3, seed=1), step=3, layer=1, shape=(500, 400)) > 0
    assert np.corrcoef(kept.ravel(), other.ravel())[0, 1] == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("where", ["input", "weight"])
def test_nothing_changes_where_the_loss_is_no_number(where: str) -> None:
    parameters, rows, steps = setting("identity")
    if where == "input":
        rows.X[int(steps.batches.batch(1)[0])] = 1e200
    else:
        parameters.buffer[0] = np.inf
    before, optimizer = parameters.copy(), Optimizer("sgd", RuleSettings(), 0.1, np.zeros((0, len(parameters.buffer))))
    losses = take_steps(parameters, optimizer, rows, steps, Objective("identity", "identity"))
    taken = 1 if where == "input" else 0
    assert len(losses) == taken + 1
    assert not np.isfinite(losses[-1].sum())
    assert optimizer.step == taken
    assert (parameters.buffer == before.buffer).all() == (taken == 0)


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 0.019, 0.021, 1.0, 30.0, 800.0])
@pytest.mark.parametrize("activation", ["tanh", "logistic"])
def test_activations_at_every_size(activation: str, scale: float) -> None:
    """One unit, weight 1: the score is the activation, and its loss for a target of 0 is half its square."""
    X = scale * np.linspace(-1, 1, 9)[:, None]
    parameters = Parameters(Architecture(1, (1,), 1), np.array([1.0, 0.0, 1.0, 0.0]))
    for x in X:
        rows, batches = Rows(x[None], np.zeros((1, 1))), epoch_batches(np.arange(1), 1)
        optimizer = Optimizer("sgd", RuleSettings(), 0.0, np.zeros((0, 4)))
        steps = Steps(batches, np.ones(1), np.zeros(1), np.zeros(1))
        found = take_steps(parameters, optimizer, rows, steps, Objective(activation, "identity"))[0, 0]
        expected = np.tanh(x) if activation == "tanh" else expit(x)
        assert found == pytest.approx(expected[0] ** 2 / 2, rel=1e-13)


def test_losses_at_the_extremes() -> None:
    scores = np.array([[800.0], [-800.0]])
    np.testing.assert_allclose(losses_of("logistic", scores, np.array([[1.0], [1.0]])), [0, 800])
    np.testing.assert_allclose(losses_of("softmax", np.hstack([scores, -scores]), np.array([0, 0])), [0, 1600])
    np.testing.assert_allclose(losses_of("exp", np.zeros((2, 1)), np.array([[0.0], [1.0]])), [1, 0])
