"""``chainrule tune`` as a user would call it with this space, and nothing else said."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from benchmarks.tuning.equal_time.contest import Contest, Told
from chainrule.tuning.session import Request, opened


class Peer:
    """See :class:`benchmarks.tuning.equal_time.contest.Peer`. Reading the data is not in its time, as in nobody's."""

    def __init__(self, contest: Contest, threads: int) -> None:
        self._contest, self._threads = contest, threads

    def rehearse(self) -> None:
        """Load what is compiled, and have the data decoded."""
        self._run({"batch_size": "64", "hidden": "8,9", "epochs": 1}, {"trials": 2}, 0, None)

    def search(self, seed: int, told: Told) -> None:
        """Search with a budget."""
        self._run({}, {"budget": told.seconds}, seed, told)

    def _run(self, options: dict[str, Any], plan: dict[str, Any], seed: int, told: Told | None) -> None:
        contest = self._contest
        space = {
            "source": contest.source,
            "preprocess": "mean,std",
            "initial_weights": "glorot",
            "learning_rate": "log:{}:{}".format(*contest.learning_rates),
            "reg": "log:{}:{}".format(*contest.regs),
            "hidden": ",".join(map(str, contest.hidden)),
            "batch_size": ",".join(map(str, contest.batch_sizes)),
            "epochs": contest.epochs,
            "threads": self._threads,
            "seed": seed,
            **options,
        }
        with (
            tempfile.TemporaryDirectory() as folder,
            opened(Request(options=space, plan=plan, out=Path(folder) / "search")) as session,
        ):
            session.search.run()
        curves = [trial.curve for trial in session.search.trials.values()]
        if told is not None:  # seconds of search, from when the data were read
            told.points += [(point.elapsed, point.accuracy) for curve in curves for point in curve]
