"""The weights that training starts from: small random numbers, so that no two hidden units are the same."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import DTypeLike

from chainrule.errors import InputError
from chainrule.network.parameters import Architecture, Parameters
from chainrule.randomness import Purpose, stream

INITIAL_WEIGHTS = "normal:STD, he or glorot"


def normal_std(scheme: str) -> float | None:
    """Return the standard deviation of ``normal:STD``, or None for ``he`` and ``glorot``.

    Raises
    ------
    InputError
        If ``scheme`` is none of the three, or STD is not a positive number.
    """
    name, _, number = scheme.partition(":")
    if name in ("he", "glorot") and not number:
        return None
    try:
        std = float(number) if name == "normal" else math.nan
    except ValueError:
        std = math.nan
    if not 0 < std < math.inf:
        raise InputError("--initial-weights", expected=INITIAL_WEIGHTS, got=repr(scheme), advice="normal:1e-4")
    return std


def initial_parameters(architecture: Architecture, scheme: str, seed: int, dtype: DTypeLike) -> Parameters:
    """Draw the weights of every layer; biases start at zero.

    ==============  ===========================================================  ================================
    ``normal:STD``  ``STD * N(0, 1)``                                            the assignment's, with STD 1e-4
    ``he``          ``N(0, 2 / inputs)``: keeps the second moment through ReLU   He et al. 2015, equation 10
    ``glorot``      uniform in ``+-sqrt(6 / (inputs + outputs))``                Glorot & Bengio 2010, equation 16
    ==============  ===========================================================  ================================

    He and Glorot assume inputs of about unit variance. The same seed gives the same numbers in both precisions, up
    to rounding.
    """
    std = normal_std(scheme)
    parameters = Parameters.zeros(architecture, dtype)
    for layer, W in enumerate(parameters.weights, start=1):
        rng = stream(seed, Purpose.INITIAL_WEIGHTS, layer)
        inputs, outputs = W.shape
        if scheme == "glorot":
            bound = np.sqrt(6 / (inputs + outputs))
            W[...] = rng.uniform(-bound, bound, W.shape)
        else:
            W[...] = (np.sqrt(2 / inputs) if std is None else std) * rng.standard_normal(W.shape)
    return parameters
