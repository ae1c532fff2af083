"""A few entries of each parameter, enough to tell rules apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from chainrule.checking.updates.observe import Series

MOST = 24


@dataclass(frozen=True)
class Sample:
    """Some entries of one parameter over time."""

    series: Series
    columns: ndarray
    before: ndarray
    moves: ndarray
    gradients: ndarray
    whole: bool = True
    """Whether the first step is the first of training, so that states are zero before it."""

    @property
    def name(self) -> str:
        """What the parameter is called."""
        return self.series.name


def sampled(series: Series, whole: bool = True) -> Sample:
    """Return the entries with the largest gradients, and some others."""
    size = series.gradients.shape[1]
    order = np.argsort(-np.max(np.abs(series.gradients), axis=0), kind="stable")
    columns = np.unique(np.concatenate([order[: MOST // 2], order[:: max(1, size // (MOST // 2))][: MOST // 2]]))
    return Sample(
        series, columns, series.before[:, columns], series.moves[:, columns], series.gradients[:, columns], whole
    )
