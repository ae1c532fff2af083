"""Networks that leave: those that diverge, and those that are not kept."""

from __future__ import annotations

import threading
import time
from _thread import interrupt_main

import numpy as np
import pytest

from chainrule.errors import InputError
from chainrule.tuning.population.member import Member
from chainrule.tuning.population.population import Population
from tests.tuning.population.alone import Problem, alone, make_problem, together

RULES = ("sgd", "momentum", "adam")


def calm(number: int, rule: str = "sgd") -> Member:
    return Member((5 + number,), 0.01, seed=number, reg=0.01, rule=rule)


def train(population: Population, problem: Problem, steps: int, total_steps: int = 100) -> np.ndarray:
    return population.train(problem.features, problem.y, steps=steps, total_steps=total_steps, rows=problem.rows)


@pytest.mark.parametrize("rule", RULES)
def test_one_that_diverges_is_dropped_and_touches_nobody(rule: str) -> None:
    """The others have the bits that they have beside any network of that width."""
    problem = make_problem()
    wild = Member((6,), 1e30, seed=1, rule=rule)
    with_it = together(problem, [calm(0, rule), wild, calm(2, rule)], 9, "float32")
    without = together(problem, [calm(0, rule), Member((6,), 0.01, rule=rule), calm(2, rule)], 9, "float32")
    losses, expected = train(with_it, problem, 12), train(without, problem, 12)
    assert with_it.alive == (0, 2)
    assert losses[:, [0, 2]].tobytes() == expected[:, [0, 2]].tobytes()
    for number in (0, 2):
        assert with_it.model(number).buffer.tobytes() == without.model(number).buffer.tobytes()
    _, alone_losses = alone(problem, wild, 9, 12, "float32")
    step = with_it.diverged[1]
    assert step == len(alone_losses)
    assert np.isfinite(losses[: step - 1, 1]).all()
    assert np.isnan(losses[step - 1 :, 1]).all()
    assert np.isnan(train(with_it, problem, 3)[:, :]).sum() == 0


def test_weights_that_are_lost_in_the_last_step_are_seen() -> None:
    problem = make_problem()
    population = together(problem, [calm(0), Member((6,), 1e300)], 9, "float32")
    losses = train(population, problem, 1)
    assert np.isfinite(losses).all()
    assert population.diverged == {1: 1}


def test_nobody_is_left() -> None:
    problem = make_problem()
    population = together(problem, [Member((6,), 1e30), Member((4,), 1e30, rule="adam", reg=1.0)], 9, "float32")
    assert train(population, problem, 12).shape == (12, 2)
    assert population.alive == ()
    assert population.members == ()
    assert sorted(population.diverged) == [0, 1]
    assert train(population, problem, 3).shape == (3, 0)
    for question in (
        lambda: population.predict(problem.features),
        lambda: population.evaluate(problem.features, problem.y),
    ):
        with pytest.raises(InputError, match=r"the population: expected a network that is left, got none: all have"):
            question()
    with pytest.raises(InputError, match=r"numbers: expected those of networks that are there \(none is left\), got 0"):
        population.model(0)


@pytest.mark.parametrize("rule", RULES)
def test_those_that_are_kept_go_on_as_alone(rule: str) -> None:
    problem, members = make_problem(), [calm(number, rule) for number in range(6)]
    population = together(problem, members, 9, threads=2)
    train(population, problem, 5, 12)
    population.keep([4, 1])
    assert population.alive == (1, 4)
    assert population.members == (members[1], members[4])
    train(population, problem, 4, 12)
    population.keep([4])
    train(population, problem, 3, 12)
    expected, _ = alone(problem, members[4], 9, 12)
    np.testing.assert_allclose(population.model(4).buffer, expected.buffer, rtol=1e-9, atol=1e-12)
    with pytest.raises(InputError, match=r"numbers: expected those of networks that are there \(4\), got 1"):
        population.keep([1])


def test_freed_columns_make_the_rest_faster() -> None:
    """Fifty of fifty-one networks are gone: a step takes a small part of the time, whatever else the machine does."""
    problem = make_problem(inputs=500)
    population = together(problem, [Member((100,), 1e-3, seed=seed) for seed in range(51)], 30, "float32")

    def seconds() -> float:
        times = []
        for _ in range(5):
            began = time.perf_counter()
            train(population, problem, 5, 1000)
            times.append(time.perf_counter() - began)
        return min(times)

    seconds()
    all_of_them = seconds()
    population.keep([7])
    assert seconds() < all_of_them / 3


def test_an_interrupt_leaves_all_at_the_same_step() -> None:
    problem = make_problem(inputs=300)
    members = [Member((200,), 1e-4, seed=seed, rule=rule) for seed in range(4) for rule in ("sgd", "adam")]
    population = together(problem, members, 20, threads=2)
    train(population, problem, 1, 10**6)
    timer = threading.Timer(0.3, interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        train(population, problem, 10**5, 10**6)
    taken = population.steps_taken
    assert 1 < taken < 10**5
    for number in (0, 7):
        twin = together(problem, [members[number]], 20)
        train(twin, problem, taken, 10**6)
        np.testing.assert_allclose(population.model(number).buffer, twin.model(0).buffer, rtol=1e-7, atol=1e-9)


def test_a_population_that_goes_on_elsewhere_has_the_same_bits() -> None:
    problem = make_problem()
    members = [Member((6,), 0.1, seed=seed, reg=0.5, rule=rule) for seed, rule in enumerate(RULES)]
    members.append(Member((6,), 1e30))
    first = together(problem, members, 9, "float32")
    train(first, problem, 8)
    first.keep([0, 2])
    saved = first.state()
    second = together(problem, members, 9, "float32")
    second.restore({name: array.copy() for name, array in saved.items()})
    assert (second.alive, second.diverged, second.steps_taken) == ((0, 2), first.diverged, 8)
    assert train(second, problem, 7).tobytes() == train(first, problem, 7).tobytes()
    for number in (0, 2):
        assert second.model(number).buffer.tobytes() == first.model(number).buffer.tobytes()


def test_a_state_of_other_networks_is_refused() -> None:
    problem = make_problem()
    saved = together(problem, [calm(0), calm(1)], 9).state()
    for members, message in (
        ([calm(0)], "state: expected 1 networks, got network 1"),
        ([calm(0), calm(0)], r"state: expected 1.parameters of shape \(53,\) in float64, got \(63,\)"),
        ([calm(0), calm(1, "adam")], r"state: expected 1.moments of shape \(2, 63\)"),
    ):
        with pytest.raises(InputError, match=message):
            together(problem, members, 9).restore(saved)
