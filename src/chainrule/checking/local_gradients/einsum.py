"""Sums of products in Einstein's notation: the gradient of a factor is such a sum again."""

from __future__ import annotations

import string
from collections import Counter
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.local_gradients.structures import is_real
from chainrule.checking.local_gradients.table import register


@register("einsum")
def einsum(args: tuple[Any, ...], kwargs: dict[str, Any], output: Any, upstream: Any) -> Any:
    """dx_k = the sum of g times the other factors over all letters that x_k lacks."""
    if not isinstance(args[0], str):
        return NotImplemented  # the form with lists of axes
    operands = [np.asarray(one) for one in args[1:]]
    inputs, result = _spelt(args[0], [one.ndim for one in operands])
    gradients: list[Any] = [None]
    for place, own in enumerate(inputs):
        if not is_real(args[1 + place]):
            gradients.append(None)
            continue
        others = [*operands[:place], *operands[place + 1 :], np.asarray(upstream)]
        letters = [*inputs[:place], *inputs[place + 1 :], result]
        gradient = _factor(own, operands[place], letters, others)
        gradients.append(gradient if isinstance(args[1 + place], ndarray) else gradient.item())
    return gradients


def _factor(own: str, operand: ndarray, letters: list[str], others: list[ndarray]) -> ndarray:
    """Return the gradient of one factor, shape of the factor.

    A letter that only the factor has was summed alone: the gradient is the same along it. Of a letter that the factor
    has twice only the diagonal counted. An axis of length 1 was stretched: the gradient is summed along it.
    """
    distinct = "".join(dict.fromkeys(own))
    known = "".join(letter for letter in distinct if any(letter in one for one in letters))
    summed = np.einsum(",".join(letters) + "->" + known, *others)
    for axis, letter in enumerate(known):
        if operand.shape[own.index(letter)] == 1 != summed.shape[axis]:
            summed = summed.sum(axis=axis, keepdims=True)
    absent = tuple(axis for axis, letter in enumerate(distinct) if letter not in known)
    gradient = np.zeros(operand.shape)
    view = np.einsum(own + "->" + distinct, gradient)  # a view: of the diagonal, where a letter repeats
    view[...] = np.expand_dims(summed, absent)
    return gradient


def _spelt(subscripts: str, dimensions: list[int]) -> tuple[list[str], str]:
    """Return the letters of each factor and of the output, with ``...`` and an implied output spelt out."""
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    inputs = left.split(",")
    spare = [letter for letter in string.ascii_letters if letter not in subscripts]
    widths = [
        count - len(one.replace("...", "")) if "..." in one else 0
        for one, count in zip(inputs, dimensions, strict=True)
    ]
    dots = "".join(spare[: max(widths, default=0)])
    spelt = [one.replace("...", dots[len(dots) - width :]) for one, width in zip(inputs, widths, strict=True)]
    if arrow:
        return spelt, right.replace("...", dots)
    times = Counter(left.replace(",", "").replace(".", ""))
    return spelt, dots + "".join(sorted(letter for letter, number in times.items() if number == 1))
