"""Which rows train, which validate, which are tested: stratified by class, seeded, disjoint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64
from numpy import ndarray

from chainrule.data.dataset import Dataset
from chainrule.errors import InputError
from chainrule.randomness import Purpose, stream

DEFAULT_TEST_SHARE = 0.2
DEFAULT_VALIDATION_SHARE = 0.1
DEFAULT_VALIDATION_LIMIT = 1000


@dataclass(frozen=True)
class Split:
    """Row numbers of each part; ``test`` counts rows of the published test set where there is one.

    Each is an int64 array, sorted, and no row stands in two of them.
    """

    train: Int64[ndarray, " n_train"]
    validation: Int64[ndarray, " n_validation"]
    test: Int64[ndarray, " n_test"]


def split_rows(dataset: Dataset, validation: float | None, test: float | None, seed: int) -> Split:
    """Split a data set, every class in proportion.

    Parameters
    ----------
    validation : float, optional
        Rows to hold out for validation: a number of rows if 1 or more, a share of the training rows if less. By
        default a tenth of them, at most 1,000.
    test : float, optional
        The same for the test rows of a data set that has no published test set; by default a fifth.
    seed : int
        The same seed gives the same split.

    Raises
    ------
    InputError
        If a part would be empty or training would lose a whole class, or if ``test`` is given and the data set has
        a test set of its own.
    """
    y = dataset.train.y
    counts = np.bincount(y, minlength=dataset.n_classes)
    if dataset.test is not None:
        if test is not None:
            raise InputError("--test", expected="nothing: the data set has a test set of its own", got=f"{test:g}")
        test_index = np.arange(len(dataset.test))
        n_test = 0
    else:
        n_test = _rows("--test", DEFAULT_TEST_SHARE if test is None else test, len(y))
    if validation is None:
        validation = min(DEFAULT_VALIDATION_LIMIT, max(1, round(DEFAULT_VALIDATION_SHARE * (len(y) - n_test))))
    n_validation = _rows("--validation", validation, len(y) - n_test)
    if len(y) - n_test - n_validation < dataset.n_classes:
        raise InputError(
            dataset.name,
            expected=f"more than {dataset.n_classes + n_test + n_validation - 1} rows, so that every one of"
            f" {dataset.n_classes} classes trains beside {n_validation} rows for validation and {n_test} for the test",
            got=f"{len(y)} rows",
            advice="add examples, or lower --validation and --test",
        )

    shuffled = [
        stream(seed, Purpose.SPLIT, label).permutation(np.flatnonzero(y == label)) for label in range(len(counts))
    ]
    from_test = _apportion(n_test, counts)
    from_validation = _apportion(n_validation, counts - from_test)
    cuts = zip(shuffled, from_test, from_validation, strict=True)
    parts = [np.split(rows, [n, n + m]) for rows, n, m in cuts]
    held_out, validating, training = (np.sort(np.concatenate(part)) for part in zip(*parts, strict=True))
    return Split(training, validating, held_out if dataset.test is None else test_index)


def _rows(option: str, amount: float, available: int) -> int:
    """Turn a number of rows, or a share of those available, into a number of rows."""
    rows = round(amount if amount >= 1 else amount * available)
    if not 1 <= rows < available or (amount >= 1 and amount != rows):
        raise InputError(
            option,
            expected=f"from 1 to {available - 1} rows, or a share of {available} rows that makes as many",
            got=f"{amount:g}",
        )
    return rows


def _apportion(total: int, counts: Int64[ndarray, " C"]) -> Int64[ndarray, " C"]:
    """Share ``total`` out among classes in proportion to their counts (largest remainder), leaving one row each."""
    available = np.maximum(counts - 1, 0)
    total = min(total, int(available.sum()))
    quota = total * available / max(int(available.sum()), 1)
    shares = np.floor(quota).astype(np.int64)
    remainder = total - int(shares.sum())
    shares[np.argsort(shares - quota, kind="stable")[:remainder]] += 1
    return shares
