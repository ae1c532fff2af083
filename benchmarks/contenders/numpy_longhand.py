"""The step written out in NumPy, as well as it can be: float32, every array made once, all updates in place."""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from benchmarks.problems import BETA1, BETA2, EPSILON, MOMENTUM, REG, Task, views


class Contender:
    """Forward, loss, backward and update with ``out=`` everywhere."""

    def __init__(self, task: Task) -> None:
        problem = task.problem
        N, depth = problem.batch_size, len(problem.layers)
        self._task, self._depth = task, depth
        self._w, self._gradient, self._scratch = (np.zeros_like(task.start) for _ in range(3))
        self._moments = [np.zeros_like(task.start) for _ in range({"sgd": 0, "momentum": 1, "adam": 2}[problem.rule])]
        self._layers, self._gradients = views(self._w, problem), views(self._gradient, problem)
        self._scratches = views(self._scratch, problem)
        self._a = [np.zeros((N, size), np.float32) for size in problem.sizes]
        self._dz = [np.zeros((N, size), np.float32) for size in problem.sizes[1:]]
        self._off = [np.zeros((N, size), np.bool_) for size in problem.sizes[1:-1]]
        self._column, self._example = np.zeros((N, 1), np.float32), np.arange(N)
        self._t = 0
        self.reset()

    def reset(self) -> None:
        """Put the initial weights back."""
        self._w[...] = self._task.start
        for moment in self._moments:
            moment[...] = 0
        self._t = 0

    def run(self, order: ndarray) -> ndarray:
        """Take the steps."""
        losses = np.empty(len(order))
        for k, batch in enumerate(order):
            losses[k] = self._step(batch)
        return losses

    def state(self) -> ndarray:
        """Return the weights."""
        return self._w

    def _step(self, batch: ndarray) -> float:
        labels = self._task.y[batch]
        loss = self._forward(batch, labels) + self._penalty()
        self._backward(labels)
        self._update()
        return loss

    def _forward(self, batch: ndarray, labels: ndarray) -> float:
        """Compute every activation, and leave the probabilities in the last; return the data loss."""
        np.take(self._task.X, batch, axis=0, out=self._a[0], mode="clip")  # "raise" would go through a copy
        for layer, (W, b) in enumerate(self._layers):
            z = self._a[layer + 1]
            np.dot(self._a[layer], W, out=z)
            z += b
            if layer < self._depth - 1:
                np.maximum(z, 0, out=z)
        scores, column = self._a[-1], self._column
        scores -= np.max(scores, axis=1, keepdims=True, out=column)
        right = scores[self._example, labels]
        np.exp(scores, out=scores)
        np.sum(scores, axis=1, keepdims=True, out=column)
        scores /= column
        return float(np.log(column).mean() - right.mean())

    def _penalty(self) -> float:
        total = 0.0
        for W, _ in self._layers:
            flat = W.reshape(-1)
            total += float(np.dot(flat, flat))
        return REG * total

    def _backward(self, labels: ndarray) -> None:
        """Compute the gradient of the data loss; the penalty's part is added with the update."""
        N = len(labels)
        dz = self._dz[-1]
        np.multiply(self._a[-1], np.float32(1 / N), out=dz)  # dscores = (probs - onehot) / N
        dz[self._example, labels] -= np.float32(1 / N)
        for layer in range(self._depth - 1, -1, -1):
            dW, db = self._gradients[layer]
            np.dot(self._a[layer].T, dz, out=dW)  # dW = a.T dz
            np.sum(dz, axis=0, out=db)
            if layer > 0:
                da = self._dz[layer - 1]
                np.dot(dz, self._layers[layer][0].T, out=da)  # dz = dz W.T * [z > 0]
                np.less_equal(self._a[layer], 0, out=self._off[layer - 1])
                np.copyto(da, 0, where=self._off[layer - 1])
                dz = da

    def _update(self) -> None:
        """Take the step, with whole-buffer operations where the rule allows it."""
        rate, w, g, s = np.float32(self._task.problem.rate), self._w, self._gradient, self._scratch
        if self._task.problem.rule == "sgd":
            for W, _ in self._layers:
                W *= np.float32(1 - 2 * rate * REG)
            g *= rate
            w -= g
            return
        for (W, _), (dW, _), (spare, _) in zip(self._layers, self._gradients, self._scratches, strict=True):
            np.multiply(W, np.float32(2 * REG), out=spare)
            dW += spare
        if self._task.problem.rule == "momentum":
            velocity = self._moments[0]
            velocity *= np.float32(MOMENTUM)
            velocity += g
            np.multiply(velocity, rate, out=s)
            w -= s
            return
        self._t += 1
        mean, square = self._moments
        mean *= np.float32(BETA1)
        np.multiply(g, np.float32(1 - BETA1), out=s)
        mean += s
        square *= np.float32(BETA2)
        g *= g
        g *= np.float32(1 - BETA2)
        square += g
        np.multiply(square, np.float32(1 / (1 - BETA2**self._t)), out=s)
        np.sqrt(s, out=s)
        s += np.float32(EPSILON)
        np.divide(mean, s, out=s)
        s *= np.float32(self._task.problem.rate / (1 - BETA1**self._t))
        w -= s
