"""Small data that can be learnt, in the form that a program takes, whose rows are known again wherever they go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Experiment, Sizes
from chainrule.checking.reading.recognise.trials import Form
from chainrule.checking.teaching.subject import Subject

TRAINING, VALIDATION = 26, 9
"""No multiple of the batch: an epoch of a fraction of a batch is seen."""


@dataclass(frozen=True)
class Data:
    """Rows for training and others for validation."""

    sizes: Sizes
    form: Form
    X: ndarray
    """(N, D)"""
    y: ndarray
    """(N,) integers: which of C random directions a row points along the most."""
    given: tuple[ndarray, ndarray]
    """X and y in the program's form."""
    given_validation: tuple[ndarray, ndarray]
    _places: dict[bytes, int] = field(repr=False)

    def rows(self, value: Any) -> ndarray | None:
        """Return which rows of X an array holds, or None if it holds anything else."""
        if not isinstance(value, ndarray) or value.dtype.kind != "f" or self.sizes.D not in value.shape:
            return None
        rows = value.reshape(1, -1) if value.size == self.sizes.D else value.T if self.form.columns else value
        if rows.ndim != 2 or rows.shape[1] != self.sizes.D:
            return None
        found = [self._places.get(row.tobytes(), -1) for row in np.ascontiguousarray(rows)]
        return np.array(found) if found and min(found) >= 0 else None

    def classes(self, value: Any) -> ndarray | None:
        """Return the classes that an array of labels names, or None if it holds anything else."""
        C = max(self.sizes.C, 2)
        array = np.asarray(value)
        if array.dtype.kind not in "iufb" or array.size == 0:
            return None
        if array.ndim == 2 and C in array.shape and 1 not in array.shape:
            one_hot = array.T if self.form.columns else array
            if one_hot.shape[1] == C and np.isin(one_hot, (0, 1)).all() and (one_hot.sum(axis=1) == 1).all():
                return np.asarray(one_hot.argmax(axis=1))
            return None
        if array.size == max(array.shape, default=1) and np.isin(array, np.arange(C)).all():
            return array.reshape(-1).astype(np.int64)
        return None


def data(sizes: Sizes, form: Form, seed: int) -> Data:
    """Draw the data of a trial."""
    rng = np.random.default_rng(seed)
    C = max(sizes.C, 2)
    X = rng.normal(size=(sizes.N + max(VALIDATION, C), sizes.D))
    y = (X @ rng.normal(size=(sizes.D, C))).argmax(axis=1)
    y[:C] = y[sizes.N : sizes.N + C] = np.arange(C)
    given, other = (form.inputs(X[part], y[part], C) for part in (slice(sizes.N), slice(sizes.N, None)))
    places = {row.tobytes(): number for number, row in enumerate(X[: sizes.N])}
    return Data(sizes, form, X[: sizes.N], y[: sizes.N], given, other, places)


def forms(experiment: Experiment) -> Iterator[Form]:
    """Yield the forms in which a program may take its data, that of its loss first."""
    columns = experiment.conventions.get("examples") == "columns"
    labels = {"one-hot": ("one-hot", "integers"), "0 or 1": ("binary", "binary flat")}.get(
        experiment.conventions.get("labels", ""), ("integers", "integer column", "one-hot")
    )
    yield from (Form(columns, kind) for kind in labels)


def trial_sizes(subject: Subject) -> Sizes:
    """Return sizes for a trial: small, all different, or those that the program has."""
    first = subject.experiment.sizes[0]
    if not subject.has_open_sizes:
        return Sizes(TRAINING, first.D, first.hidden, first.C)
    return Sizes(TRAINING, 5, tuple(7 + number for number in range(len(first.hidden))), first.C)
