"""The weights that scikit-learn starts from, drawn in the same order from the same ``random_state``."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from chainrule.network.parameters import Architecture, Parameters


def initial_parameters(architecture: Architecture, rng: np.random.RandomState, dtype: DTypeLike) -> Parameters:
    """Draw weights and biases, uniform in ``+-sqrt(6 / (inputs + outputs))`` (Glorot & Bengio 2010, equation 16).

    For the logistic function it is ``sqrt(2 / ...)``: its slope at 0 is a quarter of that of tanh. Biases are drawn
    from the same range, right after the weights of their layer.
    """
    parameters = Parameters.zeros(architecture, dtype)
    factor = 2.0 if architecture.activation == "logistic" else 6.0
    for W, b in zip(parameters.weights, parameters.biases, strict=True):
        bound = np.sqrt(factor / sum(W.shape))
        W[...] = rng.uniform(-bound, bound, W.shape)
        b[...] = rng.uniform(-bound, bound, b.shape)
    return parameters
