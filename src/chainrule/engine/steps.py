"""The compiled loop: mini-batches gathered, run forward and back, and every weight updated, K steps in one call.

It runs on every thread of a team at once. Each computes its part of a matrix, and waits where the next stage reads what
others write: after the inputs, after every layer of activations and of their gradients, and after the updates.
"""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from chainrule.engine.activations import activation_backward
from chainrule.engine.blas import multiply_parts
from chainrule.engine.borrowing import borrow
from chainrule.engine.clock import BETWEEN, PRODUCTS, lap, read_clock
from chainrule.engine.compiling import compiled
from chainrule.engine.dropout import drop, layer_key
from chainrule.engine.forward import Hidden, run_forward
from chainrule.engine.kernels import softmax_loss
from chainrule.engine.layer_update import sum_layer, update_layer
from chainrule.engine.losses import Objective, borrow_objective, is_plain, loss_of_rows
from chainrule.engine.team import Team, part, part_of_layer, wait
from chainrule.engine.updates import scale_of


@compiled()
def run_steps(
    team: Team, w: ndarray, moments: ndarray, taken: int, sizes: ndarray, hidden: Hidden, objective: Objective,
    X: ndarray, shift: ndarray, factor: ndarray, rows: ndarray, starts: ndarray, rates: ndarray, regs: ndarray,
    rule: int, constants: ndarray, epsilons: ndarray, weight_decay: float, values: ndarray, gradient: ndarray,
    sums: ndarray, losses: ndarray, laps: ndarray,
) -> int:  # fmt: skip
    """Take one step for each mini-batch; return how many losses were computed.

    Nothing is checked here: the caller has seen to every shape, dtype and range.

    Parameters
    ----------
    team : Team
        This thread; all other arguments but ``gradient`` and ``laps`` are the same for every thread.
    w : ndarray of shape (P,)
        W1, b1, W2, b2, ... one after the other; changed in place, as ``moments`` (M * P,) are.
    taken : int
        Steps taken before.
    sizes : ndarray of shape (depth + 1,), int64
        D, H1, ..., C.
    hidden : Hidden
        Its step is not read.
    objective : Objective
    X, shift, factor
        Raw rows (N, D), and what makes inputs of them (D,) each.
    rows, starts, rates, regs
        Row numbers of all mini-batches, where each begins, its learning rate and its penalty's strength.
    constants : ndarray of shape (5,)
        The rule's numbers; see ``updates.update``. This thread's own.
    epsilons : ndarray of shape (K,), or empty
        The epsilon of each step, where they differ.
    values : ndarray
        Work space: the activations a0 (N, D), a1, ..., the scores, then da of every hidden layer from the last down.
    gradient : ndarray
        This thread's own work space, for a block of a weight gradient or a bias gradient.
    sums : ndarray of shape (2, threads, 1 + depth), float64
        Work space: what each thread adds to the data loss and to the squares of W1, W2, ..., in even and odd steps.
    losses : ndarray of shape (K, 1 + depth), float64
        Written: the loss parts of each step before its update.
    laps : ndarray of shape (5,), or empty
        Added to: the time spent in each of ``clock.SECTIONS``.
    """
    w, moments, sizes, values, gradient = borrow(w), borrow(moments), borrow(sizes), borrow(values), borrow(gradient)
    X, shift, factor, objective = borrow(X), borrow(shift), borrow(factor), borrow_objective(objective)
    rows, starts, rates, regs = borrow(rows), borrow(starts), borrow(rates), borrow(regs)
    constants, epsilons = borrow(constants), borrow(epsilons)
    sums, losses, laps = borrow(sums), borrow(losses), borrow(laps)
    team, depth = Team(team.me, team.size, borrow(team.arrivals)), len(sizes) - 1
    plain = is_plain(objective)
    sum_squares(team, w, sizes, regs[0] if len(regs) > 0 else 0.0, sums[0, team.me])
    for k in range(len(rates)):
        batch, reg = rows[starts[k] : starts[k + 1]], regs[k]
        N, C = len(batch), sizes[depth]
        hidden = Hidden(hidden.activation, hidden.dropout, hidden.seed, taken + k + 1)
        run_forward(team, w, sizes, hidden, X, shift, factor, batch, values, laps)
        now = read_clock(laps)
        below = N * sizes[:depth].sum()  # where the scores begin; then, where the activations below dz do
        dz = values[below : below + N * C]
        top, bottom = part(team, N, 1)
        scores, own_rows = dz[top * C : bottom * C], batch[top:bottom]
        if plain:
            sums[k % 2, team.me, 0] = softmax_loss(scores, objective.y, own_rows, N)
        else:
            sums[k % 2, team.me, 0] = loss_of_rows(objective, k, scores, own_rows)
        wait(team)
        if not np.isfinite(add_up(team, sums[k % 2], reg, losses[k])):
            return k + 1
        now = lap(laps, BETWEEN, now)

        if len(epsilons) > 0:
            constants[4] = epsilons[k]
        scale = scale_of(rule, constants, rates[k], weight_decay, taken + k + 1)
        handed_down, offset = below + N * C, len(w)
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
                now = lap(laps, PRODUCTS, now)
                if hidden.dropout > 0:
                    key = layer_key(hidden.seed, hidden.step, layer)
                    drop(da, hidden.dropout, key, inputs, top, bottom, left, right)
                kept = 1 - hidden.dropout
                activation_backward(hidden.activation, da, a, kept, inputs, top, bottom, left, right)
                wait(team)
                now = lap(laps, BETWEEN, now)
            sums[(k + 1) % 2, team.me, 1 + layer] = update_layer(
                team, w, moments, offset, a, dz, N, inputs, outputs, rule, scale, reg, constants, gradient, laps
            )
            now = read_clock(laps)
            dz, handed_down = da, handed_down + N * inputs
        wait(team)
        lap(laps, BETWEEN, now)
    return len(rates)


@compiled()
def sum_squares(team: Team, w: ndarray, sizes: ndarray, reg: float, sums: ndarray) -> None:
    """Write the sum of the squares of this thread's rows of each W to ``sums[1:]``; 0 without a penalty."""
    offset = 0
    for layer in range(len(sizes) - 1):
        inputs, outputs = sizes[layer], sizes[layer + 1]
        sums[1 + layer] = sum_layer(team, w, offset, inputs, outputs) if reg > 0 else 0.0
        offset += (inputs + 1) * outputs


@compiled()
def add_up(team: Team, sums: ndarray, reg: float, losses: ndarray) -> float:
    """Return the loss, the sum of what all threads contribute; the first thread writes its parts to ``losses``."""
    total = 0.0
    for part_of_loss in range(len(losses)):
        whole = 0.0
        for thread in range(team.size):
            whole += sums[thread, part_of_loss]
        whole *= 1.0 if part_of_loss == 0 else reg
        total += whole
        if team.me == 0:
            losses[part_of_loss] = whole
    return total
