"""Everyone who computes the steps, and the two who compute the products alone, one a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from numpy import ndarray


class Contender(Protocol):
    """What a worker drives; made from a :class:`benchmarks.problems.Task`."""

    def reset(self) -> None:
        """Go back to the initial weights and an update rule that remembers nothing; not timed."""

    def run(self, order: ndarray) -> ndarray:
        """Take one step for each of the K mini-batches of ``order`` (K, N): this is what is timed.

        Returns
        -------
        ndarray of shape (K,)
            The total loss, data loss and penalty, of every step before its update: everyone computes it.
        """

    def state(self) -> ndarray:
        """Return the weights (P,) as they are now, laid out as ``Task.start`` is."""


@dataclass(frozen=True)
class Entry:
    """A contender as the harness knows it.

    Attributes
    ----------
    name : str
        In JSON, and what its module is called.
    label : str
        In the table.
    kind : {"floor", "engine", "peer"}
        A floor computes the products alone, and its state is their results.
    maker : str
        ``module:Class``.
    """

    name: str
    label: str
    kind: Literal["floor", "engine", "peer"]
    maker: str


def _entry(name: str, label: str, kind: Literal["floor", "engine", "peer"]) -> Entry:
    return Entry(name, label, kind, f"{__name__}.{name}:Contender")


CONTENDERS = (
    _entry("blas_products", "products, our BLAS", "floor"),
    _entry("torch_products", "products, PyTorch", "floor"),
    _entry("compiled_engine", "chainrule", "engine"),
    _entry("numpy_longhand", "NumPy longhand", "peer"),
    _entry("scikit_learn", "scikit-learn", "peer"),
    _entry("torch_eager", "PyTorch, fused", "peer"),
    _entry("torch_compiled", "PyTorch, compiled", "peer"),
    _entry("jax_scan", "JAX jit+scan", "peer"),
)
