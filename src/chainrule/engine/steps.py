"""The compiled loop: mini-batches gathered, run forward and back, and every weight updated, K steps in one call."""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from chainrule.engine.blas import matmul
from chainrule.engine.clock import lap, read_clock
from chainrule.engine.compiling import compiled
from chainrule.engine.kernels import fill_rows, gather, relu, relu_backward, softmax_loss, sum_of_squares, sum_rows
from chainrule.engine.updates import SGD, update

GATHER, PRODUCTS, BETWEEN, PENALTY, UPDATE = range(5)  # places in laps, named in clock.SECTIONS


@compiled()
def run_steps(
    w: ndarray, moments: ndarray, taken: int, sizes: ndarray, X: ndarray, shift: ndarray, factor: ndarray, y: ndarray,
    rows: ndarray, starts: ndarray, rates: ndarray, reg: float, rule: int, constants: ndarray, weight_decay: float,
    values: ndarray, gradient: ndarray, losses: ndarray, laps: ndarray,
) -> int:  # fmt: skip
    """Take one step for each mini-batch; return how many losses were computed.

    Nothing is checked here: the caller has seen to every shape, dtype and range.

    Parameters
    ----------
    w : ndarray of shape (P,)
        W1, b1, W2, b2, ... one after the other; changed in place, as ``moments`` (M * P,) are.
    taken : int
        Steps taken before.
    sizes : ndarray of shape (depth + 1,), int64
        D, H1, ..., C.
    X, shift, factor, y
        Raw rows (N, D), what makes inputs of them (D,) each, and labels (N,).
    rows, starts, rates
        Row numbers of all mini-batches, where each begins, and its learning rate.
    values : ndarray of shape (depth + 3, B * widest)
        Work space: the activations a0, a1, ..., the scores, and two for gradients.
    gradient : ndarray
        Work space for the largest weight gradient; a bias gradient fits too.
    losses : ndarray of shape (K, 1 + depth), float64
        Written: the loss parts of each step before its update.
    laps : ndarray of shape (5,), or empty
        Added to: the time spent in gathering, in matrix products, in what stands between them, in the penalty and in
        updates (for SGD the product is the update).
    """
    depth, P = len(sizes) - 1, len(w)
    for k in range(len(rates)):
        batch = rows[starts[k] : starts[k + 1]]
        N, rate, t = len(batch), rates[k], taken + k + 1
        now = read_clock(laps)
        gather(X, batch, shift, factor, values[0])
        now = lap(laps, GATHER, now)
        offset, total = 0, 0.0
        for layer in range(depth):
            inputs, outputs = sizes[layer], sizes[layer + 1]
            bias = offset + inputs * outputs
            fill_rows(w[bias : bias + outputs], values[layer + 1], N)
            now = lap(laps, BETWEEN, now)
            matmul(values[layer], 0, False, w, offset, False, values[layer + 1], 0, N, outputs, inputs, 1.0, 1.0)
            now = lap(laps, PRODUCTS, now)
            if layer < depth - 1:
                relu(values[layer + 1], N * outputs)
            now = lap(laps, BETWEEN, now)
            losses[k, 1 + layer] = reg * sum_of_squares(w[offset:bias]) if reg > 0 else 0.0
            now = lap(laps, PENALTY, now)
            total += losses[k, 1 + layer]
            offset = bias + outputs

        dz = values[depth]
        losses[k, 0] = softmax_loss(dz, y, batch, sizes[depth])
        now = lap(laps, BETWEEN, now)
        if not np.isfinite(total + losses[k, 0]):
            return k + 1

        for layer in range(depth - 1, -1, -1):
            inputs, outputs = sizes[layer], sizes[layer + 1]
            end = offset
            bias = end - outputs
            offset = bias - inputs * outputs
            da = values[depth + 1 + layer % 2]
            if layer > 0:  # before W changes
                matmul(dz, 0, False, w, offset, True, da, 0, N, inputs, outputs, 1.0, 0.0)
                now = lap(laps, PRODUCTS, now)
                relu_backward(da, values[layer], N, inputs)
                now = lap(laps, BETWEEN, now)
            if rule == SGD:  # the gradient is never formed: W = (1 - 2 rate reg) W - rate a.T dz is one product
                shrink = 1 - 2 * rate * reg
                matmul(values[layer], 0, True, dz, 0, False, w, offset, inputs, outputs, N, -rate, shrink)
                now = lap(laps, PRODUCTS, now)
            else:
                matmul(values[layer], 0, True, dz, 0, False, gradient, 0, inputs, outputs, N, 1.0, 0.0)
                now = lap(laps, PRODUCTS, now)
                shrink = 1 - rate * weight_decay
                first, second = moments[offset:bias], moments[P + offset : P + bias]
                update(rule, w[offset:bias], gradient, first, second, rate, 2 * reg, shrink, t, constants)
                now = lap(laps, UPDATE, now)
            sum_rows(dz, N, gradient[:outputs])
            first, second = moments[bias:end], moments[P + bias : P + end]
            update(rule, w[bias:end], gradient, first, second, rate, 0.0, 1.0, t, constants)
            now = lap(laps, UPDATE, now)
            dz = da
    return len(rates)
