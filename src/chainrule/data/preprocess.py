"""Statistics that are fitted on the training rows only, and the map from raw rows to inputs that they make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Float64, Int64, Real, UInt8
from numpy import ndarray
from numpy.typing import DTypeLike

from chainrule.data.features import Features
from chainrule.data.given import GivenRows
from chainrule.errors import InputError

STEPS = "none, or some of mean, scale, std and whiten:K, separated by commas"
CHUNK = 4096  # rows that are float at one time
FLAT = 1e-7  # a direction whose variance is this part of the largest is noise of rounding


def parse_steps(text: str) -> tuple[str, ...]:
    """Turn ``mean,std`` or ``whiten:100`` into steps, in the order in which they act.

    Raises
    ------
    InputError
        If a step is unknown or stands twice, or K is no whole number from 1.
    """
    given = [] if text == "none" else text.split(",")
    names = [step.partition(":")[0] for step in given]
    order = ("mean", "scale", "std", "whiten")
    for step, name in zip(given, names, strict=True):
        argument = step.partition(":")[2]
        right = argument.isdecimal() and int(argument) > 0 if name == "whiten" else step == name
        if name not in order or names.count(name) > 1 or not right:
            raise InputError("--preprocess", expected=STEPS, got=repr(text), where=repr(step), advice="mean,std")
    return tuple(sorted(given, key=lambda step: order.index(step.partition(":")[0])))


@dataclass(frozen=True)
class Preprocessing:
    """The map from a raw row to a network's input: ``((x - shift) * factor) @ projection``.

    Attributes
    ----------
    steps : tuple of str
        What it was fitted as: ``("mean", "std")``.
    shift, factor : ndarray of shape (D,), float32, or None
        ``mean`` makes shift the mean row. ``scale`` makes factor 1/255; ``std`` makes it one over each feature's
        standard deviation (a feature that never varies keeps its scale).
    projection : ndarray of shape (D, K), float32, or None
        ``whiten:K``: the K directions of largest variance (principal components), each divided by its standard
        deviation, so that the K inputs are uncorrelated and of unit variance.
    """

    steps: tuple[str, ...] = ()
    shift: Float32[ndarray, " D"] | None = None
    factor: Float32[ndarray, " D"] | None = None
    projection: Float32[ndarray, "D K"] | None = None

    def output_size(self, n_features: int) -> int:
        """The number of inputs that rows of ``n_features`` become."""
        return n_features if self.projection is None else int(self.projection.shape[1])

    def apply(self, X: GivenRows, dtype: DTypeLike = np.float32) -> Float[ndarray, "N _"]:
        """Return the inputs (N, D or K) of raw rows X (N, D)."""
        inputs = Features(X, self.shift, self.factor).gather(np.arange(len(X)), dtype)
        return inputs if self.projection is None else inputs @ self.projection.astype(dtype, copy=False)

    def features(self, X: UInt8[ndarray, "N D"] | Float[ndarray, "N D"]) -> Features:
        """Return rows for training on: mapped as they are gathered, or, where there is a projection, beforehand.

        They lie row by row in memory, as compiled code reads them; a view like ``X[:, ::-1]`` is copied for that.
        """
        if self.projection is None:
            return Features(np.ascontiguousarray(X), self.shift, self.factor)
        inputs = np.empty((len(X), self.projection.shape[1]), np.float32)
        for start in range(0, len(X), CHUNK):
            inputs[start : start + CHUNK] = self.apply(X[start : start + CHUNK])
        return Features(inputs)


def fit(steps: tuple[str, ...], X: Real[ndarray, "N D"], index: Int64[ndarray, " n"]) -> Preprocessing:
    """Fit the steps on the rows of X (N, D) that ``index`` names: the training rows.

    Raises
    ------
    InputError
        If ``scale`` is asked for rows that are not pixels, or ``whiten:K`` for more directions than vary.
    """
    names = {step.partition(":")[0] for step in steps}
    shift: Float[ndarray, " D"] | None = None
    factor: Float[ndarray, " D"] | None = None
    if "scale" in names:
        if X.dtype != np.uint8:
            raise InputError("--preprocess", expected="pixels for scale (division by 255)", got="a table of numbers")
        factor = np.full(X.shape[1], 1 / 255)
    if names & {"mean", "std", "whiten"}:
        mean, std = _moments(X, index)
        shift = mean if names & {"mean", "whiten"} else None
        factor = 1 / std if "std" in names else factor
    fitted = Preprocessing(steps, _single(shift), _single(factor))
    for step in steps:
        if step.startswith("whiten"):
            projection = _whitening(fitted, X, index, int(step.partition(":")[2]))
            fitted = Preprocessing(steps, fitted.shift, fitted.factor, projection)
    return fitted


def _single(x: Float[ndarray, " D"] | None) -> Float32[ndarray, " D"] | None:
    return None if x is None else x.astype(np.float32)


def _chunks(X: Real[ndarray, "N D"], index: Int64[ndarray, " n"]) -> Iterator[Real[ndarray, "_ D"]]:
    for start in range(0, len(index), CHUNK):
        yield X[index[start : start + CHUNK]]


def _moments(
    X: Real[ndarray, "N D"], index: Int64[ndarray, " n"]
) -> tuple[Float64[ndarray, " D"], Float64[ndarray, " D"]]:
    """Return the mean (D,) and standard deviation (D,) in float64; a deviation of zero is returned as one."""
    mean = sum(chunk.sum(axis=0, dtype=np.float64) for chunk in _chunks(X, index)) / len(index)
    variance = sum(((chunk - mean) ** 2).sum(axis=0) for chunk in _chunks(X, index)) / len(index)
    return mean, np.where(variance > 0, np.sqrt(variance), 1.0)


def _whitening(
    centred: Preprocessing, X: Real[ndarray, "N D"], index: Int64[ndarray, " n"], k: int
) -> Float32[ndarray, "D {k}"]:
    """Return the projection (D, k): the k leading eigenvectors of the covariance over their standard deviations."""
    from scipy.linalg import eigh

    D = X.shape[1]
    if k > D:
        raise InputError("--preprocess", expected=f"whiten:K with K at most {D}, the features", got=f"whiten:{k}")
    covariance = np.zeros((D, D))
    for chunk in _chunks(X, index):
        inputs = centred.apply(chunk)
        covariance += inputs.T @ inputs
    variances, directions = eigh(covariance / len(index), subset_by_index=(D - k, D - 1))
    varying = int((variances > FLAT * variances[-1]).sum())
    if varying < k:
        raise InputError(
            "--preprocess",
            expected=f"whiten:K with K at most {varying}: in no other direction do the training rows vary",
            got=f"whiten:{k}",
            advice=f"whiten:{varying}",
        )
    return (directions[:, ::-1] / np.sqrt(variances[::-1])).astype(np.float32)
