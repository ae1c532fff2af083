"""The floor through PyTorch's BLAS: the matrix products of a step and nothing else."""

from __future__ import annotations

import numpy as np
import torch
from numpy import ndarray

from benchmarks.problems import Task, product_factors


class Contender:
    """``torch.mm`` into arrays that are there already."""

    def __init__(self, task: Task) -> None:
        torch.set_num_threads(task.threads)
        self._a, self._W, self._dz = ([torch.from_numpy(array) for array in arrays] for arrays in product_factors(task))
        self._z = [torch.zeros_like(dz) for dz in self._dz]
        self._dW = [torch.zeros_like(W) for W in self._W]
        self._da = [torch.zeros_like(a) for a in self._a]
        forward = list(zip(self._a, self._W, self._z, strict=True))
        backward = list(zip([a.T for a in self._a], self._dz, self._dW, strict=True))
        upstream = list(zip(self._dz, [W.T for W in self._W], self._da, strict=True))[1:]
        self._products = [*forward, *backward, *upstream]

    def reset(self) -> None:
        """Nothing changes from step to step."""

    def run(self, order: ndarray) -> ndarray:
        """Multiply as often as there are mini-batches, whatever is in them."""
        with torch.inference_mode():
            for _ in range(len(order)):
                for left, right, out in self._products:
                    torch.mm(left, right, out=out)
        return np.empty(0)

    def state(self) -> ndarray:
        """Return every product, one after the other."""
        return np.concatenate([array.numpy().ravel() for array in [*self._z, *self._dW, *self._da[1:]]])
