"""The data set that needs no download: 1,797 handwritten digits of 8 by 8 pixels, which come with scikit-learn."""

from __future__ import annotations

import numpy as np

from chainrule.data.dataset import Dataset, Rows

LEVELS = 16
"""The files hold whole levels from 0 to 16; here they become 0 to 255, as in every other image."""


def read_digits() -> Dataset:
    """Return the digits as rows (1797, 64) of uint8 pixels; they have no published test set."""
    from sklearn.datasets import load_digits

    levels, y = load_digits(return_X_y=True)
    X = np.round(levels * 255 / LEVELS).astype(np.uint8)
    classes = tuple(str(digit) for digit in range(10))
    return Dataset("digits", "digits", Rows(X, y.astype(np.int64)), None, classes, image_shape=(8, 8, 1))
