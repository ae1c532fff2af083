"""The floor: the matrix products of a step and nothing else, through the BLAS that the engine calls."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy import ndarray
from threadpoolctl import threadpool_limits

from benchmarks.problems import Task, product_factors
from chainrule.engine.blas import matmul
from chainrule.training.defaults import default_threads

_compiled: Any = numba.njit(nogil=True)


@_compiled  # type: ignore[untyped-decorator]
def _multiply(
    steps: int, N: int, sizes: ndarray, a: Any, W: Any, dz: Any, z: Any, dW: Any, da: Any,
) -> None:  # fmt: skip
    for _ in range(steps):
        for layer in range(len(sizes) - 1):
            inputs, outputs = sizes[layer], sizes[layer + 1]
            matmul(a[layer], 0, False, W[layer], 0, False, z[layer], 0, N, outputs, inputs, 1.0, 0.0)
        for layer in range(len(sizes) - 2, -1, -1):
            inputs, outputs = sizes[layer], sizes[layer + 1]
            if layer > 0:
                matmul(dz[layer], 0, False, W[layer], 0, True, da[layer], 0, N, inputs, outputs, 1.0, 0.0)
            matmul(a[layer], 0, True, dz[layer], 0, False, dW[layer], 0, inputs, outputs, N, 1.0, 0.0)


class Contender:
    """``z = a W``, ``dW = aᵀ dz``, and above the first layer ``da = dz Wᵀ``; as many threads as the engine takes."""

    def __init__(self, task: Task) -> None:
        problem = task.problem
        self._limit = threadpool_limits(
            min(task.threads, default_threads(problem.sizes, problem.batch_size)), user_api="blas"
        )
        factors = product_factors(task)
        self._a, self._W, self._dz = (_flat(arrays) for arrays in factors)
        self._z = _flat([np.zeros_like(dz) for dz in factors[2]])
        self._dW = _flat([np.zeros_like(W) for W in factors[1]])
        self._da = _flat([np.zeros_like(a) for a in factors[0]])  # the first is never written: nobody needs dX
        self._sizes, self._N = np.array(problem.sizes), problem.batch_size

    def reset(self) -> None:
        """Nothing changes from step to step."""

    def run(self, order: ndarray) -> ndarray:
        """Multiply as often as there are mini-batches, whatever is in them."""
        _multiply(
            len(order), self._N, self._sizes, self._a, self._W, self._dz, self._z, self._dW, self._da
        )  # fmt: skip
        return np.empty(0)

    def state(self) -> ndarray:
        """Return every product, one after the other."""
        return np.concatenate([*self._z, *self._dW, *self._da[1:]])


def _flat(arrays: list[ndarray]) -> tuple[ndarray, ...]:
    return tuple(np.ascontiguousarray(array).reshape(-1) for array in arrays)
