"""The hidden layers of networks side by side: their activation, and the units that each leaves out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import ndarray

from chainrule.engine.activations import RELU, activate, activation_backward
from chainrule.engine.borrowing import borrow
from chainrule.engine.compiling import compiled
from chainrule.engine.dropout import drop_row, layer_key, row_key
from chainrule.tuning.population.kernels import relu_backward, sum_columns
from chainrule.tuning.population.layout import Layout
from chainrule.tuning.population.losses import is_held_out


class Hidden(NamedTuple):
    """What becomes of the pre-activations of hidden layers of K networks.

    Attributes
    ----------
    activation : int
        One of ``engine.activations.CODES``, that of all.
    dropout : ndarray of shape (K,), float64
        The probability with which a unit is left out; no entries (0,) where the networks are used, not trained.
    seeds : ndarray of shape (K,), int64
        Decide which, with the number of the step.
    step : int
        Counted from 1.
    folds, fold_of : ndarray of shape (all rows,) and (K,), int64
        A network counts the rows of a mini-batch without those of its own fold: alone it would not see them.
    """

    activation: int
    dropout: ndarray
    seeds: ndarray
    step: int
    folds: ndarray
    fold_of: ndarray


def at_rest(activation: int) -> Hidden:
    """Return the hidden layers of networks that are used: nothing is left out."""
    nothing = np.empty(0, np.int64)
    return Hidden(activation, np.empty(0), nothing, 0, nothing, nothing)


@compiled()
def borrow_hidden(given: Hidden, step: int) -> Hidden:
    """Return the hidden layers in a step, with arrays that nobody counts: see ``engine.borrowing``."""
    return Hidden(
        given.activation, borrow(given.dropout), borrow(given.seeds), step, borrow(given.folds), borrow(given.fold_of)
    )


@compiled()
def run_hidden(layout: Layout, layer: int, z: ndarray, rows: ndarray, hidden: Hidden) -> None:
    """Replace the pre-activations of a hidden layer, counted from 1, by what is handed on; ReLU has been done."""
    units = layout.total[layer]
    if hidden.activation != RELU:
        activate(hidden.activation, z, units, 0, len(rows), 0, units)
    leave_out(layout, layer, z, rows, hidden)


@compiled()
def run_hidden_backward(
    layout: Layout, layer: int, da: ndarray, a: ndarray, rows: ndarray, hidden: Hidden, sums: ndarray
) -> None:
    """Replace da by dz, and write the sums of its columns, the bias gradients, to ``sums``."""
    if hidden.activation == RELU:
        hand_back(layout, layer, da, hidden.dropout)
        relu_backward(da, a, sums)
        return
    leave_out(layout, layer, da, rows, hidden)
    for k in range(len(hidden.dropout)):
        left = layout.left[layer, k]
        right = left + layout.widths[layer, k]
        kept = 1 - hidden.dropout[k]
        activation_backward(hidden.activation, da, a, kept, layout.total[layer], 0, len(rows), left, right)
    sum_columns(da, sums)


@compiled()
def leave_out(layout: Layout, layer: int, values: ndarray, rows: ndarray, hidden: Hidden) -> None:
    """Set units of a hidden layer to 0, and divide those that stay by the probability of staying.

    The values are activations, or the gradients of what became of them.
    """
    total = layout.total[layer]
    for k in range(len(hidden.dropout)):
        rate, left, place = hidden.dropout[k], layout.left[layer, k], 0
        if rate == 0:
            continue
        right, key = left + layout.widths[layer, k], layer_key(hidden.seeds[k], hidden.step, layer)
        own = hidden.fold_of[k]
        for n in range(len(rows)):
            if is_held_out(rows[n], hidden.folds, own):
                continue
            drop_row(values[n * total + left : n * total + right], row_key(key, place), 0, rate)
            place += 1


@compiled()
def hand_back(layout: Layout, layer: int, da: ndarray, dropout: ndarray) -> None:
    """Divide the gradients by the probability of staying; those of units left out end with ReLU, whose a is 0 there."""
    total = layout.total[layer]
    for k in range(len(dropout)):
        if dropout[k] == 0:
            continue
        left, scale = layout.left[layer, k], da.dtype.type(1 / (1 - dropout[k]))
        for n in range(len(da) // total):
            row = da[n * total + left : n * total + left + layout.widths[layer, k]]
            for i in range(len(row)):
                row[i] *= scale
