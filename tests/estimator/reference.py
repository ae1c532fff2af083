"""Steps of the estimators in NumPy."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy import ndarray

from chainrule.estimator.forward import activate
from chainrule.estimator.optimizer import Optimizer
from chainrule.estimator.outputs import losses_of, outputs_of
from chainrule.estimator.rows import Rows
from chainrule.network.parameters import Parameters
from chainrule.training.minibatches import Batches
from chainrule.training.rules import RULES


@dataclass(frozen=True)
class Objective:
    activation: str
    output: str
    label_smoothing: float = 0.0
    dropout: float = 0.0


def loss_and_gradients(parameters: Parameters, rows: Rows, objective: Objective, reg: float):
    acts, zs = [rows.X], []
    for k, (W, b) in enumerate(zip(parameters.weights, parameters.biases)):
        z = acts[-1] @ W + b
        if k < parameters.architecture.depth - 1:
            acts.append(activate(objective.activation, z))
    s = np.ones(len(rows)) if rows.weights is None else rows.weights
    s = s / s.sum()
    data = float(s @ losses_of(objective.output, z, rows.targets))
    dz = outputs_of(objective.output, z).copy()
    if objective.output == "softmax":
        dz[np.arange(len(rows)), rows.targets] -= 1
    else:
        dz -= rows.targets
    dz *= s[:, None].astype(dz.dtype)
    g = Parameters(parameters.architecture, np.empty_like(parameters.buffer))
    for layer in range(parameters.architecture.depth, 0, -1):
        W, a = parameters[f"W{layer}"], acts[layer - 1]
        g[f"W{layer}"][...] = a.T @ dz + 2 * reg * W
        g[f"b{layer}"][...] = dz.sum(axis=0)
        if layer > 1:
            da = dz @ W.T
            if objective.activation == "relu":
                dz = da * (a > 0)
            elif objective.activation == "tanh":
                dz = da * (1 - a * a)
            elif objective.activation == "logistic":
                dz = da * (a * (1 - a))
            else:
                dz = da
    penalty = reg * sum(float(np.vdot(W, W)) for W in parameters.weights)
    return data, penalty, g


def take_steps(
    parameters: Parameters,
    optimizer: Optimizer,
    rows: Rows,
    batches: Batches,
    rates: ndarray,
    regs: ndarray,
    objective: Objective,
) -> ndarray:
    """Return (k, 2): data loss and penalty of each step."""
    rule, out = RULES[optimizer.rule], []
    for k, (rate, reg) in enumerate(zip(rates.tolist(), regs.tolist())):
        batch = rows.take(batches.batch(k))
        data, penalty, g = loss_and_gradients(parameters, batch, objective, reg)
        out.append((data, penalty))
        if not np.isfinite(data + penalty):
            break
        optimizer.step += 1
        s = optimizer.settings
        if optimizer.rule == "adam":
            s = replace(s, epsilon=s.epsilon / np.sqrt(1 - s.beta2**optimizer.step))
        parameters.buffer[...], moments = rule.update(
            parameters.buffer, g.buffer, tuple(optimizer.moments), rate, optimizer.step, s
        )
        for m, new in zip(optimizer.moments, moments):
            m[...] = new
    return np.array(out)
