"""A forward pass without its backward pass: ``chainrule derive examples/two_layer_forward.py``."""

import numpy as np


def loss(X, y, W1, b1, W2, b2, reg):
    """Return the loss of a two-layer network; X is (N, D), y is (N,)."""
    N = X.shape[0]
    z1 = X @ W1 + b1
    a1 = np.maximum(0, z1)
    scores = a1 @ W2 + b2
    exp = np.exp(scores - scores.max(axis=1, keepdims=True))
    probs = exp / exp.sum(axis=1, keepdims=True)
    data_loss = -np.log(probs[np.arange(N), y]).mean()
    return data_loss + reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
