"""The loop over mini-batches for all networks of a panel, compiled: K networks take the same steps side by side."""

from __future__ import annotations

from numpy import ndarray

from chainrule.engine.blas import multiply_parts
from chainrule.engine.borrowing import borrow
from chainrule.engine.compiling import compiled
from chainrule.engine.layer_update import block_rows
from chainrule.engine.updates import SGD, scale_of, update
from chainrule.tuning.population.forward import run_forward
from chainrule.tuning.population.hidden import Hidden, borrow_hidden, run_hidden_backward
from chainrule.tuning.population.kernels import scale_columns, sum_columns
from chainrule.tuning.population.layout import Layout, borrowed
from chainrule.tuning.population.losses import Objective, borrow_objective, count_rows, softmax_losses
from chainrule.tuning.population.updates import Columns, shrink, update_row, write_columns

SMALL_PRODUCT = 10**6
"""Multiplications in a product of matrices that BLAS does not copy to where it reads them faster."""


@compiled()
def run_steps(
    layout: Layout, w: ndarray, moments: ndarray, scale: ndarray, taken: int, X: ndarray, shift: ndarray,
    factor: ndarray, objective: Objective, rows: ndarray, starts: ndarray, rates: ndarray, rule: int, regs: ndarray,
    constants: ndarray, weight_decays: ndarray, columns: Columns, hidden: Hidden, counts: ndarray,
    values: ndarray, gradient: ndarray, sums: ndarray, losses: ndarray,
) -> None:  # fmt: skip
    """Take one step for each mini-batch with every network.

    What is as in ``engine.steps.run_steps`` is not said again. A network whose loss is no finite number goes on, but
    touches no other: their columns never meet.

    Parameters
    ----------
    w : ndarray of shape (P,)
        The parameters of all networks, as ``layout`` has them.
    moments : ndarray of shape (M * P,)
        In the same places.
    scale : ndarray of shape (K,), float64
        What W1 of each network is to be multiplied by; 1 for every rule but SGD. See ``updates``.
    objective : Objective
    rates : ndarray of shape (steps, K)
    regs, weight_decays : ndarray of shape (K,)
    constants : ndarray of shape (K, 5)
    columns : Columns
        Work space, but for what stays the same in every step.
    hidden : Hidden
        Its step is not read.
    counts, values, gradient, sums
        Work space.
    losses : ndarray of shape (steps, K), float64
        Written: the data loss of each network before its update.
    """
    w, moments, scale, values, gradient = borrow(w), borrow(moments), borrow(scale), borrow(values), borrow(gradient)
    X, shift, factor, rows = borrow(X), borrow(shift), borrow(factor), borrow(rows)
    losses, counts, sums, constants = borrow(losses), borrow(counts), borrow(sums), borrow(constants)
    layout, rates, regs = borrowed(layout), borrow(rates), borrow(regs)
    objective = borrow_objective(objective)
    depth, K = len(layout.biases), len(regs)
    for step in range(len(rates)):
        batch = rows[starts[step] : starts[step + 1]]
        N = len(batch)
        hidden = borrow_hidden(hidden, taken + step + 1)
        run_forward(layout, w, scale, columns.rate, X, shift, factor, batch, hidden, values)
        below = N * layout.total[:depth].sum()
        dz_start, above = below, below + N * layout.total[depth]
        count_rows(batch, objective, counts)
        softmax_losses(values[below:above], objective, batch, counts, losses[step])
        for layer in range(depth - 1, -1, -1):
            inputs, outputs = layout.total[layer], layout.total[layer + 1]
            below -= N * inputs
            dz = values[dz_start : dz_start + N * outputs]
            if layer == depth - 1:
                sum_columns(dz, sums[:outputs])
            else:
                a = values[below + N * inputs : below + N * (inputs + outputs)]
                run_hidden_backward(layout, layer + 1, dz, a, batch, hidden, sums[:outputs])
            if layer > 0:  # before W changes
                hand_down(layout, layer, w, values, dz_start, above, N, gradient)
            update_biases(layout, layer, w, moments, sums, rates[step], rule, regs, constants, taken + step + 1)
            if layer > 0:
                update_blocks(
                    layout, layer, w, moments, values, below, dz_start, N, gradient, rates[step], rule, regs,
                    constants, weight_decays, taken + step + 1,
                )  # fmt: skip
            elif rule == SGD:
                update_wide_sgd(layout, w, scale, values, dz_start, N, rates[step], regs, columns.rate)
            else:
                for k in range(K):
                    left = layout.left[1, k]
                    numbers = scale_of(rule, constants[k], rates[step, k], weight_decays[k], taken + step + 1)
                    write_columns(columns, left, left + layout.widths[1, k], numbers)
                update_wide(layout, w, moments, values, dz_start, N, rule, columns, gradient)
            dz_start, above = above, above + N * inputs


@compiled()
def hand_down(
    layout: Layout, layer: int, w: ndarray, values: ndarray, dz: int, da: int, N: int, turned: ndarray
) -> None:
    """Compute ``da = dz @ W.T`` of every network; dz and da begin at these places of the values.

    A small W is turned into the work space first: BLAS would take its products of short rows one by one.
    """
    below, above = layout.total[layer], layout.total[layer + 1]
    for k in range(layout.widths.shape[1]):
        inputs, outputs, start = layout.widths[layer, k], layout.widths[layer + 1, k], layout.weights[layer, k]
        dz_k, da_k = dz + layout.left[layer + 1, k], da + layout.left[layer, k]
        if N * inputs * outputs <= SMALL_PRODUCT and inputs * outputs <= len(turned):
            turn(w[start : start + inputs * outputs], inputs, outputs, turned)
            multiply_parts(
                N, inputs, outputs, 1.0, values, dz_k, above, False, turned, 0, inputs, False, 0.0, values, da_k, below
            )
        else:
            multiply_parts(
                N, inputs, outputs, 1.0, values, dz_k, above, False, w, start, outputs, True, 0.0, values, da_k, below
            )


@compiled()
def turn(w: ndarray, inputs: int, outputs: int, turned: ndarray) -> None:
    """Write the transpose of w (inputs, outputs), row by row."""
    for i in range(inputs):
        row = w[i * outputs : (i + 1) * outputs]
        for o in range(outputs):
            turned[o * inputs + i] = row[o]


@compiled()
def update_biases(
    layout: Layout, layer: int, w: ndarray, moments: ndarray, sums: ndarray, rates: ndarray, rule: int, regs: ndarray,
    constants: ndarray, t: int,
) -> None:  # fmt: skip
    """Update the biases of every network, whose gradients are ``sums``."""
    P = len(w)
    for k in range(len(rates)):
        left, wide = layout.left[layer + 1, k], layout.widths[layer + 1, k]
        start = layout.biases[layer] + left
        numbers = scale_of(rule, constants[k], rates[k], 0.0, t)
        update(
            rule, w[start : start + wide], sums[left : left + wide], moments[start : start + wide],
            moments[P + start : P + start + wide], numbers, 1.0, 0.0, constants[k],
        )  # fmt: skip


@compiled()
def update_blocks(
    layout: Layout, layer: int, w: ndarray, moments: ndarray, values: ndarray, a: int, dz: int, N: int,
    gradient: ndarray, rates: ndarray, rule: int, regs: ndarray, constants: ndarray, weight_decays: ndarray, t: int,
) -> None:  # fmt: skip
    """Update W of a later layer, network by network, a block of the gradient at a time."""
    P = len(w)
    for k in range(len(rates)):
        inputs, outputs = layout.widths[layer, k], layout.widths[layer + 1, k]
        numbers = scale_of(rule, constants[k], rates[k], weight_decays[k], t)
        for top in range(0, inputs, block_rows(outputs)):
            rows = min(block_rows(outputs), inputs - top)
            multiply_parts(
                rows, outputs, N, 1.0, values, a + layout.left[layer, k] + top, layout.total[layer], True,
                values, dz + layout.left[layer + 1, k], layout.total[layer + 1], False, 0.0, gradient, 0, outputs,
            )  # fmt: skip
            start, size = layout.weights[layer, k] + top * outputs, rows * outputs
            update(
                rule, w[start : start + size], gradient[:size], moments[start : start + size],
                moments[P + start : P + start + size], numbers, numbers.shrink, 2 * regs[k], constants[k],
            )  # fmt: skip


@compiled()
def update_wide_sgd(
    layout: Layout, w: ndarray, scale: ndarray, values: ndarray, dz: int, N: int, rates: ndarray, regs: ndarray,
    factors: ndarray,
) -> None:  # fmt: skip
    """Update W1 of all networks by one product."""
    D, units = layout.total[0], layout.total[1]
    for k in range(len(rates)):
        left, right = layout.left[1, k], layout.left[1, k] + layout.widths[1, k]
        if regs[k] > 0:
            scale[k] = shrink(w, scale[k] * (1 - 2 * rates[k] * regs[k]), D, units, left, right)
        for i in range(left, right):
            factors[i] = rates[k] / scale[k]
    scale_columns(values[dz : dz + N * units], factors)
    multiply_parts(D, units, N, -1.0, values, 0, D, True, values, dz, units, False, 1.0, w, 0, units)


@compiled()
def update_wide(
    layout: Layout, w: ndarray, moments: ndarray, values: ndarray, dz: int, N: int, rule: int, columns: Columns,
    gradient: ndarray,
) -> None:  # fmt: skip
    """Update W1 of all networks, a block of rows of the gradient at a time, used while it is in the cache."""
    D, units, P = layout.total[0], layout.total[1], len(w)
    for top in range(0, D, block_rows(units)):
        rows = min(block_rows(units), D - top)
        multiply_parts(rows, units, N, 1.0, values, top, D, True, values, dz, units, False, 0.0, gradient, 0, units)
        for d in range(rows):
            start = (top + d) * units
            update_row(
                rule, w[start : start + units], gradient[d * units : (d + 1) * units], moments[start : start + units],
                moments[P + start : P + start + units], columns,
            )  # fmt: skip
