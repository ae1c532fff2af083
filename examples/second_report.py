"""The second report's network as it describes it, with its mistake: ``chainrule check examples/second_report.py``."""

import numpy as np


class TwoLayerNet:
    """Affine, ReLU, affine, softmax, with a penalty on the weights."""

    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {
            "W1": std * np.random.randn(input_size, hidden_size),
            "b1": np.zeros(hidden_size),
            "W2": std * np.random.randn(hidden_size, output_size),
            "b2": np.zeros(output_size),
        }

    def loss(self, X, y=None, reg=0.0):
        """Return the loss and its gradients; X is (N, D), y is (N,)."""
        W1, b1, W2, b2 = (self.params[name] for name in ("W1", "b1", "W2", "b2"))
        N = X.shape[0]

        z1 = X.dot(W1) + b1
        p1 = np.maximum(0, z1)
        z2 = p1.dot(W2) + b2
        if y is None:
            return z2

        exp = np.exp(z2 - np.max(z2, axis=1, keepdims=True))
        probs = exp / np.sum(exp, axis=1, keepdims=True)
        loss = -np.sum(np.log(probs[range(N), y])) / N
        loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

        dz2 = probs.copy()
        dz2[range(N), y] -= 1
        dz2 /= N
        dp1 = dz2.dot(W2.T)
        dz1 = dp1.copy()
        dz1[dp1 < 0] = 0

        grads = {
            "W1": X.T.dot(dz1) + 2 * reg * W1,
            "b1": np.sum(dz1, axis=0),
            "W2": p1.T.dot(dz2) + 2 * reg * W2,
            "b2": np.sum(dz2, axis=0),
        }
        return loss, grads
