"""Loss and gradients of a step of training, told from the variables it leaves and how it moved the parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Result
from chainrule.checking.reading.recognise.outcome import LOSS, NoLoss, as_number, as_numbers, is_number
from chainrule.checking.reading.recognise.pairing import pair
from chainrule.checking.reading.recognise.paths import Path, follow, leaves
from chainrule.checking.reading.recognise.vocabulary import differentiated, same_thing

ACCURACY = re.compile(r"acc|score|rate|lr|epoch|iter", re.IGNORECASE)


class StepOutcome:
    """Reads the variables after a step.

    The gradient of a parameter is the variable along which it was moved (``W1 -= rate * dW1``: ``dW1``), whatever its
    name; with the sign and the factor that the update gave it beside the learning rate. Where no single variable is
    (Adam, an expression inside of the update), it is found by name, or is the movement itself over the learning rate.

    Parameters
    ----------
    places : mapping
        By label: the way to each parameter among the variables, and its array.
    rate : float or None
        The learning rate, if it is known.
    loss : callable or None
        Computes the loss from the variables, for a loop that does not compute it itself.
    """

    def __init__(
        self,
        places: Mapping[str, tuple[Path, ndarray]],
        rate: float | None,
        loss: Callable[[Mapping[str, Any]], float] | None = None,
        names: Mapping[str, Any] | None = None,
    ) -> None:
        self._places = places
        self._rate = rate
        self._given_loss = loss
        self._names = names if names is not None else {}
        self._loss: Path | None = None
        self._gradients: dict[str, tuple[Path | None, float]] = {}

    def read(self, returned: list[Any]) -> Result:
        """Return loss and gradients; ``returned`` holds the variables after the step."""
        after = returned[0]
        if self._names:
            after = {**{name: self._names[name] for name in self._names if name not in after}, **after}
        if len(self._gradients) < len(self._places):  # what a wrong program does not move, a repaired one may
            self._gradients = {**self._look(after), **self._gradients}
        try:
            gradients = {name: self._gradient(after, name) for name in self._gradients}
        except (KeyError, IndexError, AttributeError, TypeError):
            self._gradients = self._look(after)
            gradients = {name: self._gradient(after, name) for name in self._gradients}
        return Result(self._loss_of(after), gradients)

    @property
    def loss_name(self) -> str:
        """The name of the variable that was taken for the loss, as far as there is one."""
        return next((step for step in reversed(self._loss or ()) if isinstance(step, str)), "")

    def _gradient(self, after: Mapping[str, Any], name: str) -> ndarray:
        path, factor = self._gradients[name]
        if path is None:
            return factor * self._movement(after, name)
        value = as_numbers(follow(after, path))
        return value if factor == 1 else factor * value

    def _movement(self, after: Mapping[str, Any], name: str) -> ndarray:
        path, before = self._places[name]
        return before - as_numbers(follow(after, path))

    def _look(self, after: Mapping[str, Any]) -> dict[str, tuple[Path | None, float]]:
        own = {path for path, _ in self._places.values()}
        found = [(path, value) for path, value in leaves(after) if path not in own and np.size(value)]
        named = pair(self._places, found, own=True)
        result: dict[str, tuple[Path | None, float]] = {}
        lengths: list[float] = []
        for name in self._places:
            movement = self._movement(after, name)
            along = self._along(name, movement, found)
            if along is not None and self._is_repeated(along[1]):
                result[name] = (None, 1 / cast(float, self._rate))  # what is repaired may be done once
            elif along is not None:
                result[name] = (along[0], self._factor(along[1]))
                lengths.append(abs(along[1]))
            elif name in named:
                result[name] = (found[named[name]][0], 1.0)
        for name in self._places:
            if name not in result and np.any(self._movement(after, name)):
                rate = self._rate or (float(np.median(lengths)) if lengths else 1.0)
                result[name] = (None, 1 / rate)
        return {name: result[name] for name in self._places if name in result}

    def _is_repeated(self, length: float) -> bool:
        """Return whether a parameter was moved by the same step several times."""
        times = length / self._rate if self._rate else 1.0
        return round(times) > 1 and abs(times - round(times)) < 1e-6

    def _factor(self, length: float) -> float:
        """Return by what a gradient was multiplied beside the learning rate: 1, or -1, or 1/N in the update."""
        factor = length / self._rate if self._rate else float(np.sign(length))
        return float(np.sign(factor)) if abs(abs(factor) - 1) < 1e-6 else factor

    def _along(self, name: str, movement: ndarray, found: list[tuple[Path, Any]]) -> tuple[Path, float] | None:
        """Return the variable along which a parameter was moved, and how far in its units."""
        size = float(np.linalg.norm(movement))
        if not np.isfinite(size) or size == 0:
            return None
        candidates: list[tuple[int, int, Path, float]] = []
        thing = same_thing(next(step for step in reversed(self._places[name][0]) if isinstance(step, str)))
        for order, (path, value) in enumerate(found):
            if np.shape(value) != movement.shape or np.asarray(value).dtype.kind != "f":
                continue
            square = float(np.vdot(value, value))
            length = float(np.vdot(value, movement)) / square if square else 0.0
            if length and np.linalg.norm(movement - length * np.asarray(value)) <= 1e-7 * size:
                last = next((step for step in reversed(path) if isinstance(step, str)), "")
                fits = same_thing(differentiated(last)) == thing
                candidates.append((-fits, order, path, length))
        if not candidates:
            return None
        _, _, path, length = min(candidates)
        return path, length

    def _loss_of(self, after: Mapping[str, Any]) -> float:
        if self._given_loss is not None:
            return self._given_loss(after)
        if self._loss is None:
            self._loss = _find_loss(after)
        try:
            return as_number(follow(after, self._loss))
        except (KeyError, IndexError, AttributeError):
            self._loss = _find_loss(after)
            return as_number(follow(after, self._loss))


def _find_loss(after: Mapping[str, Any]) -> Path:
    """Return the way to a number that is called a loss, or to the last of a list that is."""
    numbers: list[tuple[int, Path]] = []
    for path, value in leaves(dict(after)):
        name = next((step for step in reversed(path) if isinstance(step, str)), "").strip("_").lower()
        if len(path) <= 3 and is_number(value) and LOSS.match(name) and not ACCURACY.search(name):
            if isinstance(path[-1], int):
                numbers.append((1, (*path[:-1], -1)))
            else:
                numbers.append((0, path))
    if not numbers:
        raise NoLoss("no number was computed that is called a loss")
    return min(numbers, key=lambda item: item[0])[1]
