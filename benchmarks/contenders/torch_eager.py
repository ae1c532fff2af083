"""PyTorch as it is written by most: modules, cross-entropy, ``backward``, and the fused optimiser.

The penalty's gradient is the optimiser's ``weight_decay`` of 2λ, on the weights and not on the biases, which costs
less than autograd would. Its value is computed as the others do, with one dot product a layer.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy import ndarray
from torch import nn

from benchmarks.problems import BETA1, BETA2, EPSILON, MOMENTUM, REG, Task, views


class Contender:
    """Eager mode."""

    def __init__(self, task: Task) -> None:
        torch.set_num_threads(task.threads)
        self._task, sizes = task, task.problem.sizes
        self._linears = [nn.Linear(inputs, outputs) for inputs, outputs in pairwise(sizes)]
        modules: list[nn.Module] = []
        for linear in self._linears:
            modules += [linear, nn.ReLU()]
        self._model = nn.Sequential(*modules[:-1])
        self._optimizer = make_optimizer(task, self._linears)
        self._X, self._y = torch.from_numpy(task.X), torch.from_numpy(task.y)
        self.reset()

    def reset(self) -> None:
        """Put the initial weights back and the optimiser's moments and counters to zero, all in place."""
        with torch.no_grad():
            for linear, (W, b) in zip(self._linears, views(self._task.start, self._task.problem), strict=True):
                linear.weight.copy_(torch.from_numpy(W).T)
                linear.bias.copy_(torch.from_numpy(b))
        for moments in self._optimizer.state.values():
            for value in moments.values():
                if isinstance(value, torch.Tensor):
                    value.zero_()

    def run(self, order: ndarray) -> ndarray:
        """Take the steps."""
        losses = []
        weights = [linear.weight for linear in self._linears]
        for batch in torch.from_numpy(order):
            loss: Any = nn.functional.cross_entropy(self._model(self._X[batch]), self._y[batch])
            self._optimizer.zero_grad()
            loss.backward()
            with torch.no_grad():
                for weight in weights:
                    flat = weight.view(-1)
                    loss += REG * torch.dot(flat, flat)
            self._optimizer.step()
            losses.append(loss.detach())
        return torch.stack(losses).numpy()

    def state(self) -> ndarray:
        """Return the weights in our layout."""
        parts = [part for linear in self._linears for part in (linear.weight.T, linear.bias)]
        return np.concatenate([part.detach().numpy().ravel() for part in parts])


def make_optimizer(task: Task, linears: list[nn.Linear]) -> torch.optim.Optimizer:
    """Return the fused optimiser of the problem's rule."""
    groups = [
        {"params": [linear.weight for linear in linears], "weight_decay": 2 * REG},
        {"params": [linear.bias for linear in linears], "weight_decay": 0.0},
    ]
    rate = task.problem.rate
    if task.problem.rule == "adam":
        return torch.optim.Adam(groups, rate, betas=(BETA1, BETA2), eps=EPSILON, fused=True)
    return torch.optim.SGD(groups, rate, momentum=MOMENTUM if task.problem.rule == "momentum" else 0.0, fused=True)
