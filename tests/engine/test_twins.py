"""The compiled engine and the reference give the same weights from the same order of examples."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import ThreadpoolController, threadpool_limits

from chainrule.data.features import Features
from chainrule.engine.blas import matmul
from chainrule.engine.compiled import CompiledEngine
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.parameters import Architecture, Parameters
from chainrule.training.engine import Engine, ReferenceEngine, StepSettings, Weights
from chainrule.training.minibatches import Batches, epoch_batches
from chainrule.training.rules import RULES, RuleSettings
from tests.network.kinds import KINDS, PLAIN, Kind, targets_of

TOLERANCES = {"float32": 1e-4, "float64": 1e-9}
EPSILONS = {"float32": 1e-3, "float64": 1e-8}
"""Adam and RMSProp divide a gradient by its own size, so one that is all rounding becomes a step of full length; in
float32 a larger epsilon keeps such entries from deciding the comparison."""
SLOWER = {"squared": 0.02, "poisson": 0.02}
"""Parts of the usual learning rate: the losses of numbers have no bound, and steps that diverge cannot be compared."""


class Problem(NamedTuple):
    start: Parameters
    features: Features
    y: np.ndarray
    batches: Batches
    kind: Kind = PLAIN


def make_problem(
    seed: int,
    sizes: tuple[int, ...],
    batch_size: int = 7,
    dtype: str = "float64",
    pixels: bool = True,
    kind: Kind = PLAIN,
) -> Problem:
    """A random problem of 40 rows; the same for the same arguments."""
    rng = np.random.default_rng(seed)
    architecture = Architecture(sizes[0], sizes[1:-1], sizes[-1], kind.activation, kind.loss)
    start = Parameters(architecture, rng.normal(scale=0.5, size=architecture.n_parameters).astype(dtype))
    if pixels:
        X = rng.integers(0, 256, (40, sizes[0])).astype(np.uint8)
        shift, factor = rng.uniform(100, 150, (2, sizes[0])).astype(np.float32)
        features = Features(X, shift, 1 / factor)
    else:
        features = Features(rng.normal(size=(40, sizes[0])).astype(np.float32))
    y = targets_of(kind, 40, sizes[-1], rng)
    y = y if kind.loss == "softmax" else y.astype(dtype)
    return Problem(start, features, y, epoch_batches(np.arange(40), batch_size, "permutation", seed, 0), kind)


def run(
    engine: Engine, problem: Problem, rule: str, reg: float | np.ndarray, epochs: int = 3, epsilon_hat: bool = False
) -> tuple[Weights, np.ndarray]:
    n_moments = RULES[rule].n_moments
    moments = np.zeros((n_moments, problem.start.buffer.size), problem.start.dtype)
    weights = Weights(problem.start.copy(), moments)
    epsilon = EPSILONS[str(problem.start.dtype)]
    kind, sample_weight = problem.kind, np.linspace(0.5, 3, 40) if problem.kind.weighted else None
    step_settings = StepSettings(
        reg,
        rule,
        RuleSettings(weight_decay=0.1, epsilon=epsilon),
        label_smoothing=kind.smoothing,
        dropout=kind.dropout,
        dropout_seed=2**63 - 1,
        epsilon_hat=epsilon_hat,
    )
    rates = np.linspace(0.02, 0.01, len(problem.batches)) * SLOWER.get(kind.loss, 1)
    arguments = problem.features, problem.y, problem.batches, rates, step_settings, sample_weight
    losses = [engine.run(weights, *arguments) for _ in range(epochs)]
    return weights, np.concatenate(losses)


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 999),
    sizes=st.lists(st.integers(1, 9), min_size=2, max_size=5),
    batch_size=st.integers(1, 40),
    reg=st.sampled_from([0.0, 0.05]),
    pixels=st.booleans(),
    threads=st.integers(1, 3),
)
def test_same_weights_moments_and_losses(
    rule: str, dtype: str, seed: int, sizes: list[int], batch_size: int, reg: float, pixels: bool, threads: int
) -> None:
    sizes[-1] += 1  # at least two classes
    problem = make_problem(seed, tuple(sizes), batch_size, dtype, pixels)
    assert_twins(problem, rule, reg, threads)


def assert_twins(problem: Problem, rule: str, reg: float | np.ndarray, threads: int, epsilon_hat: bool = False) -> None:
    """Both engines take the steps of an epoch, and end with the same."""
    reference, expected = run(ReferenceEngine(), problem, rule, reg, 1, epsilon_hat)
    with threadpool_limits(threads, user_api="blas"):
        compiled, losses = run(CompiledEngine(), problem, rule, reg, 1, epsilon_hat)
    tolerance = TOLERANCES[str(problem.start.dtype)]
    assert compiled.step == reference.step
    np.testing.assert_allclose(losses, expected, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(compiled.parameters.buffer, reference.parameters.buffer, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(compiled.moments, reference.moments, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 999),
    sizes=st.lists(st.integers(1, 9), min_size=2, max_size=5),
    batch_size=st.integers(1, 40),
    reg=st.sampled_from([0.0, 0.05]),
    pixels=st.booleans(),
    threads=st.integers(1, 3),
)
def test_every_kind_of_network_and_loss(
    name: str, dtype: str, seed: int, sizes: list[int], batch_size: int, reg: float, pixels: bool, threads: int
) -> None:
    sizes[-1] += 1 if KINDS[name].loss == "softmax" else 0
    problem = make_problem(seed, tuple(sizes), batch_size, dtype, pixels, KINDS[name])
    assert_twins(problem, "momentum", reg, threads)


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("name", ["tanh with dropout, weighted and smoothed", "dropout"])
def test_dropout_where_layers_are_cut_into_parts(name: str, threads: int) -> None:
    """Between threads by columns and by rows, and as if there were one."""
    for sizes, batch_size in (((30, 100, 50, 4), 33), ((5, 17, 16, 3), 40)):
        assert_twins(make_problem(0, sizes, batch_size, kind=KINDS[name]), "sgd", 0.01, threads)


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("rule", RULES)
def test_penalties_that_differ_from_step_to_step(rule: str, dtype: str) -> None:
    problem = make_problem(3, (5, 8, 3), dtype=dtype)
    regs = np.linspace(0.01, 0.2, len(problem.batches))
    assert_twins(problem, rule, regs, 2)
    other, _ = run(CompiledEngine(), problem, rule, float(regs.mean()), 1)
    same, _ = run(CompiledEngine(), problem, rule, np.full_like(regs, regs.mean()), 1)
    assert same.parameters.buffer.tobytes() == other.parameters.buffer.tobytes()


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("rule", ["adam", "adamw"])
def test_an_epsilon_beside_the_uncorrected_root(rule: str, dtype: str) -> None:
    problem = make_problem(3, (5, 8, 3), dtype=dtype)
    assert_twins(problem, rule, 0.01, 2, epsilon_hat=True)
    with_hat, _ = run(CompiledEngine(), problem, rule, 0.01, 1, epsilon_hat=True)
    without, _ = run(CompiledEngine(), problem, rule, 0.01, 1)
    assert np.abs(with_hat.parameters.buffer - without.parameters.buffer).max() > 1e-7


@pytest.mark.parametrize("threads", [1, 2, 3, 20])
@pytest.mark.parametrize("rule", RULES)
def test_sizes_that_are_cut_into_parts(rule: str, threads: int) -> None:
    """Wide enough for every thread to have a part, and for gradients formed in several blocks."""
    problem = make_problem(0, (600, 400, 70, 10), 33)
    reference, expected = run(ReferenceEngine(), problem, rule, 0.01, epochs=2)
    with threadpool_limits(threads, user_api="blas"):
        compiled, losses = run(CompiledEngine(), problem, rule, 0.01, epochs=2)
    np.testing.assert_allclose(losses, expected, rtol=1e-9)
    np.testing.assert_allclose(compiled.parameters.buffer, reference.parameters.buffer, rtol=1e-8, atol=1e-10)


def test_a_wrong_twin_is_seen() -> None:
    problem = make_problem(0, (5, 7, 3))
    reference, _ = run(ReferenceEngine(), problem, "sgd", 0.05)
    other, _ = run(CompiledEngine(), problem, "sgd", 0.051)
    assert np.abs(other.parameters.buffer - reference.parameters.buffer).max() > 1e-6


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (Kind("tanh"), Kind("logistic")),
        (Kind(weighted=True), PLAIN),
        (Kind(smoothing=0.1), Kind(smoothing=0.11)),
        (Kind(dropout=0.3), Kind(dropout=0.31)),
    ],
)
def test_a_twin_of_another_kind_is_seen(right: Kind, wrong: Kind) -> None:
    problem = make_problem(0, (5, 7, 3), kind=right)
    other = make_problem(0, (5, 7, 3), kind=wrong)
    reference, _ = run(ReferenceEngine(), problem, "sgd", 0.05)
    compiled, _ = run(CompiledEngine(), other, "sgd", 0.05)
    assert np.abs(compiled.parameters.buffer - reference.parameters.buffer).max() > 1e-6


@pytest.mark.parametrize("kind", [PLAIN, KINDS["tanh with dropout, weighted and smoothed"]])
@pytest.mark.parametrize("sizes", [(6, 8, 4), (600, 400, 4)])
@pytest.mark.parametrize("rule", RULES)
def test_cut_into_calls_the_bits_are_the_same(rule: str, sizes: tuple[int, ...], kind: Kind) -> None:
    problem = make_problem(1, sizes, dtype="float32", kind=kind)
    whole, losses = run(CompiledEngine(), problem, rule, 0.1, epochs=1)
    weights = Weights(problem.start.copy(), np.zeros_like(whole.moments))
    rates = np.linspace(0.02, 0.01, len(problem.batches))
    step_settings = StepSettings(
        0.1,
        rule,
        RuleSettings(weight_decay=0.1, epsilon=EPSILONS["float32"]),
        label_smoothing=kind.smoothing,
        dropout=kind.dropout,
        dropout_seed=2**63 - 1,
    )
    sample_weight = np.linspace(0.5, 3, 40) if kind.weighted else None
    engine, parts = CompiledEngine(), []
    for first, last in ((0, 1), (1, 4), (4, 6)):
        batches, own_rates = problem.batches[first:last], rates[first:last]
        arguments = problem.features, problem.y, batches, own_rates, step_settings, sample_weight
        parts.append(engine.run(weights, *arguments))
    assert weights.parameters.buffer.tobytes() == whole.parameters.buffer.tobytes()
    assert np.concatenate(parts).tobytes() == losses.tobytes()


def test_a_penalty_that_is_small_beside_float32_is_not_lost() -> None:
    """Here 1 - 2 rate reg would be 1 in float32, yet ten thousand such penalties are two parts in ten thousand."""
    calls, rate, reg = 100, 1e-4, 1e-4
    moved = []
    engine = CompiledEngine()  # in float64 the twin of the reference, which would take ten seconds
    for dtype in ("float64", "float32"):
        ends = []
        for penalty in (reg, 0.0):
            problem = make_problem(4, (6, 3), 1, dtype)
            weights = Weights(problem.start.copy(), np.zeros((0, problem.start.buffer.size), dtype))
            for _ in range(calls):
                rows = np.tile(problem.batches.rows, 5)[:100]
                arguments = problem.y, Batches(rows, np.arange(101)), np.full(100, rate)
                engine.run(weights, problem.features, *arguments, StepSettings(penalty, "sgd", RuleSettings()))
            ends.append(weights.parameters["W1"].astype(np.float64))
        moved.append(ends[0] - ends[1])
    assert np.linalg.norm(moved[1] - moved[0]) < 0.1 * np.linalg.norm(moved[0])


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("sizes", [(5, 3), (5, 40, 7, 3), (300, 100, 10)])
def test_forward(sizes: tuple[int, ...], activation: str, threads: int, dtype: str) -> None:
    problem = make_problem(5, sizes, dtype=dtype, kind=Kind(activation))
    rows = problem.batches.rows[:33]
    expected = ReferenceEngine().forward(problem.start, problem.features, rows)
    with threadpool_limits(threads, user_api="blas"):
        found = CompiledEngine().forward(problem.start, problem.features, rows)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=TOLERANCES[dtype], atol=TOLERANCES[dtype])


def test_blas_has_its_threads_back_afterwards() -> None:
    problem = make_problem(0, (5, 7, 3))
    with threadpool_limits(2, user_api="blas") as limits:
        run(CompiledEngine(), problem, "sgd", 0.05)
        pools = ThreadpoolController().select(user_api="blas").info()
        assert {pool["num_threads"] for pool in pools} == {2}
        assert limits.get_original_num_threads()


@pytest.mark.parametrize("engine", [ReferenceEngine(), CompiledEngine()], ids=lambda engine: engine.name)
def test_a_loss_that_is_not_finite_stops_before_its_update(engine: Engine) -> None:
    problem = make_problem(2, (5, 4, 3))
    weights = Weights(problem.start.copy(), np.zeros((0, problem.start.buffer.size)))
    rates = np.array([1e-3, 1e200, 1e-3, 1e-3, 1e-3, 1e-3])
    settings_ = StepSettings(0.1, "sgd", RuleSettings())
    losses = engine.run(weights, problem.features, problem.y, problem.batches, rates, settings_)
    assert len(losses) == 3
    assert np.isfinite(losses[:2]).all()
    assert not np.isfinite(losses[2]).all()
    assert weights.step == 2
    assert np.abs(weights.parameters.buffer).max() > 1e100  # as the second step left them


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@settings(max_examples=30, deadline=None)
@given(
    sizes=st.tuples(*[st.integers(1, 12)] * 3),
    transposed=st.tuples(st.booleans(), st.booleans()),
    starts=st.tuples(*[st.integers(0, 3)] * 3),
    scalars=st.tuples(st.sampled_from([1.0, -0.5]), st.sampled_from([0.0, 1.0, 0.25])),
)
def test_matmul(
    dtype: type,
    sizes: tuple[int, int, int],
    transposed: tuple[bool, bool],
    starts: tuple[int, int, int],
    scalars: tuple[float, float],
) -> None:
    m, n, k = sizes
    rng = np.random.default_rng(0)
    A: np.ndarray = rng.normal(size=(m, k)).astype(dtype)
    B: np.ndarray = rng.normal(size=(k, n)).astype(dtype)
    C: np.ndarray = rng.normal(size=(m, n)).astype(dtype)
    flat = [
        np.concatenate([np.zeros(start, dtype), (X.T if turned else X).ravel()])
        for X, start, turned in zip((A, B, C), starts, (*transposed, False), strict=True)
    ]
    matmul(flat[0], starts[0], transposed[0], flat[1], starts[1], transposed[1], flat[2], starts[2], m, n, k, *scalars)
    expected = scalars[0] * A @ B + scalars[1] * C
    np.testing.assert_allclose(flat[2][starts[2] :].reshape(m, n), expected, rtol=1e-4, atol=1e-5)
    assert not flat[2][: starts[2]].any()


def test_rows_may_be_a_read_only_memory_map(tmp_path: Path) -> None:
    problem = make_problem(3, (5, 4, 3))
    np.save(tmp_path / "X.npy", problem.features.X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    features = Features(mapped, problem.features.shift, problem.features.factor)
    expected, _ = run(CompiledEngine(), problem, "sgd", 0.0)
    found, _ = run(CompiledEngine(), problem._replace(features=features), "sgd", 0.0)
    assert found.parameters.buffer.tobytes() == expected.parameters.buffer.tobytes()
