"""Dropout in networks side by side: each leaves out the units that it would leave out alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import ndarray

from chainrule.engine.compiling import compiled
from chainrule.engine.dropout import drop_row, layer_key, row_key
from chainrule.tuning.population.kernels import is_held_out
from chainrule.tuning.population.layout import Layout


class Dropout(NamedTuple):
    """What each of K networks leaves out in a step.

    Attributes
    ----------
    rates : ndarray of shape (K,), float64
        The probability of being left out; no entries (0,) where the networks are used, not trained.
    seeds : ndarray of shape (K,), int64
    step : int
        Counted from 1.
    folds, fold_of : ndarray of shape (all rows,) and (K,), int64
        A network counts the rows of a mini-batch without those of its own fold: alone it would not see them.
    """

    rates: ndarray
    seeds: ndarray
    step: int
    folds: ndarray
    fold_of: ndarray


@compiled()
def leave_out(layout: Layout, layer: int, a: ndarray, rows: ndarray, dropout: Dropout) -> None:
    """Set units of a hidden layer, counted from 1, to 0, and divide those that stay by the probability of staying."""
    total = layout.total[layer]
    for k in range(len(dropout.rates)):
        rate, left, place = dropout.rates[k], layout.left[layer, k], 0
        if rate == 0:
            continue
        key = layer_key(dropout.seeds[k], dropout.step, layer)
        for n in range(len(rows)):
            if is_held_out(rows[n], k, dropout.folds, dropout.fold_of):
                continue
            drop_row(a[n * total + left : n * total + left + layout.widths[layer, k]], row_key(key, place), 0, rate)
            place += 1


@compiled()
def hand_back(layout: Layout, layer: int, da: ndarray, rates: ndarray) -> None:
    """Divide the gradients by the probability of staying; those of units left out end with ReLU, whose a is 0 there."""
    total = layout.total[layer]
    for k in range(len(rates)):
        if rates[k] == 0:
            continue
        left, scale = layout.left[layer, k], da.dtype.type(1 / (1 - rates[k]))
        for n in range(len(da) // total):
            row = da[n * total + left : n * total + left + layout.widths[layer, k]]
            for i in range(len(row)):
                row[i] *= scale


def dropout_off() -> Dropout:
    """Return what a network that is used leaves out: nothing."""
    nothing = np.empty(0, np.int64)
    return Dropout(np.empty(0), nothing, 0, nothing, nothing)
