"""The second report's network in flat lines and under its own names, with the mask where it belongs."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Integer
from numpy import ndarray


def loss_and_gradients(
    x: Float[ndarray, "N D"],
    y: Integer[ndarray, " N"],
    w1: Float[ndarray, "D H"],
    b1: Float[ndarray, " H"],
    w2: Float[ndarray, "H C"],
    b2: Float[ndarray, " C"],
    reg: float,
) -> tuple[float, dict[str, Float[ndarray, "..."]]]:
    """Return the loss and the gradients dw1, db1, dw2, db2."""
    n = x.shape[0]

    # forward
    z1 = np.dot(x, w1) + b1
    p1 = np.maximum(z1, 0)
    z2 = np.dot(p1, w2) + b2
    e2 = np.exp(z2 - np.max(z2, axis=1, keepdims=True))
    p2 = e2 / np.sum(e2, axis=1, keepdims=True)

    # loss; new_y is y with one column a class
    new_y = np.zeros_like(p2)
    new_y[np.arange(n), y] = 1
    loss = -np.sum(new_y * np.log(p2)) / n
    loss += reg * np.sum(w1 * w1) + reg * np.sum(w2 * w2)

    # backward through the second layer
    dz2 = (p2 - new_y) / n
    dw2 = np.dot(p1.T, dz2) + 2 * reg * w2
    db2 = np.sum(dz2, axis=0)

    # backward through the first layer
    dp1 = np.dot(dz2, w2.T)
    dz1 = dp1.copy()
    dz1[z1 <= 0] = 0  # the report had dz1[dp1 < 0] = 0: the mask of the gradient, not of the pre-activation
    dw1 = np.dot(x.T, dz1) + 2 * reg * w1
    db1 = np.sum(dz1, axis=0)
    return float(loss), {"dw1": dw1, "db1": db1, "dw2": dw2, "db2": db2}
