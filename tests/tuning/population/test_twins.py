"""A network in a population is the network that it would be alone."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.data.prepared import prepare
from chainrule.engine.compiled import CompiledEngine
from chainrule.network.activations import ACTIVATIONS
from chainrule.training.loop import Training
from chainrule.training.rules import RULES, RuleSettings
from chainrule.training.settings_file import build_settings
from chainrule.tuning.population.member import Member
from chainrule.tuning.population.population import Population
from tests.conftest import clouds
from tests.tuning.population.alone import alone, make_problem, together

TOLERANCES = {"float32": 2e-4, "float64": 1e-9}
EPSILONS = {"float32": 1e-2, "float64": 1e-8}
"""Adam and RMSProp divide a gradient by its own size, so one that is all rounding becomes a step of full length; in
float32 a larger epsilon keeps such entries from deciding the comparison."""


@st.composite
def members_of(draw: st.DrawFn, dtype: str) -> Member:
    return Member(
        hidden=tuple(draw(st.lists(st.integers(1, 20), max_size=3))),
        learning_rate=draw(st.sampled_from([0.05, 0.02, 0.001])),
        initial_weights=draw(st.sampled_from(["he", "glorot", "normal:0.3"])),
        seed=draw(st.integers(0, 9)),
        reg=draw(st.sampled_from([0.0, 1e-6, 0.05, 1.0])),
        rule=draw(st.sampled_from(list(RULES))),
        rule_settings=RuleSettings(
            momentum=draw(st.sampled_from([0.0, 0.9])),
            beta1=draw(st.sampled_from([0.5, 0.9])),
            weight_decay=draw(st.sampled_from([0.0, 0.1])),
            epsilon=EPSILONS[dtype],
        ),
        schedule=draw(st.sampled_from(["constant", "decay:0.5", "step:2:0.1", "cosine:1"])),
        activation=draw(st.sampled_from(list(ACTIVATIONS))),
        dropout=draw(st.sampled_from([0.0, 0.3])),
        label_smoothing=draw(st.sampled_from([0.0, 0.2])),
        fold=draw(st.sampled_from([None, 0, 1, 2])),
    )


@pytest.mark.parametrize("dtype", TOLERANCES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_same_weights_and_losses_as_alone(dtype: str, data: st.DataObject) -> None:
    members = data.draw(st.lists(members_of(dtype), min_size=1, max_size=6))
    problem = make_problem(data.draw(st.integers(0, 99)), pixels=data.draw(st.booleans()))
    batch_size, threads = data.draw(st.integers(13, 37)), data.draw(st.integers(1, 3))
    steps, cut = 7, data.draw(st.integers(0, 7))
    population = together(problem, members, batch_size, dtype, threads)
    train = partial(population.train, total_steps=steps, rows=problem.rows, folds=problem.folds)
    losses = np.concatenate([train(problem.features, problem.y, steps=part) for part in (cut, steps - cut)])
    assert population.alive == tuple(range(len(members)))
    tolerance = TOLERANCES[dtype]
    for number, member in enumerate(members):
        expected, expected_losses = alone(problem, member, batch_size, steps, dtype)
        exact, exact_losses = (
            alone(problem, member, batch_size, steps) if dtype == "float32" else (expected, expected_losses)
        )
        for found, wanted, true in [
            (losses[:, number], expected_losses, exact_losses),
            (population.model(number).buffer, expected.buffer, exact.buffer),
        ]:
            rounding = 2 * float(np.abs(wanted - true).max())  # where steps are too long, it grows with each of them
            np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance + rounding)


def test_the_last_bits_of_a_run_do_not_depend_on_how_it_is_cut() -> None:
    problem = make_problem(1)
    members = [Member((7,), 0.05, reg=0.1, rule=rule, schedule="cosine") for rule in RULES]
    whole, cut = (together(problem, members, 9, "float32") for _ in range(2))
    losses = whole.train(problem.features, problem.y, steps=12, total_steps=12)
    parts = [cut.train(problem.features, problem.y, steps=steps, total_steps=12) for steps in (1, 0, 4, 7)]
    assert np.concatenate(parts).tobytes() == losses.tobytes()
    for number in whole.alive:
        assert cut.model(number).buffer.tobytes() == whole.model(number).buffer.tobytes()


@pytest.mark.parametrize("rule", RULES)
def test_wide_enough_for_many_panels_and_blocks(rule: str) -> None:
    problem = make_problem(2, inputs=700)
    members = [Member((width, 30), 0.02, seed=width, reg=0.01, rule=rule) for width in (900, 1500, 40, 300, 2500)]
    population = together(problem, members, 20, threads=2)
    population.train(problem.features, problem.y, steps=4, total_steps=4, rows=problem.rows)
    for number, member in enumerate(members):
        expected, _ = alone(problem, member, 20, 4)
        np.testing.assert_allclose(population.model(number).buffer, expected.buffer, rtol=1e-8, atol=1e-10)


def test_the_run_that_the_command_line_would_make() -> None:
    """The training loop itself, with the compiled engine, on prepared data."""
    data = prepare(clouds(), "mean,std")
    given = {
        "hidden": (12, 5),
        "learning_rate": 0.05,
        "reg": 1e-3,
        "rule": "adam",
        "schedule": "cosine:1",
        "seed": 3,
        "dropout": 0.2,
    }
    settings_ = build_settings({}, {**given, "epochs": 4, "batch_size": 16, "initial_weights": "he"})
    training = Training(data, settings_, CompiledEngine())
    records = list(training)
    population = Population(
        [Member((12, 5), 0.05, reg=1e-3, rule="adam", schedule="cosine:1", seed=3, dropout=0.2), Member((3,), 0.1)],
        input_size=5, output_size=3, batch_size=16, order_seed=3,
    )  # fmt: skip
    steps, train, validation = training.total_steps, data.train, data.validation
    population.train(train.features, train.y, steps=steps, total_steps=steps, rows=train.index)
    np.testing.assert_allclose(population.model(0).buffer, training.final_parameters.buffer, rtol=1e-3, atol=1e-5)
    scores = population.evaluate(validation.features, validation.y, validation.index)
    assert scores.accuracy[0] == records[-1].validation_accuracy
    assert scores.loss[0] == pytest.approx(records[-1].validation_loss, rel=1e-4)


@pytest.mark.parametrize(
    "difference",
    [
        {"reg": 0.051},
        {"learning_rate": 0.0501},
        {"seed": 1},
        {"fold": 0},
        {"dropout": 0.01},
        {"label_smoothing": 0.01},
        {"activation": "tanh"},
    ],
)
def test_a_wrong_twin_is_seen(difference: dict[str, Any]) -> None:
    problem, member = make_problem(), Member((7,), 0.05, reg=0.05)
    population = together(problem, [member, Member((5,), 0.1)], 9)
    population.train(problem.features, problem.y, steps=9, total_steps=9, rows=problem.rows)
    expected, _ = alone(problem, replace(member, **difference), 9, 9)
    assert np.abs(population.model(0).buffer - expected.buffer).max() > 1e-6


def test_a_penalty_that_is_small_beside_float32_is_not_lost() -> None:
    """Here 1 - 2 rate reg would be 1 in float32, yet ten thousand such penalties are two parts in ten thousand."""
    problem, steps, moved = make_problem(4), 10_000, []
    for dtype in ("float64", "float32"):
        population = together(problem, [Member((), 1e-4, reg=reg) for reg in (1e-4, 0.0)], 1, dtype)
        population.train(problem.features, problem.y, steps=steps, total_steps=steps)
        ends = [population.model(number)["W1"].astype(np.float64) for number in (0, 1)]
        moved.append(ends[0] - ends[1])
    assert np.linalg.norm(moved[1] - moved[0]) < 0.1 * np.linalg.norm(moved[0])


@pytest.mark.parametrize("reg", [1.0, 4.0, 5.0, 7.0])
def test_a_penalty_that_shrinks_or_overshoots(reg: float) -> None:
    """The factor 1 - 2 rate reg is 0.8, 0.2, 0 and -0.4: the scale of W1 leaves the range that is kept, or is 0."""
    problem, member = make_problem(), Member((6,), 0.1, reg=reg)
    population = together(problem, [member, Member((4,), 0.1)], 9)
    losses = population.train(problem.features, problem.y, steps=200, total_steps=200, rows=problem.rows)
    expected, expected_losses = alone(problem, member, 9, 200)
    np.testing.assert_allclose(losses[:, 0], expected_losses, rtol=1e-9)
    np.testing.assert_allclose(population.model(0).buffer, expected.buffer, rtol=1e-9, atol=1e-12)
