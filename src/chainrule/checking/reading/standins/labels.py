"""How libraries that are not there turn labels into one-hot rows: programs do that inside of what is checked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray


class Table(ndarray):
    """One-hot rows that can also be asked for as a data frame or a sparse matrix can."""

    @property
    def values(self) -> ndarray:
        """The plain array."""
        return np.asarray(self)

    def as_matrix(self) -> ndarray:
        """Return the plain array."""
        return np.asarray(self)

    to_numpy = toarray = todense = as_matrix


def one_hot(labels: Any, num_classes: int | None = None, *_: Any, **__: Any) -> Any:
    """Return rows that are 1 at the class of each label, for as many classes as there are up to the largest."""
    whole = np.asarray(labels).astype(int).ravel()
    return np.eye(num_classes or int(whole.max(initial=0)) + 1)[whole]


def get_dummies(labels: Any, *_: Any, **__: Any) -> Any:
    """Return one-hot rows, a column for each class that occurs."""
    flat = np.asarray(labels).ravel()
    return (flat[:, None] == np.unique(flat)).astype(np.float64).view(Table)


class Encoder:
    """Encoders that are fitted to labels and turn them into one-hot rows."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self._classes: Any = None

    def fit(self, labels: Any, *_: Any) -> Encoder:
        """Remember which classes there are."""
        self._classes = np.unique(np.asarray(labels).ravel())
        return self

    def transform(self, labels: Any) -> Any:
        """Return one-hot rows."""
        flat = np.asarray(labels).ravel()
        return (flat[:, None] == self._classes).astype(np.float64).view(Table)

    def fit_transform(self, labels: Any, *_: Any) -> Any:
        """Fit, then transform."""
        return self.fit(labels).transform(labels)


KNOWN: dict[str, Any] = {
    "get_dummies": get_dummies,
    "to_categorical": one_hot,
    "LabelBinarizer": Encoder,
    "OneHotEncoder": Encoder,
}
