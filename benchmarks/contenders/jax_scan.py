"""JAX: the step differentiated by ``value_and_grad``, all steps one ``lax.scan``, compiled by ``jit``."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy import ndarray

from benchmarks.problems import BETA1, BETA2, EPSILON, MOMENTUM, REG, Problem, Task, views


class Contender:
    """Parameters and moments are donated, so each call may write into the arrays of the last."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._X, self._y = jnp.asarray(task.X), jnp.asarray(task.y, jnp.int32)
        self._run = jax.jit(_make_run(task.problem), donate_argnums=0)
        self.reset()

    def reset(self) -> None:
        """Put the initial weights back."""
        layers = [(jnp.array(W), jnp.array(b)) for W, b in views(self._task.start, self._task.problem)]
        n_moments = {"sgd": 0, "momentum": 1, "adam": 2}[self._task.problem.rule]
        moments = [jax.tree.map(jnp.zeros_like, layers) for _ in range(n_moments)]
        self._carry: Any = jax.block_until_ready((layers, moments, jnp.zeros((), jnp.float32)))

    def run(self, order: ndarray) -> ndarray:
        """Take the steps in one call."""
        self._carry, losses = self._run(self._carry, self._X, self._y, jnp.asarray(order, jnp.int32))
        jax.block_until_ready(self._carry)
        return np.asarray(losses)

    def state(self) -> ndarray:
        """Return the weights in our layout."""
        return np.concatenate([np.asarray(part).ravel() for layer in self._carry[0] for part in layer])


def _loss(layers: Any, X: Any, y: Any) -> Any:
    """Return the total loss."""
    a = X
    for W, b in layers[:-1]:
        a = jax.nn.relu(a @ W + b)
    log_probs = jax.nn.log_softmax(a @ layers[-1][0] + layers[-1][1])
    penalty = sum(jnp.sum(W * W) for W, _ in layers)
    return -jnp.mean(jnp.take_along_axis(log_probs, y[:, None], axis=1)) + REG * penalty


def _make_run(problem: Problem) -> Any:
    tree = jax.tree.map

    def update(layers: Any, gradients: Any, moments: Any, t: Any) -> Any:
        if problem.rule == "sgd":
            return tree(lambda w, g: w - problem.rate * g, layers, gradients), []
        if problem.rule == "momentum":
            velocity = tree(lambda v, g: MOMENTUM * v + g, moments[0], gradients)
            return tree(lambda w, v: w - problem.rate * v, layers, velocity), [velocity]
        mean = tree(lambda m, g: BETA1 * m + (1 - BETA1) * g, moments[0], gradients)
        square = tree(lambda s, g: BETA2 * s + (1 - BETA2) * g * g, moments[1], gradients)
        rate, unbias = problem.rate / (1 - BETA1**t), 1 / (1 - BETA2**t)
        moved = tree(lambda w, m, s: w - rate * m / (jnp.sqrt(unbias * s) + EPSILON), layers, mean, square)
        return moved, [mean, square]

    def run(carry: Any, X: Any, y: Any, order: Any) -> Any:
        def step(carry: Any, batch: Any) -> Any:
            layers, moments, t = carry
            loss, gradients = jax.value_and_grad(_loss)(layers, X[batch], y[batch])
            layers, moments = update(layers, gradients, moments, t + 1)
            return (layers, moments, t + 1), loss

        return jax.lax.scan(step, carry, order)

    return run
