"""scikit-learn's successive halving over its MLPClassifier, begun again with other settings until the time is up.

Every accuracy counts from the moment at which it is computed, not from the end of the search that asked for it.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray
from scipy.stats import loguniform
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 makes the next line possible
from sklearn.model_selection import HalvingRandomSearchCV, PredefinedSplit

from benchmarks.tuning.equal_time.contest import Contest, Told
from benchmarks.tuning.peers.scikit_learn_grid import QuietClassifier, one_thread_a_job

CANDIDATES = 27  # of one round of halving
POLL = 0.2


class Classifier(QuietClassifier):
    """Takes ``reg`` as chainrule has it: their alpha is 2 N times as much."""

    def __init__(
        self,
        *,
        reg: float = 0.0,
        batch_size: int = 64,
        learning_rate_init: float = 0.01,
        hidden_layer_sizes: tuple[int, ...] = (64,),
        max_iter: int = 1,
    ) -> None:
        self.reg = reg
        super().__init__(
            hidden_layer_sizes,
            solver="sgd",
            momentum=0.0,
            batch_size=batch_size,
            learning_rate_init=learning_rate_init,
            max_iter=max_iter,
            n_iter_no_change=10**6,
            tol=0.0,
            random_state=0,
        )

    def fit(self, X: ndarray, y: ndarray) -> Classifier:
        """Train it."""
        self.alpha = 2 * self.batch_size * self.reg
        super().fit(X, y)
        return self


class Scorer:
    """Measures a classifier, and writes into a file when that was."""

    def __init__(self, file: str) -> None:
        self._file = file

    def __call__(self, classifier: Any, X: ndarray, y: ndarray) -> float:
        accuracy = float((classifier.predict(X) == y).mean())
        with open(self._file, "a") as file:  # noqa: PTH123 a line at a time, from several processes
            file.write(f"{time.time()} {accuracy}\n")
        return accuracy


class Peer:
    """See :class:`benchmarks.tuning.equal_time.contest.Peer`."""

    def __init__(self, contest: Contest, threads: int) -> None:
        self._contest, self._threads = contest, threads
        inputs = contest.inputs()
        self._X = np.concatenate([inputs.X, inputs.X_validation])
        self._y = np.concatenate([inputs.y, inputs.y_validation])
        self._split = PredefinedSplit([-1] * len(inputs.y) + [0] * len(inputs.y_validation))

    def rehearse(self) -> None:
        """Start the jobs."""
        with tempfile.TemporaryDirectory() as folder, one_thread_a_job():
            self._round(0, str(Path(folder) / "scores"), candidates=2, epochs=1)

    def search(self, seed: int, told: Told) -> None:
        """Search in a thread, which is left where it is when the time is up; its process ends with the run."""
        file = Path(tempfile.mkdtemp()) / "scores"

        def search() -> None:
            for round_number in range(10**6):
                with one_thread_a_job():
                    self._round(seed + 1000 * round_number, str(file), CANDIDATES, self._contest.epochs)

        threading.Thread(target=search, daemon=True).start()
        while not told.is_over():
            time.sleep(POLL)
        for line in file.read_text().splitlines() if file.exists() else ():
            at, accuracy = map(float, line.split())
            told(accuracy, at)

    def _round(self, seed: int, file: str, candidates: int, epochs: int) -> None:
        contest = self._contest
        HalvingRandomSearchCV(
            Classifier(),
            {
                "learning_rate_init": loguniform(*contest.learning_rates),
                "reg": loguniform(*contest.regs),
                "hidden_layer_sizes": [(hidden,) for hidden in contest.hidden],
                "batch_size": list(contest.batch_sizes),
            },
            n_candidates=candidates,
            factor=3,
            resource="max_iter",
            min_resources=1,
            max_resources=epochs,
            scoring=Scorer(file),
            n_jobs=min(self._threads, os.cpu_count() or 1),
            cv=self._split,
            refit=False,
            random_state=seed,
            error_score=0.0,
            return_train_score=False,
        ).fit(self._X, self._y)
