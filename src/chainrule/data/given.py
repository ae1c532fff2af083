"""Rows that a caller gives, as arrays of real numbers; what cannot be one is refused in words."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Bool, Real
from numpy import ndarray
from numpy.typing import ArrayLike

from chainrule.errors import InputError

GivenRows = Real[ndarray, "N D"] | Bool[ndarray, "N D"]


def real_array(who: str, given: ArrayLike) -> Real[ndarray, "..."] | Bool[ndarray, "..."]:
    """Return what was given as an array of the type it came in.

    Raises
    ------
    InputError
        If it holds anything but real numbers, or rows of different lengths.
    """
    try:
        array = np.asarray(given)
    except ValueError:  # rows of different lengths
        raise InputError(who, expected="an array of numbers", got="rows of different lengths") from None
    if array.dtype.kind not in "biuf":
        raise InputError(who, expected="an array of real numbers", got=f"one of type {array.dtype}")
    return array


def finite_rows(who: str, given: ArrayLike, D: int) -> GivenRows:
    """Return rows of D finite features as an array (N, D) of the type they came in.

    Raises
    ------
    InputError
        If they have another shape, or a feature is missing, infinite or no real number.
    """
    rows = real_array(who, given)
    if rows.ndim != 2 or rows.shape[1] != D:
        flat = rows.ndim > 2 and math.prod(rows.shape[1:]) == D
        single = rows.shape == (D,)
        advice = f"{who}.reshape(len({who}), -1)" if flat else f"{who}[np.newaxis], for one row" if single else ""
        raise InputError(who, expected=f"shape (N, {D})", got=f"shape {rows.shape}", advice=advice)
    finite = np.isfinite(rows)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        got = str(rows[row, column])
        raise InputError(who, expected="finite numbers", got=got, where=f"row {row}, column {column}, from 0")
    return rows
