"""A forward pass without its backward pass: ``chainrule derive examples/two_layer_forward.py``."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def loss(X: Array, y: NDArray[np.int64], W1: Array, b1: Array, W2: Array, b2: Array, reg: float) -> float:
    """Return the loss of a two-layer network; X is (N, D), y is (N,)."""
    N = X.shape[0]
    z1 = X @ W1 + b1
    a1 = np.maximum(0, z1)
    scores = a1 @ W2 + b2
    exp = np.exp(scores - scores.max(axis=1, keepdims=True))
    probs = exp / exp.sum(axis=1, keepdims=True)
    data_loss = -np.log(probs[np.arange(N), y]).mean()
    return float(data_loss + reg * (np.sum(W1 * W1) + np.sum(W2 * W2)))
