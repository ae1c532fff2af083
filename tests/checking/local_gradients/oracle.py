"""Central differences of a function, independent of what is under test: by substitution of entries in nested lists."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

STEP = 1e-5


def entries(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every real entry of nested lists of arrays and numbers."""
    if isinstance(value, (list, tuple)):
        for place, one in enumerate(value):
            yield from entries(one, (*path, place))
    elif isinstance(value, np.ndarray) and value.dtype.kind == "f":
        yield from ((*path, index) for index in np.ndindex(value.shape))
    elif isinstance(value, (float, np.floating)):
        yield path


def at(value: Any, path: tuple[Any, ...]) -> Any:
    """Return the entry at a path; ``None`` above it counts as zero."""
    for step in path:
        if value is None:
            return 0.0
        value = value[step]
    return 0.0 if value is None else value


def shifted(value: Any, path: tuple[Any, ...], by: float) -> Any:
    """Return a copy with one entry shifted."""
    if not path:
        return type(value)(value + by)
    if isinstance(value, np.ndarray):
        new = value.copy()
        new[path[0]] += by
        return new
    parts = list(value)
    parts[path[0]] = shifted(parts[path[0]], path[1:], by)
    return type(value)(parts)


def contracted(output: Any, upstream: Any) -> float:
    """Return the sum over all outputs of output times upstream, of the real ones."""
    if isinstance(output, (tuple, list)):
        return sum(contracted(one, g) for one, g in zip(output, upstream, strict=True))
    if upstream is None or np.asarray(output).dtype.kind != "f":
        return 0.0
    return float(np.vdot(np.nan_to_num(output), upstream))


def slope(function: Callable[..., Any], args: tuple[Any, ...], path: tuple[Any, ...], upstream: Any) -> float:
    """Return the derivative of upstream · function(args) by one entry."""
    ahead, behind = (contracted(function(*shifted(copy.deepcopy(args), path, by)), upstream) for by in (STEP, -STEP))
    return (ahead - behind) / (2 * STEP)
