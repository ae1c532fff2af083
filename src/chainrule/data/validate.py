"""What is true of every data set, however it was read: seen to in one place."""

from __future__ import annotations

import numpy as np
from jaxtyping import Real
from numpy import ndarray

from chainrule.data.dataset import Dataset, Rows
from chainrule.errors import InputError

_BLOCK = 1 << 14  # rows looked at in one go, so that the check of a large table takes little memory


def validated(dataset: Dataset) -> Dataset:
    """Return the data set, if one can train on it.

    Raises
    ------
    InputError
        If rows or labels are no arrays of their types, there is one class or one row only, a class has no training
        row, a label is no class, or a feature is missing or infinite.
    """
    if dataset.n_classes < 2:
        only = "".join(dataset.classes) or "none"
        _refuse(dataset, "at least two classes to tell apart", f"one: {only}" if dataset.classes else only)
    if len(dataset.train) < 2:
        _refuse(dataset, "at least two rows", f"{len(dataset.train)}")
    parts = {"train": dataset.train} | ({"test": dataset.test} if dataset.test is not None else {})
    for part, rows in parts.items():
        _check_rows(dataset, part, rows)
    counts = np.bincount(dataset.train.y, minlength=dataset.n_classes)
    if not counts.all():
        without = [name for name, count in zip(dataset.classes, counts, strict=True) if not count]
        _refuse(dataset, "training rows of every class", f"none of {', '.join(without)}")
    return dataset


def _check_rows(dataset: Dataset, part: str, rows: Rows) -> None:
    if _type_of(rows.X) not in ("uint8", "float32", "float64"):
        _refuse(dataset, "features in an array of uint8 (pixels) or float32", _type_of(rows.X), part)
    if _type_of(rows.y) != "int64":
        _refuse(dataset, "labels in an array of int64, each the number of its class", _type_of(rows.y), part)
    if rows.X.ndim != 2 or len(rows.X) != len(rows.y) or not rows.X.shape[1]:
        _refuse(dataset, f"{len(rows.y)} rows of features", f"shape {rows.X.shape}", part)
    if not len(rows):
        _refuse(dataset, "rows", "none", part)
    if rows.X.shape[1] != dataset.n_features:
        _refuse(dataset, f"{dataset.n_features} features, as in train", f"{rows.X.shape[1]}", part)
    if rows.y.min() < 0 or rows.y.max() >= dataset.n_classes:
        _refuse(dataset, f"labels from 0 to {dataset.n_classes - 1}", f"{rows.y.min()} to {rows.y.max()}", part)
    if rows.X.dtype.kind == "f":
        refuse_not_finite(rows.X, dataset.source, part, dataset.feature_names)


def _type_of(given: object) -> str:
    return str(given.dtype) if isinstance(given, ndarray) else f"a {type(given).__name__}"


def refuse_not_finite(X: Real[ndarray, "N D"], who: str, part: str, feature_names: tuple[str, ...] | None) -> None:
    """Raise InputError at the first feature of X (N, D) that is missing or infinite."""
    starts = range(0, len(X), _BLOCK)
    wrong = [np.argwhere(~np.isfinite(X[start : start + _BLOCK])) + np.array([start, 0]) for start in starts]
    places = np.concatenate([*wrong, np.empty((0, 2), np.int64)])
    if not len(places):
        return
    row, column = places[0]
    name = feature_names[column] if feature_names else f"{column + 1}"
    raise InputError(
        who,
        expected="numbers that are present and finite",
        got="a missing one (NaN)" if np.isnan(X[row, column]) else "one that is infinite in float32",
        where=f"{part}{', ' if part else ''}column {name}, row {row + 1:,}; {len(places):,} such in all",
        advice="remove these rows, or fill them in (scikit-learn's SimpleImputer does)",
    )


def _refuse(dataset: Dataset, expected: str, got: str, where: str = "") -> None:
    raise InputError(dataset.source, expected=expected, got=got, where=where)
