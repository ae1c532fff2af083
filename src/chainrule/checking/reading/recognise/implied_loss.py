"""The loss that a program does not compute, though its gradients are those of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

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

SEVERAL, BINARY = "cross-entropy, summed", "binary cross-entropy, summed"

LOSSES: dict[str, Callable[[ndarray, ndarray], Any]] = {
    "half the sum of squares": lambda a, y: ((a - y) ** 2).sum() / 2,
    SEVERAL: lambda a, y: -(y * np.log(a)).sum(),
    BINARY: lambda a, y: -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(),
    "sum of squares": lambda a, y: ((a - y) ** 2).sum(),
}


PENALTIES = {0.0: "", 0.5: " plus reg/2 times the squared weights", 1.0: " plus reg times the squared weights"}

MOST_SUPPOSED = 4
"""How many losses are supposed of a program that has the gradients of none."""


@dataclass(frozen=True)
class Implied:
    """A loss whose gradients a program computes, or should."""

    loss: Loss
    meaning: str
    whole: bool
    """Whether all of its gradients are those of the loss, or only some of them."""
    mostly: bool = False
    """Whether half of them are, and all have the sizes of their parameters."""
    supposed: bool = False
    """Whether none of them is: it is one that may be meant, if a repair is found that gives its gradients."""

    @property
    def convention(self) -> str:
        """What the answer says of the loss."""
        gradients = "supposed to be" if self.supposed else "its gradients are those of"
        return f"not computed by the program; {gradients} {self.meaning}"


class _Possible(NamedTuple):
    """A loss of one of a program's arrays."""

    kind: str
    """One of ``LOSSES``."""
    output: str
    meaning: str
    loss: DataLoss


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
            tried = [(slopes.agreeing(one.loss), -order, one) for order, one in enumerate(slopes.losses)]
    except (Exception, TookTooLong):  # it crashes before a loss could be told
        return None
    if not tried:
        return None
    right, _, best = max(tried, key=lambda one: one[:2])
    data_loss, whole = best.loss, right == slopes.count
    if not right or (not whole and 2 * len(slopes.ratios(data_loss)) < slopes.count):  # most do not reach that array
        return None
    agreed = {factor: agreeing(drawn_with(_with_penalty(data_loss, factor)), sizes, 0.3) for factor in PENALTIES}
    factor = max(agreed, key=lambda one: agreed[one])
    mostly = 2 * right >= slopes.count == slopes.sized
    return Implied(_with_penalty(data_loss, factor), f"{best.meaning}{PENALTIES[factor]}", whole, mostly)


def supposed(drawn_with: Callable[[Loss], Draw], sizes: Sizes) -> list[Implied]:
    """Return losses that a program with the gradients of none may mean, the likeliest first.

    All parameters reach the output. Of each kind of loss there is the sum, and of its means the one that the gradients
    are the nearest to; a loss that they are all the same multiple of comes first.
    """
    try:
        with time_limit(SEARCH_SECONDS), np.errstate(all="ignore"):
            slopes = _Slopes(drawn_with, sizes)
            tried = [(slopes.ratios(one.loss), one) for one in slopes.losses]
    except (Exception, TookTooLong):  # it crashes before a loss could be told
        return []
    tried = [(ratios, one) for ratios, one in tried if len(ratios) == slopes.count and np.isfinite(ratios).all()]
    outputs = list(dict.fromkeys(one.output for _, one in tried))
    output = next((name for name in outputs if slopes.is_probability(name)), next(iter(outputs), None))
    found: list[tuple[bool, bool, int, str, DataLoss]] = []
    for order, kind in enumerate(LOSSES):
        if output is None or kind == (BINARY if slopes.sums_to_one(output) else SEVERAL):
            continue
        own = [(_distance(ratios), ratios, one) for ratios, one in tried if (one.kind, one.output) == (kind, output)]
        nearest = min((distance for distance, _, _ in own), default=0.0)
        for place, (distance, ratios, one) in enumerate(own):
            if place == 0 or distance == nearest:
                scaled = bool(np.ptp(ratios) <= 1e-4 * abs(ratios[0]))
                found.append((not scaled, place > 0, order, one.meaning, one.loss))
    chosen = sorted(found, key=lambda one: one[:3])[:MOST_SUPPOSED]
    return [Implied(_with_penalty(loss, 0.0), meaning, whole=False, supposed=True) for *_, meaning, loss in chosen]


def _distance(ratios: ndarray) -> float:
    """Return how far numbers are from 1, whatever their signs; inf if most of them are 0."""
    with np.errstate(divide="ignore"):
        return abs(float(np.median(np.log(np.abs(ratios)))))


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

    @property
    def sized(self) -> int:
        """How many parameters have gradients of their size."""
        return len(self._sides)

    def is_probability(self, name: str) -> bool:
        """Return whether an array holds nothing but numbers between 0 and 1."""
        return all(above[name].min() > 0 and above[name].max() < 1 for above, _, _ in self._sides)

    def sums_to_one(self, name: str) -> bool:
        """Return whether the numbers of an array are the probabilities of several classes, in rows or in columns."""
        arrays = [above[name] for above, _, _ in self._sides]
        return all(any(np.allclose(array.sum(axis=axis), 1) for axis in range(array.ndim)) for array in arrays)

    def ratios(self, loss: DataLoss) -> ndarray:
        """Return what part of the slopes of a loss the gradients claim, for the parameters that it depends on."""
        slopes = [((loss(above) - loss(below)) / (2 * STEP), claimed) for above, below, claimed in self._sides]
        return np.array([claimed / slope for slope, claimed in slopes if abs(slope) > 1e-7])

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
        for key, item in vars(value).items() if is_object(value) else ():
            if isinstance(item, ndarray):
                found[f"{name}.{key}"] = item
            elif isinstance(item, list) and item and isinstance(item[-1], ndarray):
                found[f"{name}.{key}[-1]"] = item[-1]
    return found


def _with_penalty(data_loss: DataLoss, factor: float) -> Loss:
    """Return a loss with a penalty on the weights."""

    def loss(after: Mapping[str, Any], parameters: Mapping[str, ndarray], reg: float) -> float:
        penalty = sum(float(np.vdot(W, W)) for key, W in parameters.items() if not is_bias(key)) if factor else 0.0
        return data_loss(arrays_of(after)) + factor * reg * penalty

    return loss


def implied_losses(arrays: Arrays) -> Iterator[_Possible]:
    """Yield losses of each array that has the shape of the labels."""
    labels = [name for name in arrays if role(name.rpartition(".")[2]) == "y"]
    for label in labels:
        for name, output in arrays.items():
            fitting = _like(arrays[label], output)
            if fitting is None or output.dtype != np.float64 or name in labels or np.array_equal(output, fitting):
                continue
            for kind, loss in LOSSES.items():
                yield _Possible(kind, name, f"{kind} (of {name})", _divided(loss, name, label, ()))
                for axis in range(fitting.ndim):
                    if fitting.shape[axis] not in (1, fitting.size):
                        over = f"{kind}, over the number of examples (of {name})"
                        yield _Possible(kind, name, over, _divided(loss, name, label, (axis,)))
                over = f"{kind}, over the number of entries (of {name})"
                yield _Possible(kind, name, over, _divided(loss, name, label, (0, 1)))


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
