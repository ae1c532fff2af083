"""The forward pass compiled: inputs gathered, then a product, a bias and an activation a layer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import ndarray

from chainrule.engine.activations import RELU, activate
from chainrule.engine.blas import multiply_parts
from chainrule.engine.clock import BETWEEN, GATHER, PRODUCTS, lap, read_clock
from chainrule.engine.compiling import compiled
from chainrule.engine.dropout import drop, layer_key
from chainrule.engine.kernels import add_bias, gather
from chainrule.engine.team import Team, part, part_of_layer, wait


class Hidden(NamedTuple):
    """What becomes of the pre-activations of hidden layers.

    Attributes
    ----------
    activation : int
        One of ``activations.CODES``.
    dropout : float
        The probability with which a unit is left out; 0 for a network that is used, not trained.
    seed, step : int
        Decide which.
    """

    activation: int
    dropout: float
    seed: int
    step: int


@compiled()
def run_forward(
    team: Team, w: ndarray, sizes: ndarray, hidden: Hidden, X: ndarray, shift: ndarray, factor: ndarray, rows: ndarray,
    values: ndarray, laps: ndarray,
) -> None:  # fmt: skip
    """Compute the activations of some rows, all layers one after the other in ``values``: a0 (N, D), a1, ..., scores.

    The others' inputs and hidden activations may be read afterwards, but of the scores only this thread's own rows,
    those of ``part(team, N, 1)``, until it has waited for the team once more.
    ``steps.run_steps`` explains the arguments.
    """
    N, depth = len(rows), len(sizes) - 1
    now = read_clock(laps)
    top, bottom = part(team, N, 1)
    D = sizes[0]
    gather(X, rows[top:bottom], shift, factor, values[top * D : bottom * D])
    now = lap(laps, GATHER, now)
    wait(team)
    now = lap(laps, BETWEEN, now)
    below, offset = 0, 0
    for layer in range(depth):
        inputs, outputs = sizes[layer], sizes[layer + 1]
        bias, above, last = offset + inputs * outputs, below + N * inputs, layer == depth - 1
        top, bottom, left, right = part_of_layer(team, N, outputs, last)
        multiply_parts(
            bottom - top, right - left, inputs, 1.0, values, below + top * inputs, inputs, False,
            w, offset + left, outputs, False, 0.0, values, above + top * outputs + left, outputs,
        )  # fmt: skip
        now = lap(laps, PRODUCTS, now)
        z = values[above : above + N * outputs]
        floor = 0.0 if hidden.activation == RELU and not last else -np.inf
        add_bias(z, w[bias : bias + outputs], floor, top, bottom, left, right)
        if not last:
            if hidden.activation != RELU:
                activate(hidden.activation, z, outputs, top, bottom, left, right)
            if hidden.dropout > 0:
                key = layer_key(hidden.seed, hidden.step, layer + 1)
                drop(z, hidden.dropout, key, outputs, top, bottom, left, right)
            wait(team)
        now = lap(laps, BETWEEN, now)
        below, offset = above, bias + outputs
