"""Threads that compute together wait for each other, and for nobody who has failed."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from chainrule.engine.compiling import compiled
from chainrule.engine.team import LINE, Team, part, part_of_layer, team_of, wait
from chainrule.engine.threads import Threads


@compiled()
def take_turns(team: Team, log: np.ndarray) -> None:
    """Each writes what it is, in every round, and then reads that all have."""
    for k in range(len(log)):
        log[k, team.me] = team.me + 1
        wait(team)
        for other in range(team.size):
            if log[k, other] != other + 1:
                log[k, team.me] = -1
        wait(team)


@pytest.mark.parametrize("size", [1, 2, 3, 8])
def test_nobody_goes_on_before_all_have_come(size: int) -> None:
    log = np.zeros((200, size))
    Threads().run(lambda team: take_turns(team, log), size)
    np.testing.assert_array_equal(log, np.tile(np.arange(1, size + 1), (200, 1)))


@pytest.mark.parametrize(("most", "expected"), [(None, 2), (1, 1), (5, 2)])
def test_no_more_threads_than_are_allowed_and_blas_on_one(most: int | None, expected: int) -> None:
    with threadpool_limits(2, user_api="blas"):
        threads = Threads(most)
        assert threads.number() == expected
        assert threads.run(lambda team: Threads().number(), threads.number()) == 1
        assert Threads().number() == 2


def test_blas_has_its_threads_back_after_two_teams_at_once() -> None:
    """The second finds BLAS on one thread, and leaves after the first: it must not give that back."""
    second_works, first_has_left = threading.Event(), threading.Event()

    def outlast(_: Team) -> None:
        second_works.set()
        assert first_has_left.wait(10)

    def overlap(_: Team) -> None:
        second.start()
        assert second_works.wait(10)

    before, second = Threads().number(), threading.Thread(target=lambda: Threads().run(outlast, 1))
    Threads().run(overlap, 1)
    first_has_left.set()
    second.join()
    assert Threads().number() == before


@pytest.mark.parametrize("failing", [0, 1])
def test_who_fails_keeps_nobody_waiting(failing: int) -> None:
    def work(team: Team) -> None:
        if team.me == failing:
            raise ValueError("no")
        wait(team)

    with pytest.raises(ValueError, match="no"):
        Threads().run(work, 3)


@pytest.mark.parametrize("team_size", [1, 2, 3, 7])
@pytest.mark.parametrize(("N", "units"), [(5, 40), (40, 5), (33, 70), (1, 1)])
def test_the_parts_of_a_team_are_the_whole_without_overlap(team_size: int, N: int, units: int) -> None:
    for by_examples in (True, False):
        seen = np.zeros((N, units), int)
        for team in team_of(team_size):
            top, bottom, left, right = part_of_layer(team, N, units, by_examples)
            seen[top:bottom, left:right] += 1
        assert (seen == 1).all()
    begin, end = zip(*(part(team, units, 16) for team in team_of(team_size)), strict=True)
    assert begin[0] == 0
    assert end[-1] == units
    assert all(position % 16 == 0 or position == units for position in begin)


def test_arrivals_lie_on_cache_lines_of_their_own() -> None:
    assert team_of(3)[0].arrivals.size == 3 * LINE
