"""CSV and Parquet tables: one column of labels, every other column a numeric feature."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float32, Shaped
from numpy import ndarray

from chainrule.data.csv_table import load_csv
from chainrule.data.dataset import Dataset, Rows
from chainrule.data.labels import encode_labels, shorten
from chainrule.data.validate import refuse_not_finite
from chainrule.errors import InputError
from chainrule.files import storage_errors

if TYPE_CHECKING:
    import pyarrow as pa

LABEL_NAMES = ("label", "target", "class", "y")
_PANDAS_INDEX = re.compile(r"__index_level_\d+__")


def read_table(path: Path, label: str | None = None) -> Dataset:
    """Read a ``.parquet`` file, or else a comma-separated one whose first line names the columns.

    Parameters
    ----------
    label : str, optional
        The column of labels; by default the one that is called label, target, class or y.

    Returns
    -------
    Dataset
        Features (N, D) float32, where a missing value is NaN. Whether all are finite is for the caller to see to.

    Raises
    ------
    InputError
        If the file is no such table, or a feature is not numeric.
    """
    with storage_errors(str(path)):
        table = (
            _load_parquet(path) if is_parquet(path) else load_csv(path, lambda names: {_label_name(names, label, path)})
        )
    names = [name for name in table.column_names if not _PANDAS_INDEX.fullmatch(name)]
    label = _label_name(names, label, path)
    features = [name for name in names if name != label]
    if not features or not table.num_rows:
        raise InputError(
            str(path),
            expected="rows with a label and at least one feature",
            got=f"{table.num_rows:,} rows, {len(features)} feature columns",
        )
    y, classes = encode_labels(_labels(table[label], label, path), f"{path}: column {label}")
    X = np.empty((table.num_rows, len(features)), np.float32)
    with np.errstate(over="ignore"):  # beyond float32 is infinite, which is refused with its row and column
        for column, name in enumerate(features):
            X[:, column] = _numbers(table[name], name, path)
    return Dataset(path.stem, str(path), Rows(X, y), None, classes, feature_names=tuple(features))


def read_features(path: Path, features: tuple[str, ...] | int) -> Float32[ndarray, "N D"]:
    """Return the features (N, D) float32 of a table whose labels are unknown.

    Parameters
    ----------
    features : tuple of str, or int
        The columns of the features, in order; others are passed over. Or D, where nobody knows their names: then these
        are all the columns, in the table's order.

    Raises
    ------
    InputError
        If a column is missing, or a value is missing, infinite or no number.
    """
    with storage_errors(str(path)):
        table = _load_parquet(path) if is_parquet(path) else load_csv(path, lambda names: _others(names, features))
    _refuse_doubled(table.column_names, path)
    feature_names = _all_columns(table.column_names, features, path) if isinstance(features, int) else features
    missing = [name for name in feature_names if name not in table.column_names]
    if missing:
        raise InputError(
            str(path), expected=f"the columns {shorten(feature_names)}", got=f"a table without {shorten(missing)}"
        )
    if not table.num_rows:
        raise InputError(str(path), expected="at least one row", got="none below the names of the columns")
    X = np.empty((table.num_rows, len(feature_names)), np.float32)
    with np.errstate(over="ignore"):  # beyond float32 is infinite, which is refused with its row and column
        for column, name in enumerate(feature_names):
            X[:, column] = _numbers(table[name], name, path)
    refuse_not_finite(X, str(path), "", feature_names)
    return X


def _others(names: list[str], features: tuple[str, ...] | int) -> set[str]:
    """Return the columns that are no features."""
    return set() if isinstance(features, int) else set(names) - set(features)


def _all_columns(names: list[str], n_features: int, path: Path) -> tuple[str, ...]:
    """Return all columns, once there are as many as features."""
    found = tuple(name for name in names if not _PANDAS_INDEX.fullmatch(name))
    if len(found) != n_features:
        raise InputError(
            str(path),
            expected=f"{n_features} columns, one for each feature: the model knows no names of them",
            got=f"{len(found)}",
        )
    return found


def is_parquet(path: Path) -> bool:
    """Tell by the first four bytes."""
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def _load_parquet(path: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet

    try:
        with path.open("rb") as file, pyarrow.parquet.ParquetFile(file) as table:
            return table.read()
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise InputError(
            str(path),
            expected="a whole Parquet file",
            got=f"one that is cut off or damaged ({error})",
            advice="write or download it again",
        ) from error


def _refuse_doubled(names: list[str], path: Path) -> None:
    """See that every column can be told by its name."""
    doubled = sorted({name for name in names if name and names.count(name) > 1})
    if doubled or "" in names:
        raise InputError(
            str(path),
            expected="a different name for every column",
            got=f"{', '.join(doubled)} more than once" if doubled else "a column without one",
            advice="name the columns in the first line; pandas leaves its row numbers out by to_csv(index=False)",
        )


def _label_name(names: list[str], label: str | None, path: Path) -> str:
    """Return the column of labels."""
    _refuse_doubled(names, path)
    if label is not None and label in names:
        return label
    found = [name for name in LABEL_NAMES if name in names]
    if label is None and len(found) == 1:
        return found[0]
    raise InputError(
        f"{path}" if label is None else "--label",
        expected=f"one column called {' or '.join(LABEL_NAMES)}" if label is None else "the name of a column",
        got=f"the columns {shorten(names)}" if label is None else f"{label}; the columns are {shorten(names)}",
        advice="name the column that holds the labels: --label COLUMN",
    )


def _labels(column: pa.ChunkedArray, name: str, path: Path) -> Shaped[ndarray, " N"]:
    """Return labels (N,) as NumPy's booleans, numbers or text."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    values = [text and text.strip() for text in column.to_pylist()] if is_text else None
    is_missing = np.array([not text for text in values]) if values is not None else column.is_null().to_numpy()
    missing = np.flatnonzero(is_missing)
    if len(missing):
        raise InputError(
            str(path),
            expected="a label in every row",
            got=f"none in {len(missing):,} of {len(column):,}",
            where=f"column {name}, row {missing[0] + 1:,}",
            advice="remove these rows",
        )
    if values is not None:
        return np.array(values, dtype=np.str_)
    return column.cast(pa.float64()).to_numpy() if pa.types.is_decimal(column.type) else column.to_numpy()


def _numbers(column: pa.ChunkedArray, name: str, path: Path) -> ndarray:
    """Return a feature (N,) as float64, NaN where it is missing."""
    import pyarrow as pa

    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        present = column.drop_null()
        raise InputError(
            str(path),
            expected="features that are numbers",
            got=f"{present[0].as_py()!r} ({kind})" if len(present) else "no value at all",
            where=f"column {name}",
            advice="leave the column out, or turn it into numbers (a column of 0 and 1 for each category)",
        )
    return column.cast(pa.float64(), safe=False).to_numpy()
