"""The first report's network in flat lines: an oracle to compare with, and a second way to read the same chain rule.

Its way of writing: the bias is one more row of the weights, met by a column of ones in X; a Hadamard (entry by entry)
product is a product with a diagonal matrix.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Integer
from numpy import ndarray


def loss_and_gradients(
    X: Float[ndarray, "N D"],
    y: Integer[ndarray, " N"],
    W1: Float[ndarray, "D+1 H"],
    W2: Float[ndarray, "H+1 C"],
    reg: float,
) -> tuple[tuple[float, float, float], Float[ndarray, "D+1 H"], Float[ndarray, "H+1 C"]]:
    """Return the parts of the loss (data, penalty of W1, penalty of W2) and the gradients of W1 and W2.

    The last row of each matrix is the bias; the penalty leaves it out.
    """
    N = X.shape[0]
    ones = np.ones((N, 1), X.dtype)

    # forward
    X1 = np.hstack([X, ones])
    Z1 = X1 @ W1
    A1 = np.maximum(0, Z1)
    A1 = np.hstack([A1, ones])
    S = A1 @ W2
    E = np.exp(S - S.max(axis=1, keepdims=True))
    P = np.diag(1 / E.sum(axis=1)) @ E
    Y = np.eye(W2.shape[1], dtype=X.dtype)[y]

    # loss, in its parts
    data_loss = -np.trace(Y @ np.log(P).T) / N
    penalty1 = reg * np.trace(W1[:-1] @ W1[:-1].T)
    penalty2 = reg * np.trace(W2[:-1] @ W2[:-1].T)

    # backward: upstream gradient times local gradient, from the loss down
    dS = (P - Y) / N
    dW2 = A1.T @ dS
    dA1 = dS @ W2[:-1].T
    dZ1 = np.vstack([dA1[n] @ np.diag((Z1[n] > 0).astype(X.dtype)) for n in range(N)])
    dW1 = X1.T @ dZ1

    # the penalty's own gradient, not on the bias row
    dW2[:-1] += 2 * reg * W2[:-1]
    dW1[:-1] += 2 * reg * W1[:-1]
    return (float(data_loss), float(penalty1), float(penalty2)), dW1, dW2
