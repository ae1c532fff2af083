"""scikit-learn's grid search over its MLPClassifier, two jobs."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from joblib import parallel_config  # type: ignore[import-untyped]
from numpy import ndarray
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.neural_network import MLPClassifier

from benchmarks.tuning.grid import Grid


class Peer:
    """One split, no refit; the jobs are started before."""

    def __init__(self, grid: Grid, threads: int) -> None:
        self.grid, self.threads = grid, threads
        inputs = grid.inputs()
        self.X = np.concatenate([inputs.X, inputs.X_validation])
        self.y = np.concatenate([inputs.y, inputs.y_validation])
        self.split = PredefinedSplit([-1] * len(inputs.y) + [0] * len(inputs.y_validation))

    def rehearse(self) -> None:
        """Start the jobs."""
        self.fit({"learning_rate_init": [1e-3, 2e-3]}, self.classifier(1))

    def search(self) -> ndarray:
        """Fit the grid."""
        return self.fit(self.parameters(), self.classifier(self.grid.epochs))

    def fit(self, parameters: dict[str, list[float]], classifier: Any) -> ndarray:
        """Return the accuracy of each point."""
        search = GridSearchCV(
            classifier, parameters, scoring="accuracy", n_jobs=self.threads, cv=self.split, refit=False
        )
        with one_thread_a_job():
            search.fit(self.X, self.y)
        return np.asarray(search.cv_results_["mean_test_score"])

    def parameters(self) -> dict[str, list[float]]:
        """Return the grid: chainrule's reg is their alpha / (2 N), and names are gone through in their order."""
        alphas = [2 * self.grid.batch_size * reg for reg in self.grid.regs]
        return {"learning_rate_init": list(self.grid.learning_rates), "alpha": alphas}

    def classifier(self, epochs: int) -> Any:
        """Return the network."""
        return QuietClassifier(
            hidden_layer_sizes=(self.grid.hidden,),
            solver="sgd",
            momentum=0.0,
            batch_size=self.grid.batch_size,
            max_iter=epochs,
            n_iter_no_change=10**6,
            tol=0.0,
            random_state=0,
        )


def one_thread_a_job() -> Any:
    """Return a context in which every job multiplies on one thread: jobs and threads of BLAS would be too many."""
    return parallel_config(backend="loky", inner_max_num_threads=1)


class QuietClassifier(MLPClassifier):  # type: ignore[misc]
    """It does not warn, in whatever process, that so few epochs are not convergence."""

    def fit(self, X: ndarray, y: ndarray) -> QuietClassifier:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            super().fit(X, y)
        return self
