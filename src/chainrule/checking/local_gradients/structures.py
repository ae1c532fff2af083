"""Nested lists of arrays and numbers, read and rebuilt as one flat vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray


def is_real(value: Any) -> bool:
    """Return whether a value is a real number or an array of such: something that a gradient can flow into."""
    kind = type(value)
    return kind is float or (value.dtype.kind == "f" if kind is ndarray else isinstance(value, np.floating))


def count(structure: Any) -> int:
    """Return the number of real entries in a structure."""
    if type(structure) is float:
        return 1
    if isinstance(structure, (list, tuple)):
        return sum(map(count, structure))
    if isinstance(structure, ndarray):
        return structure.size if structure.dtype.kind == "f" else 0
    return 1 if is_real(structure) else 0


def flattened(structure: Any) -> list[ndarray]:
    """Return the real leaves of a structure, each as a float64 vector, from left to right."""
    if isinstance(structure, (list, tuple)):
        return [one for part in structure for one in flattened(part)]
    return [np.asarray(structure, dtype=np.float64).ravel()] if is_real(structure) else []


def replaced(structure: Any, flat: ndarray, start: int, other: Callable[[Any], Any]) -> tuple[Any, int]:
    """Return a structure with its real entries taken from a vector, and where the next would begin.

    Parameters
    ----------
    structure : array, number, or nested lists and tuples of such
        A list or tuple that holds any real entry becomes a list.
    flat : array, shape (entries,)
    start : int
    other : callable
        Makes what stands in the place of a leaf, or a list, without real entries.
    """
    if type(structure) is float:
        return flat.item(start), start + 1
    if isinstance(structure, (list, tuple)):
        begin, parts = start, []
        for part in structure:
            new, start = replaced(part, flat, start, other)
            parts.append(new)
        return (parts if start > begin or not structure else other(structure)), start
    if not is_real(structure):
        return other(structure), start
    if isinstance(structure, ndarray):
        end = start + structure.size
        return flat[start:end].reshape(structure.shape), end
    return flat.item(start), start + 1


def nothing(_: Any) -> None:
    """Return the gradient of what has none."""
    return


def unchanged(value: Any) -> Any:
    """Return the value itself."""
    return value


def zeros(value: Any) -> Any:
    """Return the position number of entries that no gradient flows into: zero, in the shape of the value."""
    return np.zeros(np.shape(value), dtype=np.int64) if isinstance(value, (ndarray, list, tuple)) else 0
