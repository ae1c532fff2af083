"""Threads that compute together wait for each other, and for nobody who has failed."""

from __future__ import annotations

import numpy as np
import pytest

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
