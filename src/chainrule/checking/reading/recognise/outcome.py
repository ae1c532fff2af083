"""Loss and gradients in what a program returned, or left in its objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Result
from chainrule.checking.reading.recognise.pairing import pair
from chainrule.checking.reading.recognise.paths import Path, follow, leaves
from chainrule.checking.reading.recognise.vocabulary import differentiated, is_parameter

LOSS = re.compile(
    r"(total|data|train|avg|mean|final|batch|this|current)?_?(loss(es)?|cost|costs|j|error|err|objective|l|e|nll|ce|mse)(_?(history|value|val|list|total))?$"
)

STEP: Path = ("(the step)",)
"""In the place of the way to a gradient: it is told from how far the parameter was moved."""


class NoLoss(ValueError):
    """What a program gave has no single number that could be its loss."""


class Outcome:
    """Reads what one way of running a program gives; where things stand is looked up once.

    Parameters
    ----------
    parameters : mapping
        By label: the way to each parameter in the program's own objects, and its array.
    names : list of lists of str
        For each call that is made: the names of what it returns.
    model : object or None
        Where gradients and loss may be kept.
    loss : callable or None
        Computes the loss from what the first call gave, for a program that does not compute it.
    rate : float
        The learning rate, for a model that makes a step and keeps no gradient: its gradient is the step over the rate.
    """

    def __init__(
        self,
        parameters: Mapping[str, tuple[Path, ndarray]],
        names: list[list[str]],
        model: Any = None,
        loss: Callable[[Mapping[str, Any]], float] | None = None,
        rate: float = 1.0,
    ) -> None:
        self._rate = rate
        self._parameters = parameters
        self._names = names
        self._model = model
        self._given_loss = loss
        self._loss: Path | None = None
        self._gradients: dict[str, Path] = {}

    def read(self, returned: list[Any]) -> Result:
        """Return loss and gradients; ``returned`` is what each call gave."""
        root = [*returned, self._model]
        if self._loss is not None:
            try:
                return self._result(root, self._loss, self._gradients)
            except (KeyError, IndexError, AttributeError, TypeError):
                pass  # a changed program may give something of another form
        loss = self._find_loss(root) if self._given_loss is None else ()
        gradients = self._find_gradients(root, loss)
        if len(gradients) == len(self._parameters):  # a version that gives less is no rule for the others
            self._loss, self._gradients = loss, gradients
        return self._result(root, loss, gradients)

    def _result(self, root: list[Any], path: Path, ways: Mapping[str, Path]) -> Result:
        given = self._given_loss
        loss = as_number(follow(root, path)) if given is None else given(self._left_behind(root))
        return Result(loss, {name: self._gradient(root, name, way) for name, way in ways.items()})

    def _gradient(self, root: list[Any], name: str, way: Path) -> ndarray:
        if way != STEP:
            return as_numbers(follow(root, way))
        path, before = self._parameters[name]
        return (before - as_numbers(follow(self._model, path))) / self._rate

    def _has_moved(self, name: str) -> bool:
        path, before = self._parameters[name]
        after = as_numbers(follow(self._model, path))
        return after.shape == before.shape and not np.array_equal(after, before)

    def _left_behind(self, root: list[Any]) -> dict[str, Any]:
        """Return what may be the network's output: what the first call gave, and the attributes of the model."""
        first = root[0]
        given = dict(first) if isinstance(first, dict) else {}
        for place, value in enumerate(first if isinstance(first, tuple) else [first]):
            name = (self._names[0][place : place + 1] or [""])[0] or f"value {place + 1}"
            given[name] = value
            if isinstance(value, list) and value and isinstance(value[-1], ndarray):
                given[f"{name}[-1]"] = value[-1]  # the activations of all layers
        return {"self": self._model, **given} if self._model is not None else given

    def _find_loss(self, root: list[Any]) -> Path:
        """Return the way to the loss: a number that is called so, else the first number that is returned."""
        numbers: list[tuple[int, Path]] = []
        for call, returned in enumerate(root[:-1]):
            names = self._names[call]
            for path, value in _shallow(returned):
                if not is_number(value):
                    continue
                name = next((step for step in reversed(path) if isinstance(step, str)), "")
                if not name and path and isinstance(path[0], int) and path[0] < len(names):
                    name = names[path[0]]
                elif not path and len(names) == 1:
                    name = names[0]
                called_loss = bool(LOSS.match(name.lower()))
                if np.ndim(value) and call < len(root) - 2 and not called_loss:
                    continue  # what a network with one output gives for one example
                if not is_parameter(differentiated(name)):  # the gradient of a bias that is one number
                    numbers.append((-called_loss, (call, *path)))
        if numbers:
            return min(numbers, key=lambda item: item[0])[1]
        last = len(root) - 1
        for path, value in _shallow(self._model) if self._model is not None else ():
            if isinstance(path[0], str) and LOSS.match(path[0].lower().strip("_")):
                if is_number(value) and len(path) == 1:
                    return (last, *path)
                if len(path) == 2:
                    return (last, path[0], -1)
        raise NoLoss("no single number was returned that could be the loss")

    def _find_gradients(self, root: list[Any], loss: Path) -> dict[str, Path]:
        ways: list[Path] = []
        shown: list[tuple[Path, Any]] = []
        for call in range(len(root) - 2, -1, -1):
            for path, value in leaves(root[call]):
                if (call, *path) != loss:
                    ways.append((call, *path))
                    shown.append((self._named(call, path), value))
        pairs = {name: ways[index] for name, index in pair(self._parameters, shown).items()}
        if self._model is not None and len(pairs) < len(self._parameters):
            own = list(leaves(self._model))
            found = pair(self._parameters, own, own=True)
            pairs = {name: (len(root) - 1, *own[index][0]) for name, index in found.items()} | pairs
            if not pairs and self._given_loss is not None and any(self._has_moved(name) for name in self._parameters):
                pairs = dict.fromkeys(self._parameters, STEP)
        return {name: pairs[name] for name in self._parameters if name in pairs}

    def _named(self, call: int, path: Path) -> Path:
        """Return a way with the name of what was returned for its place in the tuple."""
        names = self._names[call]
        if path and isinstance(path[0], int) and len(names) > 1:
            named = path[0] < len(names) and names[path[0]]
            return (names[path[0]], *path[1:]) if named else (path[1:] or path)
        return (names[0], *path) if len(names) == 1 and names[0] else path


def _shallow(returned: Any) -> list[tuple[Path, Any]]:
    """Return what stands in an answer not deeper than two steps."""
    return [(path, value) for path, value in leaves(returned) if len(path) <= 2]


def is_number(value: Any) -> bool:
    return np.size(value) == 1 and np.ndim(value) <= 2


def as_number(value: Any) -> float:
    if np.size(value) != 1:
        raise NoLoss(f"the loss is no single number: its shape is {np.shape(value)}")
    return float(np.asarray(value).reshape(()))


def as_numbers(value: Any) -> ndarray:
    if isinstance(value, np.ma.MaskedArray):
        value = value.filled(0)
    return np.asarray(value, np.float64)
