"""The loss that a program does not compute, though its gradients are those of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Case, Sizes
from chainrule.checking.reading.limits import TookTooLong, time_limit
from chainrule.checking.reading.recognise.layouts import is_bias
from chainrule.checking.reading.recognise.paths import is_object
from chainrule.checking.reading.recognise.trials import agreeing
from chainrule.checking.reading.recognise.vocabulary import role

KEPT = "__chainrule_kept__"
"""The entry of a program's variables that holds each as it was when it was assigned."""

Loss = Callable[[Mapping[str, Any], Mapping[str, ndarray], float], float]
"""Of the variables after a run, the parameters before it, and the regularisation strength."""

Arrays = Mapping[str, ndarray]
STEP = 1e-5
SEARCH_SECONDS = 1.0

DataLoss = Callable[[Arrays], float]
Draw = Callable[[int, float, Sizes], Case]

LOSSES: dict[str, Callable[[ndarray, ndarray], Any]] = {
    "half the sum of squares": lambda a, y: ((a - y) ** 2).sum() / 2,
    "cross-entropy, summed": lambda a, y: -(y * np.log(a)).sum(),
    "binary cross-entropy, summed": lambda a, y: -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(),
    "sum of squares": lambda a, y: ((a - y) ** 2).sum(),
}


PENALTIES = {0.0: "", 0.5: " plus reg/2 times the squared weights", 1.0: " plus reg times the squared weights"}


@dataclass(frozen=True)
class Implied:
    """A loss whose gradients a program computes."""

    loss: Loss
    meaning: str
    whole: bool
    """Whether all of its gradients are those of the loss, or only the most of them."""


def implied(drawn_with: Callable[[Loss], Draw], sizes: Sizes) -> Implied | None:
    """Return the loss that a program's gradients are those of.

    Parameters
    ----------
    drawn_with : callable
        Makes the drawing function for a loss.
    sizes : Sizes
    """
    try:
        with time_limit(SEARCH_SECONDS), np.errstate(all="ignore"):
            slopes = _Slopes(drawn_with, sizes)
            tried = [
                (slopes.agreeing(loss), -order, loss, meaning) for order, (meaning, loss) in enumerate(slopes.losses)
            ]
    except (Exception, TookTooLong):  # it crashes before a loss could be told
        return None
    if not tried:
        return None
    right, _, data_loss, meaning = max(tried, key=lambda one: one[:2])
    whole = right == slopes.count
    if not right:
        return None
    agreed = {factor: agreeing(drawn_with(_with_penalty(data_loss, factor)), sizes, 0.3) for factor in PENALTIES}
    factor = max(agreed, key=lambda one: agreed[one])
    return Implied(_with_penalty(data_loss, factor), f"{meaning}{PENALTIES[factor]}", whole)


class _Slopes:
    """What a program's arrays are on both sides of a draw, in one direction for each parameter."""

    def __init__(self, drawn_with: Callable[[Loss], Draw], sizes: Sizes) -> None:
        seen: dict[str, ndarray] = {}

        def look(after: Mapping[str, Any], *_: Any) -> float:
            seen.clear()
            seen.update({name: value.copy() for name, value in arrays_of(after).items()})
            return 0.0

        rng = np.random.default_rng(3)
        case = drawn_with(look)(1, 0.0, sizes)
        gradients = case.run().gradients
        self.losses = list(implied_losses(dict(seen)))
        self.count = len(case.parameters)
        self._sides: list[tuple[Arrays, Arrays, float]] = []
        for name, value in case.parameters.items():
            direction, sides = rng.normal(size=value.shape), []
            for sign in (1, -1):
                value += sign * STEP * direction
                case.run()
                sides.append(dict(seen))
                value -= sign * STEP * direction
            gradient = gradients.get(name)
            if gradient is not None and gradient.size == value.size:
                self._sides.append((sides[0], sides[1], float(np.vdot(gradient, direction))))

    def agreeing(self, loss: DataLoss) -> int:
        """Return for how many parameters the gradients are those of a loss."""
        right = 0
        for above, below, claimed in self._sides:
            slope = (loss(above) - loss(below)) / (2 * STEP)
            right += bool(abs(slope - claimed) <= 1e-4 * abs(slope) and abs(slope) > 1e-7)
        return right


def arrays_of(after: Mapping[str, Any]) -> dict[str, ndarray]:
    """Return the arrays among variables, as they were when they were assigned, and those of objects."""
    found = {name: value for name, value in after.items() if isinstance(value, ndarray)}
    found.update(after.get(KEPT, {}))
    for name, value in after.items():
        if is_object(value):
            found.update({f"{name}.{key}": item for key, item in vars(value).items() if isinstance(item, ndarray)})
    return found


def _with_penalty(data_loss: DataLoss, factor: float) -> Loss:
    """Return a loss with a penalty on the weights."""

    def loss(after: Mapping[str, Any], parameters: Mapping[str, ndarray], reg: float) -> float:
        penalty = sum(float(np.vdot(W, W)) for key, W in parameters.items() if not is_bias(key)) if factor else 0.0
        return data_loss(arrays_of(after)) + factor * reg * penalty

    return loss


def implied_losses(arrays: Arrays) -> Iterator[tuple[str, DataLoss]]:
    """Yield losses of each array that has the shape of the labels."""
    labels = [name for name in arrays if role(name.rpartition(".")[2]) == "y"]
    for label in labels:
        for name, output in arrays.items():
            fitting = _like(arrays[label], output)
            if fitting is None or output.dtype != np.float64 or name in labels or np.array_equal(output, fitting):
                continue
            for meaning, loss in LOSSES.items():
                yield f"{meaning} (of {name})", _divided(loss, name, label, ())
                for axis in range(fitting.ndim):
                    if fitting.shape[axis] not in (1, fitting.size):
                        over = f"{meaning}, over the number of examples (of {name})"
                        yield over, _divided(loss, name, label, (axis,))
                yield f"{meaning}, over the number of entries (of {name})", _divided(loss, name, label, (0, 1))


def _like(y: ndarray, output: ndarray) -> ndarray | None:
    """Return labels in the shape of an output: as they are, or one-hot."""
    if y.shape == output.shape:
        return y.astype(np.float64)
    whole = y.dtype.kind in "iu" and y.size and y.size == max(y.shape) and output.ndim == 2
    if whole and len(output) == y.size and output.shape[1] > y.max():
        return np.eye(output.shape[1])[y.ravel()]
    if whole and output.shape[1] == y.size and len(output) > y.max():
        return np.eye(len(output))[y.ravel()].T
    return None


def _divided(loss: Callable[[ndarray, ndarray], Any], name: str, label: str, axes: tuple[int, ...]) -> DataLoss:
    """Return a loss over the lengths of some axes of the output."""

    def divided(arrays: Arrays) -> float:
        output = arrays[name]
        y = _like(arrays[label], output)
        if y is None:
            raise ValueError(f"{name} is no longer of the shape of the labels")
        return float(loss(output, y)) / float(np.prod([output.shape[axis] for axis in axes if axis < output.ndim]))

    return divided
