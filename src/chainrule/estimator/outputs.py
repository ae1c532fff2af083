"""What the scores of the last layer become, by the names that scikit-learn has, and the loss that goes with each."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.special import expit

LOSSES = {"softmax": "softmax", "logistic": "logistic", "identity": "squared", "exp": "poisson"}
"""The loss, one of ``network.losses.LOSSES``, that is trained with each ``out_activation_``."""


def outputs_of(name: str, scores: Float[ndarray, "N outputs"]) -> Float[ndarray, "N outputs"]:
    """Return softmax, logistic, exp or identity of scores (N, outputs).

    Softmax is the quotient of scikit-learn and not the exponential of a logarithm as in ``network/``: the same weights
    give the same probabilities to the last bit.
    """
    if name == "softmax":
        exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
        return exponentials / exponentials.sum(axis=1, keepdims=True)
    if name == "logistic":
        return expit(scores)
    return np.exp(scores) if name == "exp" else scores
