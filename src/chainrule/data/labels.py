"""Labels as files hold them (names, whole numbers, true and false) to 0 ... C - 1 and the names of the classes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int64, Shaped
from numpy import ndarray

from chainrule.errors import InputError

_WHOLE = re.compile(r"0|-?[1-9]\d{0,17}")
_DECIMAL = re.compile(r"[-+]?\d*\.\d*")


def encode_labels(values: Shaped[ndarray, " N"], who: str) -> tuple[Int64[ndarray, " N"], tuple[str, ...]]:
    """Number the different labels in their order: numbers by size, names by alphabet.

    Parameters
    ----------
    values : ndarray of shape (N,)
        Integers, whole floats, booleans or text. Text in which every label is a number counts as numbers.
    who : str
        Where they come from, for messages.

    Returns
    -------
    y : ndarray of shape (N,), int64
    classes : tuple of str

    Raises
    ------
    InputError
        If labels are numbers with fractions, or of another kind.
    """
    if values.dtype.kind == "U":
        values = _numbers_if_all_are(values)
    if values.dtype.kind == "f":
        values = _whole(values, who)
    if values.dtype.kind not in "iubU":
        raise InputError(who, expected="labels that are names or whole numbers", got=f"{values.dtype}")
    unique, y = np.unique(values, return_inverse=True)
    return y.astype(np.int64), tuple(str(label) for label in unique)


def find_labels(values: Shaped[ndarray, " N"], classes: tuple[str, ...], who: str) -> Int64[ndarray, " N"]:
    """Number labels by classes that are known from other rows.

    Raises
    ------
    InputError
        If a label is none of the classes.
    """
    y, names = encode_labels(values, who)
    if unknown := [name for name in names if name not in classes]:
        raise InputError(who, expected=f"labels among {shorten(classes)}", got=shorten(unknown))
    return np.array([classes.index(name) for name in names], np.int64)[y]


def shorten(names: Sequence[str], most: int = 12) -> str:
    """Join names for a message, the first few of many."""
    rest = f", ... ({len(names):,} in all)" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def _numbers_if_all_are(values: ndarray) -> ndarray:
    """Turn text to numbers, unless a label would change its name by that: ``007`` stays a name."""
    unique = np.unique(values)
    if all(_WHOLE.fullmatch(text) for text in unique):
        return values.astype(np.int64)
    is_number = all(_WHOLE.fullmatch(text) or (_DECIMAL.fullmatch(text) and text.strip("+-.")) for text in unique)
    return values.astype(np.float64) if is_number else values


def _whole(values: ndarray, who: str) -> ndarray:
    odd = np.flatnonzero(~(np.isfinite(values) & (values == np.round(values)) & (np.abs(values) < 2**53)))
    if len(odd):
        raise InputError(
            who,
            expected="labels that are names or whole numbers",
            got=f"{values[odd[0]]:g}",
            where=f"row {odd[0] + 1:,}; {len(odd):,} such",
            advice="chainrule classifies: turn a quantity into classes first",
        )
    return values.astype(np.int64)
