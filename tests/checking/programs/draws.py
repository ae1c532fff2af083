"""The numbers that a program is run on: sizes that all differ, biases that are not zero, labels at random."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy import ndarray


@dataclass(frozen=True)
class Draw:
    """What a program is given: ``values`` are what its gradients are of."""

    values: dict[str, ndarray]
    given: dict[str, Any] = field(default_factory=dict)
    reg: float = 0.0

    @property
    def examples(self) -> int:
        """Return N, as far as the loss is a mean over them."""
        return int(self.given.get("N") or len(self.given.get("y", "1")))

    def with_values(self, values: dict[str, ndarray]) -> Draw:
        """Return the draw at other values."""
        return Draw({**self.values, **values}, self.given, self.reg)

    def without_penalty(self) -> Draw:
        """Return the draw with reg 0."""
        return Draw(self.values, self.given, 0.0)

    def copies(self) -> dict[str, ndarray]:
        """Return the values for a program to write into."""
        return {name: value.copy() for name, value in self.values.items()}

    def copy_of(self, name: str) -> Any:
        """Return something given for a program to write into."""
        value = self.given[name]
        return value.copy() if isinstance(value, ndarray) else value


# N, D, H, C and the penalty; in the third a class has no example
SIZES = ((5, 4, 6, 3, 0.0), (7, 3, 5, 4, 0.3), (4, 6, 3, 5, 0.11), (6, 5, 4, 2, 0.9))


def two_layers(seed: int, *, columns: bool = False, row_biases: bool = False, hidden: tuple[int, ...] = ()) -> Draw:
    """Draw a network with one hidden layer (or ``hidden`` of these widths), inputs and labels."""
    N, D, H, C, reg = SIZES[seed % len(SIZES)]
    rng = np.random.default_rng(seed)
    widths = (D, *(hidden or (H,)), C)
    values: dict[str, ndarray] = {}
    for layer in range(1, len(widths)):
        rows, width = widths[layer - 1], widths[layer]
        values[f"W{layer}"] = rng.normal(0, 0.8, (width, rows) if columns else (rows, width))
        bias = (width, 1) if columns else (1, width) if row_biases else (width,)
        values[f"b{layer}"] = rng.normal(0, 0.4, bias)
    X = rng.normal(0, 1, (D, N) if columns else (N, D))
    return Draw(values, {"X": X, "y": rng.integers(0, C, N)}, reg)
