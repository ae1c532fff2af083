"""The forward pass of all networks of a panel, compiled: one wide product, then the blocks of each network."""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from chainrule.engine.activations import RELU
from chainrule.engine.blas import multiply_parts
from chainrule.engine.compiling import compiled
from chainrule.engine.kernels import add_bias, gather
from chainrule.tuning.population.hidden import Hidden, run_hidden
from chainrule.tuning.population.kernels import scale_and_add_bias
from chainrule.tuning.population.layout import Layout


@compiled()
def run_forward(
    layout: Layout, w: ndarray, scale: ndarray, factors: ndarray, X: ndarray, shift: ndarray, factor: ndarray,
    rows: ndarray, hidden: Hidden, values: ndarray,
) -> None:  # fmt: skip
    """Compute the activations of some rows, all layers one after the other in ``values``: a0 (N, D), a1, ..., scores.

    Parameters
    ----------
    scale : ndarray of shape (K,), float64
        What the columns of W1 of each network are to be multiplied by: see ``updates``.
    factors : ndarray of shape (units of layer 1,)
        Work space.
    """
    N, D, depth = len(rows), layout.total[0], len(layout.biases)
    gather(X, rows, shift, factor, values[: N * D])
    below = 0
    for layer in range(depth):
        inputs, outputs = layout.total[layer], layout.total[layer + 1]
        above = below + N * inputs
        multiply(layout, layer, w, values, below, above, N)
        bias, z = layout.biases[layer], values[above : above + N * outputs]
        floor = 0.0 if hidden.activation == RELU and layer < depth - 1 else -np.inf
        if layer == 0:
            spread(layout, scale, factors)
            scale_and_add_bias(z, factors, w[bias : bias + outputs], floor)
        else:
            add_bias(z, w[bias : bias + outputs], floor, 0, N, 0, outputs)
        if layer < depth - 1:
            run_hidden(layout, layer + 1, z, rows, hidden)
        below = above


@compiled()
def spread(layout: Layout, numbers: ndarray, columns: ndarray) -> None:
    """Write each network's number to all of its columns of W1."""
    for k in range(len(numbers)):
        left = layout.left[1, k]
        for i in range(left, left + layout.widths[1, k]):
            columns[i] = numbers[k]


@compiled()
def multiply(layout: Layout, layer: int, w: ndarray, values: ndarray, below: int, above: int, N: int) -> None:
    """Compute the products ``a @ W`` of a layer: a begins at ``values[below]``, what is computed at ``above``."""
    inputs, outputs = layout.total[layer], layout.total[layer + 1]
    if layer == 0:
        multiply_parts(
            N, outputs, inputs, 1.0, values, below, inputs, False, w, 0, outputs, False, 0.0, values, above, outputs
        )
        return
    for k in range(layout.widths.shape[1]):
        wide = layout.widths[layer + 1, k]
        multiply_parts(
            N, wide, layout.widths[layer, k], 1.0, values, below + layout.left[layer, k], inputs, False,
            w, layout.weights[layer, k], wide, False, 0.0, values, above + layout.left[layer + 1, k], outputs,
        )  # fmt: skip
