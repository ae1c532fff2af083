"""Rungs and survivors."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from chainrule.tuning.halving import SHORTEST, bracket, survivors


def test_successive_halving_by_hand() -> None:
    rungs = bracket("halving", 27, 3, epochs=27, generation=5)
    assert rungs.sizes == (27, 9, 3, 1)
    assert [round(27 * share) for share in rungs.shares] == [1, 3, 9, 27]


def test_the_first_generations_are_small_and_compared_early() -> None:
    brackets = [bracket("halving", 30, 3, 27, generation) for generation in range(4)]
    assert [rungs.sizes for rungs in brackets] == [(9, 3, 1), (27, 9, 3, 1), (30, 10, 3, 1), (30, 10, 3, 1)]
    lengths = [[round(27 * share) for share in rungs.shares] for rungs in brackets]
    assert lengths == [[1, 3, 27], [1, 3, 9, 27], [1, 3, 9, 27], [1, 3, 9, 27]]


def test_hyperband_begins_later_each_time_and_then_again() -> None:
    brackets = [bracket("hyperband", 27, 3, 27, generation) for generation in range(5)]
    assert [rungs.sizes for rungs in brackets] == [(27, 9, 3, 1), (12, 4, 2), (6, 2), (4,), (27, 9, 3, 1)]
    assert [round(27 * rungs.shares[0]) for rungs in brackets] == [1, 3, 9, 27, 1]


def test_without_stopping_all_train_to_the_end() -> None:
    assert bracket("none", 27, 3, 27, 0) == bracket("halving", 27, 3, epochs=0.4, generation=9)


@given(
    stopping=st.sampled_from(["halving", "hyperband"]),
    population=st.integers(1, 300),
    reduction=st.integers(2, 6),
    epochs=st.floats(0.01, 500),
    generation=st.integers(0, 12),
)
def test_every_bracket_ends_with_a_whole_training(
    stopping: str, population: int, reduction: int, epochs: float, generation: int
) -> None:
    rungs = bracket(stopping, population, reduction, epochs, generation)
    assert rungs.shares[-1] == 1
    assert 1 <= rungs.sizes[0] <= population
    assert list(rungs.shares) == sorted(set(rungs.shares))
    assert list(rungs.sizes) == sorted(rungs.sizes, reverse=True)
    assert rungs.sizes[-1] >= 1
    assert len(rungs.shares) == 1 or rungs.shares[0] * epochs >= SHORTEST * 0.99


@given(st.dictionaries(st.integers(0, 50), st.floats(0, 1) | st.just(math.nan), max_size=20), st.integers(1, 20))
def test_the_best_survive(scores: dict[int, float], n: int) -> None:
    alive = survivors(scores, n)
    finite = {number: score for number, score in scores.items() if math.isfinite(score)}
    assert len(alive) == min(n, len(finite))
    gone = finite.keys() - alive
    assert all(finite[a] >= finite[b] for a in alive for b in gone)
