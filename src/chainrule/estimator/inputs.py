"""What users give, checked by scikit-learn itself so that its messages are its own."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from jaxtyping import Float64
from numpy import ndarray
from scipy.sparse import issparse
from sklearn.utils import check_array, column_or_1d
from sklearn.utils.validation import validate_data

FLOATS = (np.float64, np.float32)


def read_examples(estimator: Any, X: Any, y: Any, *, reset: bool, numeric: bool) -> tuple[Any, Any]:
    """Return inputs (N, D) in float64 or float32 and targets (N,) or (N, outputs).

    Parameters
    ----------
    reset : bool
        Learn the features' number and names from X; otherwise compare them with those of before.
    numeric : bool
        Whether the targets are numbers.
    """
    X, y = validate_data(
        estimator,
        X,
        y,
        accept_sparse="csr",
        multi_output=True,
        y_numeric=numeric,
        dtype=FLOATS,
        order="C",
        reset=reset,
    )
    if y.ndim == 2 and y.shape[1] == 1 and not issparse(y):
        y = column_or_1d(y, warn=True)
    return X, y


def read_inputs(estimator: Any, X: Any) -> Any:
    """Return inputs (N, D) for a fitted estimator."""
    return validate_data(estimator, X, accept_sparse="csr", dtype=FLOATS, reset=False)


def read_weights(sample_weight: Any, n: int) -> Float64[ndarray, " {n}"] | None:
    """Return the weight (n,) of every example, or None if all count the same.

    Raises
    ------
    ValueError
        If they are no n numbers, or all zero.
    """
    if sample_weight is None:
        return None
    if isinstance(sample_weight, Real):
        return np.full(n, float(sample_weight))
    weights = check_array(sample_weight, ensure_2d=False, dtype=np.float64, input_name="sample_weight")
    if weights.ndim != 1:
        raise ValueError("Sample weights must be 1D array or scalar")
    if weights.shape != (n,):
        raise ValueError(f"sample_weight.shape == {weights.shape}, expected {(n,)}!")
    if not weights.any():
        raise ValueError("Sample weights must contain at least one non-zero number.")
    return np.ascontiguousarray(weights)
