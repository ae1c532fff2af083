"""The comparison of searches by time: what it counts, that it goes on, and who is ahead."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.tuning.equal_time import __main__ as command
from benchmarks.tuning.equal_time import one_at_a_time, population
from benchmarks.tuning.equal_time.contest import PEERS, Contest, Told
from benchmarks.tuning.equal_time.outcome import ahead, best_at, draw, table
from chainrule.report.figure import save_figure


def row(peer: str, seed: int, *points: tuple[float, float], seconds: float = 10.0) -> dict[str, Any]:
    return {"peer": peer, "seed": seed, "seconds": seconds, "points": points}


OURS = [row("population", seed, (0.5, 0.3), (3, 0.4 + 0.01 * seed), (9, 0.5)) for seed in range(2)]
THEIRS = [row("optuna_torch", seed, (1.5, 0.2), (4, 0.45), (8, 0.1)) for seed in range(2)]


def test_the_best_so_far_counts_from_when_it_was_measured() -> None:
    assert [best_at(THEIRS[0], seconds) for seconds in (1, 2, 5, 10)] == [0, 0.2, 0.45, 0.45]


def test_the_table_and_who_is_ahead() -> None:
    line = table([*OURS, *THEIRS]).splitlines()[1]
    assert line.split()[2:] == ["(2)", "30.00", "(30.0-30.0)", "30.00", "(30.0-30.0)", "40.50", "(40.0-41.0)", "50.00",
                                "(50.0-50.0)"]  # fmt: skip
    assert not ahead([*OURS, *THEIRS])  # at half of the time they know 45 %
    assert ahead([*OURS, *(row("scikit_learn", seed, (2, 0.29)) for seed in range(2))])


def test_the_figure_is_drawn_with_and_without_all_of_them() -> None:
    for rows in ([*OURS, *THEIRS], OURS[:1], [row("population", 0)]):
        assert save_figure(draw(rows)).startswith(b"\x89PNG")


@pytest.mark.parametrize("peer", [population, one_at_a_time])
def test_our_own_peers_tell_what_they_find_in_time(peer: Any) -> None:
    contest = Contest("digits", hidden=(8, 16), batch_sizes=(64, 128), epochs=3)
    own = peer.Peer(contest, 1)
    own.rehearse()
    told = Told(0.5)
    own.search(0, told)
    assert told.is_over()
    assert len(told.points) > 10
    assert all(0 < at < 1.5 for at, _ in told.points)
    assert max(accuracy for _, accuracy in told.points) > 0.3


def test_a_run_that_has_its_file_is_not_done_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in PEERS:
        (tmp_path / f"{name}-0.json").write_text(json.dumps(row(name, 0, (1, 0.5))))
    words = ["--runs", str(tmp_path), "--seeds", "1", "--seconds", "10", "--figure", str(tmp_path / "figure.png")]
    assert command.main(words) == 0
    assert "chainrule tune is ahead at every point: yes" in capsys.readouterr().out
    assert (tmp_path / "figure.png").exists()


def test_a_run_that_fails_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--runs", str(tmp_path), "--seeds", "1", "--seconds", "1", "--peers", "one_at_a_time", "--data", "nowhere"]
    assert command.main(words) == 1
    assert "failed: chainrule's engine, one network at a time, Optuna, seed 0:" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
