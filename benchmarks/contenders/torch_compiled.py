"""PyTorch with the whole step in one ``torch.compile``: gather, forward, gradients and update in a single graph."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy import ndarray
from torch import Tensor
from torch.nn.functional import cross_entropy

from benchmarks.problems import BETA1, BETA2, EPSILON, MOMENTUM, REG, Problem, Task, views

Step = Callable[[list[Tensor], list[list[Tensor]], Tensor, Tensor, Tensor, Tensor], Tensor]


class Contender:
    """The update is written out, as PyTorch's optimisers compute it, so that the compiler can fuse all of it."""

    def __init__(self, task: Task) -> None:
        torch.set_num_threads(task.threads)
        self._task = task
        self._start = [torch.from_numpy(part) for layer in views(task.start, task.problem) for part in layer]
        self._parameters = [part.clone() for part in self._start]
        n_moments = {"sgd": 0, "momentum": 1, "adam": 2}[task.problem.rule]
        self._moments = [[torch.zeros_like(part) for part in self._start] for _ in range(n_moments)]
        self._t = torch.zeros(())
        self._X, self._y = torch.from_numpy(task.X), torch.from_numpy(task.y)
        self._step: Step = torch.compile(_make_step(task.problem), fullgraph=True, dynamic=False)

    def reset(self) -> None:
        """Put the initial weights back, in place: other tensors would be compiled for anew."""
        for part, start in zip(self._parameters, self._start, strict=True):
            part.copy_(start)
        for moment in self._moments:
            for part in moment:
                part.zero_()
        self._t.zero_()

    def run(self, order: ndarray) -> ndarray:
        """Take the steps."""
        with torch.no_grad():
            losses = [
                self._step(self._parameters, self._moments, self._t, self._X, self._y, batch)
                for batch in torch.from_numpy(order)
            ]
            return torch.stack(losses).numpy()

    def state(self) -> ndarray:
        """Return the weights."""
        return np.concatenate([part.numpy().ravel() for part in self._parameters])


def _make_step(problem: Problem) -> Step:
    depth, rate = len(problem.layers), problem.rate

    def total_loss(parameters: list[Tensor], X: Tensor, y: Tensor) -> Tensor:
        a = X
        for layer in range(depth):
            a = torch.addmm(parameters[2 * layer + 1], a, parameters[2 * layer])
            if layer < depth - 1:
                a = torch.relu(a)
        penalty = sum((W * W).sum() for W in parameters[::2])
        return cross_entropy(a, y) + REG * penalty

    def step(
        parameters: list[Tensor], moments: list[list[Tensor]], t: Tensor, X: Tensor, y: Tensor, batch: Tensor
    ) -> Tensor:
        gradients, loss = torch.func.grad_and_value(total_loss)(parameters, X[batch], y[batch])
        t.add_(1)
        for i, (w, g) in enumerate(zip(parameters, gradients, strict=True)):
            if problem.rule == "sgd":
                w.sub_(rate * g)
            elif problem.rule == "momentum":
                velocity = moments[0][i]
                velocity.mul_(MOMENTUM).add_(g)
                w.sub_(rate * velocity)
            else:
                mean, square = moments[0][i], moments[1][i]
                mean.mul_(BETA1).add_((1 - BETA1) * g)
                square.mul_(BETA2).add_((1 - BETA2) * g * g)
                unbiased_mean, unbiased_square = mean / (1 - BETA1**t), square / (1 - BETA2**t)
                w.sub_(rate * unbiased_mean / (unbiased_square.sqrt() + EPSILON))
        return loss

    return step
