"""The loss that a program does not compute, though its gradients are those of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy import ndarray

LOSSES: dict[str, Callable[[ndarray, ndarray], Any]] = {
    "half the sum of squares": lambda a, y: ((a - y) ** 2).sum() / 2,
    "cross-entropy, summed": lambda a, y: -(y * np.log(a)).sum(),
    "binary cross-entropy, summed": lambda a, y: -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(),
    "sum of squares": lambda a, y: ((a - y) ** 2).sum(),
}


def implied_losses(after: Mapping[str, Any], y: ndarray) -> Iterator[tuple[str, Callable[[Mapping[str, Any]], float]]]:
    """Yield losses of each variable that has the shape of the labels: what it is, and its function of the variables."""
    N = max(y.shape) if y.ndim == 1 else y.shape[0]
    outputs = [
        name
        for name, value in after.items()
        if isinstance(value, ndarray) and value.dtype == np.float64 and value.shape == y.shape and y.ndim
        and not np.array_equal(value, y)
    ]  # fmt: skip
    for output in outputs:
        for meaning, loss in LOSSES.items():
            yield f"{meaning} (of {output})", _of(loss, output, y, 1)
            yield f"{meaning}, over the number of examples (of {output})", _of(loss, output, y, N)
            if y.ndim == 2 and y.shape[1] not in (1, N):
                yield f"{meaning}, over the number of examples (of {output})", _of(loss, output, y, y.shape[1])
                yield f"{meaning}, over the number of entries (of {output})", _of(loss, output, y, y.size)


def _of(
    loss: Callable[[ndarray, ndarray], Any], output: str, y: ndarray, over: int
) -> Callable[[Mapping[str, Any]], float]:
    return lambda after: float(loss(after[output], y)) / over
