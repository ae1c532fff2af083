"""What a population says of itself: losses and accuracies, folds, the ensemble."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.data.features import Subset
from chainrule.network import stack
from chainrule.network.evaluate import evaluate
from chainrule.tuning.population import panel
from chainrule.tuning.population.member import Member
from tests.tuning.population.alone import alone, make_problem, together

MEMBERS = [
    Member((7, 4), 0.05, seed=1),
    Member((), 0.1, reg=0.5),
    Member((9,), 0.02, rule="adam"),
    Member((3, 8), 0.02, reg=1.0, seed=4),
    Member((30,), 0.05, rule="momentum"),
]


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 99),
    dtype=st.sampled_from(["float32", "float64"]),
    most=st.sampled_from([1, 300, 10**6]),
    threads=st.integers(1, 3),
)
def test_loss_and_accuracy_are_those_of_the_reference(seed: int, dtype: str, most: int, threads: int) -> None:
    problem = make_problem(seed)
    population = together(problem, MEMBERS, 9, dtype, threads)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(panel, "MOST_VALUES", most)  # a row at a time, some, or all
        population.train(problem.features, problem.y, steps=5, total_steps=5)
        scores = population.evaluate(problem.features, problem.y, problem.rows)
    subset = Subset(problem.features, problem.y, problem.rows)
    expected = [evaluate(population.model(number), subset) for number in population.alive]
    assert scores.numbers == population.alive
    np.testing.assert_allclose(scores.loss, [one.data_loss for one in expected], rtol=1e-5)
    np.testing.assert_allclose(scores.accuracy, [one.accuracy for one in expected], atol=1e-12)


def test_the_ensemble_is_the_mean_of_the_probabilities() -> None:
    problem = make_problem()
    population = together(problem, MEMBERS, 9)
    population.train(problem.features, problem.y, steps=20, total_steps=20)
    X = problem.features.gather(np.arange(len(problem.y)), np.float64)
    expected = np.mean([stack.forward(population.model(number), X).probs for number in population.alive], axis=0)
    np.testing.assert_allclose(population.predict_proba(problem.features), expected, rtol=1e-9)
    np.testing.assert_allclose(population.predict_proba(X), expected, rtol=1e-6)
    np.testing.assert_array_equal(population.predict(problem.features), expected.argmax(axis=1))
    population.keep([2])
    np.testing.assert_allclose(population.predict_proba(X), stack.forward(population.model(2), X).probs, rtol=1e-6)


def test_each_network_of_a_fold_is_measured_on_it_alone() -> None:
    problem = make_problem()
    members = [Member((6,), 0.05, seed=seed, fold=fold) for seed, fold in enumerate((0, 1, 2, None))]
    population = together(problem, members, 9)
    arguments = problem.features, problem.y
    population.train(*arguments, steps=8, total_steps=8, rows=problem.rows, folds=problem.folds)
    scores = population.evaluate(*arguments, problem.rows, problem.folds)
    for number, member in enumerate(members):
        rows = problem.rows if member.fold is None else problem.rows[problem.folds[problem.rows] == member.fold]
        expected = evaluate(alone(problem, member, 9, 8)[0], Subset(*arguments, rows))
        assert scores.loss[number] == pytest.approx(expected.data_loss)
        assert scores.accuracy[number] == pytest.approx(expected.accuracy)
    everywhere = population.evaluate(*arguments, problem.rows)
    assert everywhere.loss[0] != scores.loss[0]
    assert everywhere.loss[3] == scores.loss[3]


def test_a_row_of_its_own_fold_has_no_say() -> None:
    """Whatever stands in the rows of a network's fold, its weights are the same; those of the others are not."""
    problem, ends = make_problem(), []
    for value in (0.0, 1e3):
        X = problem.features.X.copy()
        X[problem.folds == 1] = value
        population = together(problem, [Member((6,), 0.01, fold=1), Member((6,), 0.01, fold=2)], 9)
        population.train(type(problem.features)(X), problem.y, steps=8, total_steps=8, folds=problem.folds)
        ends.append([population.model(number).buffer.tobytes() for number in population.alive])
    assert ends[0][0] == ends[1][0]
    assert ends[0][1:] != ends[1][1:]
