"""scikit-learn's successive halving over its MLPClassifier: the resource is epochs, and each rung begins anew."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 makes the next line possible
from sklearn.model_selection import HalvingGridSearchCV

from benchmarks.tuning.grid import Grid
from benchmarks.tuning.peers import scikit_learn_grid
from benchmarks.tuning.peers.population_halving import rungs


class Peer(scikit_learn_grid.Peer):
    """Half of the settings are left after 1, 2, 4, ... epochs."""

    def __init__(self, grid: Grid, threads: int) -> None:
        super().__init__(grid, threads)
        self._most = rungs(grid.epochs)[-1]

    def search(self) -> ndarray:
        """Fit the grid, half of it longer, and so on."""
        found = self._halve(self.classifier(1))
        accuracy = np.full(len(self.grid.settings), np.nan)
        last = found["iter"] == found["iter"].max()
        points = {(p["alpha"], p["learning_rate_init"]): score for p, score in _last(found, last)}
        parameters = self.parameters()
        order = [(alpha, rate) for rate in parameters["learning_rate_init"] for alpha in parameters["alpha"]]
        for place, point in enumerate(order):
            accuracy[place] = points.get(point, np.nan)
        return accuracy

    def _halve(self, classifier: Any) -> Any:
        search = HalvingGridSearchCV(
            classifier,
            self.parameters(),
            factor=2,
            resource="max_iter",
            min_resources=1,
            max_resources=self._most,
            aggressive_elimination=False,
            scoring="accuracy",
            n_jobs=self.threads,
            cv=self.split,
            refit=False,
            random_state=0,
        )
        with scikit_learn_grid.one_thread_a_job():
            search.fit(self.X, self.y)
        return search.cv_results_


def _last(found: Any, last: ndarray) -> list[tuple[dict[str, float], float]]:
    return [
        (parameters, score)
        for parameters, score, here in zip(found["params"], found["mean_test_score"], last, strict=True)
        if here
    ]
