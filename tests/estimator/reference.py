"""The steps of the estimators longhand, in NumPy: the slow twin of what scikit-learn has no twin for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.estimator.forward import activate
from chainrule.estimator.objective import Objective, Steps
from chainrule.estimator.optimizer import Optimizer
from chainrule.estimator.outputs import losses_of, outputs_of
from chainrule.estimator.rows import Rows
from chainrule.network.parameters import Parameters

SLOPES = {  # f'(z), told from f(z)
    "identity": lambda f: np.ones_like(f),
    "logistic": lambda f: f * (1 - f),
    "tanh": lambda f: 1 - f * f,
    "relu": lambda f: (f > 0).astype(f.dtype),
}


def mixed(bits: Any) -> Any:
    """The last steps of splitmix64."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def mask(objective: Objective, step: int, layer: int, shape: tuple[int, ...]) -> ndarray:
    """What dropout multiplies the activations of a layer by."""
    if objective.dropout == 0:
        return np.ones(shape)
    golden = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        key = mixed(mixed(np.uint64(objective.seed) + golden * np.uint64(step)) + np.uint64(layer))
        bits = mixed(key + np.arange(np.prod(shape), dtype=np.uint64) * golden)
    chance = (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return ((chance >= objective.dropout) / (1 - objective.dropout)).reshape(shape)


def smoothed_targets(objective: Objective, targets: ndarray, scores: ndarray) -> ndarray:
    """Targets as a matrix (N, outputs)."""
    if objective.output != "softmax":
        return targets
    C, smoothing = scores.shape[1], objective.label_smoothing
    return (1 - smoothing) * np.eye(C)[targets] + smoothing / C


def loss_and_gradients(
    parameters: Parameters, rows: Rows, objective: Objective, step: int, norm: float, reg: float
) -> tuple[ndarray, Parameters]:
    """Data loss and penalty (2,), and the gradient of their sum."""
    inputs, functions, masks, last = [rows.X], [], [], parameters.architecture.depth
    for layer, (W, b) in enumerate(zip(parameters.weights, parameters.biases, strict=True), start=1):
        z = inputs[-1] @ W + b
        if layer < last:
            functions.append(activate(objective.activation, z))
            masks.append(mask(objective, step, layer, z.shape))
            inputs.append(functions[-1] * masks[-1])
    shares = (np.ones(len(rows)) if rows.weights is None else rows.weights) / norm
    targets = smoothed_targets(objective, rows.targets, z)
    if objective.output == "softmax":
        classes = range(z.shape[1])
        data = sum((shares * targets[:, c]) @ losses_of("softmax", z, np.full(len(rows), c)) for c in classes)
    else:
        data = shares @ losses_of(objective.output, z, targets)
    dz = shares[:, None] * (outputs_of(objective.output, z) - targets)
    gradients = Parameters(parameters.architecture, np.empty_like(parameters.buffer))
    for layer in range(last, 0, -1):
        gradients[f"W{layer}"][...] = inputs[layer - 1].T @ dz + 2 * reg * parameters[f"W{layer}"]
        gradients[f"b{layer}"][...] = dz.sum(axis=0)
        if layer > 1:
            da = dz @ parameters[f"W{layer}"].T * masks[layer - 2]
            dz = da * SLOPES[objective.activation](functions[layer - 2])
    penalty = reg * sum(float(np.vdot(W, W)) for W in parameters.weights)
    return np.array([float(data), penalty]), gradients


def descend(parameters: Parameters, optimizer: Optimizer, rows: Rows, steps: Steps, objective: Objective) -> ndarray:
    """Plain gradient descent, whatever the optimizer's rule; the losses (K, 2) before each step."""
    losses = []
    for k in range(len(steps)):
        batch = rows.take(steps.batches.batch(k))
        parts, gradients = loss_and_gradients(
            parameters, batch, objective, optimizer.step + 1, float(steps.norms[k]), float(steps.regs[k])
        )
        losses.append(parts)
        parameters.buffer[...] -= steps.rates[k] * gradients.buffer
        optimizer.step += 1
    return np.array(losses)
