"""The compiled loop: like ``engine/steps.py``, for four activations, four losses, weighted rows and dropout."""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from chainrule.engine.blas import multiply_parts
from chainrule.engine.borrowing import borrow
from chainrule.engine.compiling import compiled
from chainrule.engine.kernels import add_bias
from chainrule.engine.layer_update import sum_layer, update_layer
from chainrule.engine.team import Team, part, part_of_layer, wait
from chainrule.engine.updates import ADAM, scale_of
from chainrule.estimator.compiled.activations import RELU, activate, activation_backward, drop, layer_key
from chainrule.estimator.compiled.losses import SOFTMAX, elementwise_loss, softmax_loss


@compiled()
def run_steps(
    team: Team, w: ndarray, moments: ndarray, taken: int, sizes: ndarray, X: ndarray, codes: ndarray, targets: ndarray,
    weights: ndarray, rows: ndarray, starts: ndarray, norms: ndarray, rates: ndarray, regs: ndarray, rule: int,
    constants: ndarray, activation: int, output: int, smoothing: float, dropout: float, seed: int, values: ndarray,
    gradient: ndarray, sums: ndarray, losses: ndarray,
) -> int:  # fmt: skip
    """Take one step for each mini-batch; return how many losses were computed.

    It ends early, before any weight is changed, in the step whose loss is no finite number.

    Parameters
    ----------
    w, moments, taken, sizes
        As in ``engine.steps.run_steps``.
    X : ndarray of shape (N, D)
    codes, targets : ndarray of shape (N,) and (N * outputs,)
        The numbers of the right classes for softmax, the targets for the other outputs; the one not needed is empty.
    weights : ndarray of shape (N,), float64
        What each row counts.
    rows, starts : ndarray
        Row numbers of all mini-batches, and where each begins.
    norms, rates, regs : ndarray of shape (K,), float64
        For each step what the sums over its rows are divided by, its learning rate and its penalty's factor.
    values, gradient, sums : ndarray
        Work space, as in ``engine.steps.run_steps``; ``sums`` is of shape (2, threads, 1 + depth).
    losses : ndarray of shape (K, 2), float64
        Written: data loss and penalty of each step before its update.
    """
    w, moments, sizes, values, gradient = borrow(w), borrow(moments), borrow(sizes), borrow(values), borrow(gradient)
    X, codes, targets, weights = borrow(X), borrow(codes), borrow(targets), borrow(weights)
    rows, starts, norms, rates, regs = borrow(rows), borrow(starts), borrow(norms), borrow(rates), borrow(regs)
    sums, losses = borrow(sums), borrow(losses)
    team, depth = Team(team.me, team.size, borrow(team.arrivals)), len(sizes) - 1
    laps, own, epsilon = np.empty(0), constants.copy(), np.float64(constants[4])
    sum_squares(team, w, sizes, sums[0, team.me])
    for k in range(len(rates)):
        batch = rows[starts[k] : starts[k + 1]]
        N, step = len(batch), taken + k + 1
        run_forward(team, w, sizes, X, batch, activation, dropout, seed, step, values)
        below = N * sizes[:depth].sum()  # where the scores begin; then, where the activations below dz do
        dz = values[below : below + N * sizes[depth]]
        sums[k % 2, team.me, 0] = own_loss(
            team, dz, codes, targets, weights, batch, norms[k], output, smoothing, sizes[depth]
        )
        wait(team)
        if not np.isfinite(add_up(team, sums[k % 2], regs[k], losses[k])):
            return k + 1

        if rule == ADAM:  # epsilon beside the root of the mean square before its bias is corrected
            own[4] = epsilon / np.sqrt(1 - np.float64(constants[3]) ** step)
        scale = scale_of(rule, own, rates[k], 0.0, step)
        handed_down, offset = below + N * sizes[depth], len(w)
        for layer in range(depth - 1, -1, -1):
            inputs, outputs = sizes[layer], sizes[layer + 1]
            offset -= (inputs + 1) * outputs
            below -= N * inputs
            a, da = values[below : below + N * inputs], values[handed_down : handed_down + N * inputs]
            if layer > 0:  # before W changes
                top, bottom, left, right = part_of_layer(team, N, inputs, False)
                multiply_parts(
                    bottom - top, right - left, outputs, 1.0, dz, top * outputs, outputs, False,
                    w, offset + left * outputs, outputs, True, 0.0, da, top * inputs + left, inputs,
                )  # fmt: skip
                if dropout > 0:
                    drop(da, dropout, layer_key(seed, step, layer), inputs, top, bottom, left, right)
                activation_backward(activation, da, a, 1 - dropout, inputs, top, bottom, left, right)
                wait(team)
            sums[(k + 1) % 2, team.me, 1 + layer] = update_layer(
                team, w, moments, offset, a, dz, N, inputs, outputs, rule, scale, regs[k], own, gradient, laps
            )
            dz, handed_down = da, handed_down + N * inputs
        wait(team)
    return len(rates)


@compiled()
def run_forward(
    team: Team, w: ndarray, sizes: ndarray, X: ndarray, rows: ndarray, activation: int, dropout: float, seed: int,
    step: int, values: ndarray,
) -> None:  # fmt: skip
    """Compute the activations of some rows, all layers one after the other in ``values``: a0 (N, D), a1, ..., scores.

    The others' hidden activations may be read afterwards, but of the scores only this thread's own rows.
    """
    N, D, depth = len(rows), sizes[0], len(sizes) - 1
    top, bottom = part(team, N, 1)
    for n in range(top, bottom):
        values[n * D : (n + 1) * D] = X[rows[n]]
    wait(team)
    below, offset = 0, 0
    for layer in range(depth):
        inputs, outputs = sizes[layer], sizes[layer + 1]
        bias, above, last = offset + inputs * outputs, below + N * inputs, layer == depth - 1
        top, bottom, left, right = part_of_layer(team, N, outputs, last)
        multiply_parts(
            bottom - top, right - left, inputs, 1.0, values, below + top * inputs, inputs, False,
            w, offset + left, outputs, False, 0.0, values, above + top * outputs + left, outputs,
        )  # fmt: skip
        z = values[above : above + N * outputs]
        floor = 0.0 if activation == RELU and not last else -np.inf
        add_bias(z, w[bias : bias + outputs], floor, top, bottom, left, right)
        if not last:
            activate(activation, z, outputs, top, bottom, left, right)
            if dropout > 0:
                drop(z, dropout, layer_key(seed, step, layer + 1), outputs, top, bottom, left, right)
            wait(team)
        below, offset = above, bias + outputs


@compiled()
def own_loss(
    team: Team, scores: ndarray, codes: ndarray, targets: ndarray, weights: ndarray, batch: ndarray, norm: float,
    output: int, smoothing: float, outputs: int,
) -> float:  # fmt: skip
    """Return the loss of this thread's rows and replace their scores by their gradients."""
    top, bottom = part(team, len(batch), 1)
    rows, own = batch[top:bottom], scores[top * outputs : bottom * outputs]
    shares = weights[rows] / norm
    if output == SOFTMAX:
        return softmax_loss(own, codes, shares, rows, smoothing)
    return elementwise_loss(output, own, targets, shares, rows)


@compiled()
def sum_squares(team: Team, w: ndarray, sizes: ndarray, sums: ndarray) -> None:
    """Write the sum of the squares of this thread's rows of each W to ``sums[1:]``."""
    offset = 0
    for layer in range(len(sizes) - 1):
        inputs, outputs = sizes[layer], sizes[layer + 1]
        sums[1 + layer] = sum_layer(team, w, offset, inputs, outputs)
        offset += (inputs + 1) * outputs


@compiled()
def add_up(team: Team, sums: ndarray, reg: float, losses: ndarray) -> float:
    """Return the loss, the sum of what all threads contribute; the first thread writes its two parts to ``losses``."""
    data, squares = 0.0, 0.0
    for thread in range(team.size):
        data += sums[thread, 0]
        for layer in range(1, sums.shape[1]):
            squares += sums[thread, layer]
    penalty = reg * squares if reg > 0 else 0.0
    if team.me == 0:
        losses[0], losses[1] = data, penalty
    return data + penalty
