"""The affine step ``z = a @ W + b``: every output is a weighted sum of all inputs, plus a bias.

Its three gradients follow from ``z[n, o] = sum_i a[n, i] W[i, o] + b[o]`` in the same way: the upstream gradient
dz, times the local gradient, summed over every output that the variable reaches. They are three functions because
the first layer has no use for the first of them.
"""

from __future__ import annotations

from jaxtyping import Float
from numpy import ndarray


def forward(a: Float[ndarray, "N I"], W: Float[ndarray, "I O"], b: Float[ndarray, " O"]) -> Float[ndarray, "N O"]:
    """Return the pre-activation z of a layer with I inputs and O outputs, for N examples."""
    return a @ W + b


def input_gradient(dz: Float[ndarray, "N O"], W: Float[ndarray, "I O"]) -> Float[ndarray, "N I"]:
    """Return da: ``da[n, i] = sum_o dz[n, o] W[i, o]``; an input reaches every output of its own example."""
    return dz @ W.T


def weight_gradient(dz: Float[ndarray, "N O"], a: Float[ndarray, "N I"]) -> Float[ndarray, "I O"]:
    """Return dW: ``dW[i, o] = sum_n a[n, i] dz[n, o]``; a weight reaches one output of every example."""
    return a.T @ dz


def bias_gradient(dz: Float[ndarray, "N O"]) -> Float[ndarray, " O"]:
    """Return db: ``db[o] = sum_n dz[n, o]``; a bias reaches one output of every example, with local gradient 1."""
    return dz.sum(axis=0)
