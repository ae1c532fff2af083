"""Random parameters and inputs on which gradients are easy to tell apart."""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Sizes

ONE_HIDDEN = (Sizes(5, 4, (6,), 3), Sizes(7, 3, (5,), 4), Sizes(3, 6, (4,), 5))
"""All numbers of a draw differ, so that no wrong axis fits; in the last a class is absent for want of examples."""
TWO_HIDDEN = (Sizes(5, 4, (6, 7), 3), Sizes(7, 3, (5, 6), 4), Sizes(3, 6, (4, 7), 5))
THREE_HIDDEN = (Sizes(5, 4, (6, 8, 7), 3), Sizes(8, 3, (5, 6, 7), 4), Sizes(3, 6, (4, 7, 8), 5))
BY_DEPTH = {1: ONE_HIDDEN, 2: TWO_HIDDEN, 3: THREE_HIDDEN}


def random_like(rng: np.random.Generator, array: ndarray) -> ndarray:
    """Return numbers of the shape of a parameter: sums over a row of weights are of order one, no bias is zero."""
    if array.size == max(array.shape, default=1):  # a bias, or the weights of a single unit
        return np.where(rng.random(array.shape) < 0.5, -1, 1) * rng.uniform(0.1, 0.7, array.shape)
    return rng.normal(size=array.shape) * min(1.0, 2 / np.sqrt(max(array.shape)))


def random_inputs(rng: np.random.Generator, sizes: Sizes) -> tuple[ndarray, ndarray]:
    """Return X (N, D) of unit scale and labels y (N,): the last class is there, since some count classes by it."""
    X = rng.normal(size=(sizes.N, sizes.D))
    classes = max(sizes.C, 2)
    y = rng.integers(0, classes, sizes.N)
    if sizes.N > 1:
        y[rng.integers(sizes.N)] = classes - 1
    if len(set(y.tolist())) == 1 and sizes.N > 1:
        y[0] = 0
    return X, y
