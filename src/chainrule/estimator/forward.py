"""The forward pass of a fitted estimator, on dense or sparse rows, some thousand at a time."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.special import expit

from chainrule.engine.threads import blas_on_one

CHUNK = 4096  # rows whose hidden activations are in memory at one time

SMALL = 50_000_000
"""So many multiplications are left to one thread: BLAS's others would wait for more with a busy loop for tens of
milliseconds, and whatever is fitted next would share the cores with them."""


def activate(name: str, z: Float[ndarray, "N H"]) -> Float[ndarray, "N H"]:
    """Replace pre-activations by their relu, tanh or logistic function; return them."""
    if name == "relu":
        np.maximum(z, 0, out=z)
    elif name == "tanh":
        np.tanh(z, out=z)
    elif name == "logistic":
        expit(z, out=z)
    return z


def scores_of(
    coefs: Sequence[Float[ndarray, "_ _"]], intercepts: Sequence[Float[ndarray, " _"]], activation: str, X: Any
) -> Float[ndarray, "N outputs"]:
    """Return the scores (N, outputs), the last layer's pre-activations, of N rows."""
    small = X.shape[0] * sum(W.size for W in coefs) <= SMALL
    with blas_on_one() if small else nullcontext():
        chunks = [_chunk(coefs, intercepts, activation, X[at : at + CHUNK]) for at in range(0, X.shape[0], CHUNK)]
    return chunks[0] if len(chunks) == 1 else np.concatenate(chunks)


def _chunk(
    coefs: Sequence[Float[ndarray, "_ _"]], intercepts: Sequence[Float[ndarray, " _"]], activation: str, a: Any
) -> Float[ndarray, "N outputs"]:
    for layer, (W, b) in enumerate(zip(coefs, intercepts, strict=True), start=1):
        z = a @ W
        z += b
        a = activate(activation, z) if layer < len(coefs) else z
    return np.asarray(a)
