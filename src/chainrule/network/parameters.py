"""The numbers that training changes: all weights and biases in one contiguous buffer, seen through named views."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from numpy.typing import DTypeLike

from chainrule.errors import InputError
from chainrule.network.activations import check_activation
from chainrule.network.losses import check_loss

LARGEST = 2**33
"""Parameters of the largest network: 32 GiB in float32, and several times that to train."""


@dataclass(frozen=True)
class Architecture:
    """The sizes of a fully connected network, and the functions between and after its affine layers.

    ``Architecture(3072, (1024,), 10)`` is the reports' network: W1 (3072, 1024), b1 (1024,), W2 (1024, 10),
    b2 (10,). ``Architecture(4, (), 3)`` has no hidden layer: softmax regression, W1 (4, 3), b1 (3,).

    Attributes
    ----------
    input_size, hidden_sizes, output_size
        D, (H1, ...), C.
    activation : {"relu", "tanh", "logistic", "identity"}
        Of the hidden layers; see ``network/activations.py``.
    loss : {"softmax", "logistic", "squared", "poisson"}
        What it is trained to make small, which says what outputs are made of the scores; see ``network/losses.py``.
    """

    input_size: int
    hidden_sizes: tuple[int, ...]
    output_size: int
    activation: str = "relu"
    loss: str = "softmax"

    def __post_init__(self) -> None:
        check_activation(self.activation)
        check_loss(self.loss)
        for who, size in zip(("inputs", *["hidden units"] * self.depth, "classes"), self.sizes, strict=False):
            if size < 1:
                raise InputError(f"number of {who}", expected="at least 1", got=str(size))

        if self.n_parameters > LARGEST:
            raise InputError(
                "the network", expected=f"at most {LARGEST:,} weights and biases", got=f"{self.n_parameters:,}"
            )

    @property
    def sizes(self) -> tuple[int, ...]:
        """The width of every layer of values, inputs first: D, H1, ..., C."""
        return (self.input_size, *self.hidden_sizes, self.output_size)

    @property
    def depth(self) -> int:
        """The number of affine layers, one more than of hidden ones."""
        return len(self.hidden_sizes) + 1

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every parameter by name, in the order of the buffer: W1, b1, W2, b2, ..."""
        shapes: dict[str, tuple[int, ...]] = {}
        for layer, (inputs, outputs) in enumerate(pairwise(self.sizes), start=1):
            shapes[f"W{layer}"] = (inputs, outputs)
            shapes[f"b{layer}"] = (outputs,)
        return shapes

    @property
    def n_parameters(self) -> int:
        """The number of weights and biases in all."""
        return sum((inputs + 1) * outputs for inputs, outputs in pairwise(self.sizes))


@dataclass(frozen=True)
class Parameters:
    """Weights and biases of an architecture (or their gradients: anything of the same shapes).

    Attributes
    ----------
    architecture : Architecture
    buffer : ndarray of shape (P,), float32 or float64
        All parameters, W1 (row by row), b1, W2, ...; the named arrays are views into it.
    """

    architecture: Architecture
    buffer: Float[ndarray, " P"]

    def __post_init__(self) -> None:
        if self.buffer.shape != (self.architecture.n_parameters,):
            raise InputError(
                "parameters",
                expected=f"a buffer of shape ({self.architecture.n_parameters},) for sizes {self.architecture.sizes}",
                got=str(self.buffer.shape),
            )

    @classmethod
    def zeros(cls, architecture: Architecture, dtype: DTypeLike) -> Parameters:
        """Return parameters that are all zero."""
        return cls(architecture, np.zeros(architecture.n_parameters, dtype))

    @cached_property
    def views(self) -> dict[str, Float[ndarray, "..."]]:
        """Every parameter by name, a view into the buffer."""
        views, start = {}, 0
        for name, shape in self.architecture.shapes.items():
            size = math.prod(shape)
            views[name] = self.buffer[start : start + size].reshape(shape)
            start += size
        return views

    def __getitem__(self, name: str) -> Float[ndarray, "..."]:
        return self.views[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.views)

    @property
    def weights(self) -> list[Float[ndarray, "_ _"]]:
        """W1, W2, ... in order."""
        return [self[f"W{layer}"] for layer in range(1, self.architecture.depth + 1)]

    @property
    def biases(self) -> list[Float[ndarray, " _"]]:
        """b1, b2, ... in order."""
        return [self[f"b{layer}"] for layer in range(1, self.architecture.depth + 1)]

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """float32 or float64."""
        return self.buffer.dtype

    def copy(self) -> Parameters:
        """Return equal parameters in a buffer of their own."""
        return Parameters(self.architecture, self.buffer.copy())
