"""Where everything of several networks lies, when they stand side by side in one buffer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy import ndarray

from chainrule.engine.borrowing import borrow
from chainrule.engine.compiling import compiled
from chainrule.network.parameters import Architecture


class Layout(NamedTuple):
    """The places of K networks of L affine layers each, as compiled code takes them.

    In the values of layer l (activations, or their gradients) each example has one row, in which the networks' units
    stand side by side. The buffer of parameters holds W1 of all as one matrix (D, units of all), so that the first
    layer is one product; then b1 of all, the matrices W2 one after the other, b2 of all, and so on.

    Attributes
    ----------
    widths : ndarray of shape (L + 1, K), int64
        D, H1, ..., C of each network.
    left : ndarray of shape (L + 1, K), int64
        Where each network's units begin in a row of values; 0 for the inputs, which all share.
    total : ndarray of shape (L + 1,), int64
        The length of a row of values.
    weights, row_widths : ndarray of shape (L, K), int64
        Where each network's W begins in the buffer, and how far it is there from one row to the next.
    biases : ndarray of shape (L,), int64
        Where the biases of all begin in the buffer.
    """

    widths: ndarray
    left: ndarray
    total: ndarray
    weights: ndarray
    row_widths: ndarray
    biases: ndarray


@compiled()
def borrowed(layout: Layout) -> Layout:
    """Return the layout with arrays that nobody counts: see ``engine.borrowing``."""
    return Layout(
        borrow(layout.widths), borrow(layout.left), borrow(layout.total), borrow(layout.weights),
        borrow(layout.row_widths), borrow(layout.biases),
    )  # fmt: skip


def layout_of(architectures: Sequence[Architecture]) -> Layout:
    """Return the places of networks of the same depth, inputs and classes."""
    widths = np.array([architecture.sizes for architecture in architectures], np.int64).T.copy()
    left = np.zeros_like(widths)
    left[1:] = np.cumsum(widths[1:], axis=1) - widths[1:]
    total = np.concatenate([widths[:1, 0], widths[1:].sum(axis=1)])
    weights, biases = np.zeros_like(widths[1:]), np.zeros_like(total[1:])
    row_widths, end = widths[1:].copy(), 0
    for layer, (inputs, outputs) in enumerate(pairwise(widths)):
        sizes = inputs * outputs
        weights[layer] = end + (left[1] if layer == 0 else np.cumsum(sizes) - sizes)
        biases[layer] = end + sizes.sum()
        end = biases[layer] + total[layer + 1]
    row_widths[0] = total[1]
    return Layout(widths, left, total, weights, row_widths, biases)


def parameter_views(layout: Layout, buffer: ndarray, network: int) -> list[ndarray]:
    """Return W1, b1, W2, ... of one network as views into the buffer of all."""
    views = []
    for layer, (inputs, outputs) in enumerate(pairwise(layout.widths[:, network].tolist())):
        left = int(layout.left[1, network]) if layer == 0 else 0  # W1 of all is one matrix
        top, row_width = int(layout.weights[layer, network]) - left, int(layout.row_widths[layer, network])
        rows = buffer[top : top + inputs * row_width].reshape(inputs, row_width)
        views.append(rows[:, left : left + outputs])
        bias = int(layout.biases[layer] + layout.left[layer + 1, network])
        views.append(buffer[bias : bias + outputs])
    return views
