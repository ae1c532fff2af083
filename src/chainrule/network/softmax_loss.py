"""Softmax and cross-entropy, ``-log softmax(scores)[y]``: the data loss of one class among C, with its gradient."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Integer
from numpy import ndarray

from chainrule.network import batch_mean


def log_softmax(scores: Float[ndarray, "N C"]) -> Float[ndarray, "N C"]:
    """Return the logarithm of :func:`softmax`, finite for every finite score.

    Softmax does not change when the same number is added to all scores of a row (translation invariance);
    subtracting the row's maximum makes the largest exponent ``exp(0) = 1``, so nothing overflows.
    """
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def softmax(scores: Float[ndarray, "N C"]) -> Float[ndarray, "N C"]:
    """Return the probability of every class: ``probs[n, c] = exp(scores[n, c]) / sum_k exp(scores[n, k])``."""
    return np.exp(log_softmax(scores))


outputs = softmax


def losses(scores: Float[ndarray, "N C"], y: Integer[ndarray, " N"]) -> Float[ndarray, " N"]:
    """Return the loss of each of N examples whose right classes are y.

    The logarithm is taken before the exponential is, so a right class of vanishing probability gives a large
    loss and no ``log(0)``.
    """
    return -log_softmax(scores)[np.arange(len(y)), y]


def gradient(probs: Float[ndarray, "N C"], y: Integer[ndarray, " N"]) -> Float[ndarray, "N C"]:
    """Return the gradient of each example's loss with respect to its scores: ``probs - onehot(y)``.

    With ``loss_n = log(sum_k exp(scores[n, k])) - scores[n, y_n]``, the first term's derivative with respect to
    ``scores[n, c]`` is ``probs[n, c]`` and the second's is 1 where c is the right class.
    """
    dscores = probs.copy()
    dscores[np.arange(len(y)), y] -= 1
    return dscores


def forward(scores: Float[ndarray, "N C"], y: Integer[ndarray, " N"]) -> float:
    """Return the data loss: the mean of :func:`losses`."""
    return batch_mean.forward(losses(scores, y))


def backward(probs: Float[ndarray, "N C"], y: Integer[ndarray, " N"]) -> Float[ndarray, "N C"]:
    """Return ``dscores = (probs - onehot(y)) / N``, the gradient of :func:`forward`."""
    return batch_mean.backward(gradient(probs, y))
