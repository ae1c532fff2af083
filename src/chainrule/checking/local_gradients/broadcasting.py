"""Undoing broadcasting and reduction: gradients brought back to the shape of the argument."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray


def unbroadcast(gradient: Any, argument: Any) -> Any:
    """Sum a gradient over the axes that broadcasting added to an argument or stretched.

    Parameters
    ----------
    gradient : array, shape (..., *broadcast), or number
    argument : array, shape (*S), or number

    Returns
    -------
    float64 array, shape (*S), or a float if the argument is a number
    """
    if not isinstance(argument, ndarray):
        return float(gradient) if np.ndim(gradient) == 0 else float(gradient.sum())
    gradient = np.asarray(gradient, dtype=np.float64)
    shape = argument.shape
    if gradient.shape == shape:
        return gradient
    if gradient.ndim > len(shape):
        gradient = np.asarray(gradient.sum(axis=tuple(range(gradient.ndim - len(shape)))))
    elif gradient.ndim < len(shape):  # math.exp of an array with one entry
        gradient = gradient.reshape((1,) * (len(shape) - gradient.ndim) + gradient.shape)
    stretched = tuple(
        axis for axis, (own, got) in enumerate(zip(shape, gradient.shape, strict=True)) if own == 1 != got
    )
    return gradient.sum(axis=stretched, keepdims=True) if stretched else gradient


def restore_axes(reduced: Any, argument: Any, axis: Any) -> ndarray:
    """Give an output of a reduction the summed axes back, with length 1, so that it broadcasts against the argument.

    Parameters
    ----------
    reduced : array, the shape of the argument without the axes, or with them at length 1 (keepdims)
    argument : array, shape (*S)
    axis : None, int or tuple of ints
    """
    reduced = np.asarray(reduced)
    dimensions = np.ndim(argument)
    if reduced.ndim == dimensions:
        return reduced
    if axis is None:
        return reduced.reshape((1,) * dimensions)
    if isinstance(axis, tuple):
        return np.expand_dims(reduced, axis)
    shape = list(argument.shape)
    shape[axis] = 1
    return reduced.reshape(shape)
