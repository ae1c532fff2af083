"""The method or function of a program that trains: found by its arguments, and called with few steps."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.reading.recognise.cases import known_things
from chainrule.checking.reading.recognise.draws import random_like
from chainrule.checking.reading.recognise.network_class import constructed, parameters_of
from chainrule.checking.reading.recognise.paths import Path
from chainrule.checking.reading.recognise.sequence import Unbound
from chainrule.checking.reading.recognise.vocabulary import role
from chainrule.checking.teaching.data import Data
from chainrule.checking.teaching.subject import Subject
from chainrule.checking.units import Unit

TRAINS = re.compile(r"train|^fit|_fit$|learn|sgd|optimi[sz]e|descent|^solve|model$", re.IGNORECASE)
HELD_OUT = re.compile(
    r"_?(validation|valid|val|test|dev|cv|va|te)(?=_|$|\d|[A-Z])|^(val|valid|test|dev)_?", re.IGNORECASE
)


@dataclass(frozen=True)
class Settings:
    """What a trial asks training for, by the purpose of the argument."""

    iterations: int = 20
    epochs: int = 3
    batch: int = 4
    rate: float = 0.002
    """Small: a wrong rule goes not far in few steps."""
    decay: float = 0.8
    momentum: float = 0.9
    reg: float = 0.01

    def value(self, name: str) -> Any:
        """Return what an argument of this name is given, or None if this does not say."""
        plain = name.lower().replace("_", "")
        if "decay" in plain and role(name) != "reg":
            return self.decay
        if plain in ("momentum", "mu"):
            return self.momentum
        if role(name) == "steps":
            return self.epochs if "epoch" in plain else self.iterations
        return {"N": self.batch, "rate": self.rate, "reg": self.reg, "quiet": False, "keep": 1.0}.get(role(name))


@dataclass(frozen=True)
class Trainer:
    """What trains."""

    key: str
    unit: Unit
    node: ast.FunctionDef
    owner: type | None
    """The class of which it is a method."""


@dataclass(frozen=True)
class Session:
    """A training that can be started once: a network of the program's own, its numbers drawn by us."""

    start: Callable[[], Any]
    model: Any
    places: Mapping[str, Path]
    """The ways to its parameters, in the model."""


def trainers(subject: Subject) -> Iterator[Trainer]:
    """Yield what may train, methods of the class that was checked first."""
    name = subject.experiment.name.split(".")[0]
    checked = subject.loaded.namespace.get(name)
    found = []
    for key, unit, node in subject.units():
        meanings = [role(argument.arg) for argument in node.args.args]
        loops = any(isinstance(inner, ast.For | ast.While) for inner in ast.walk(node))
        if not (TRAINS.search(node.name) and {"X", "y"} <= set(meanings) and loops):
            continue
        owner = subject.loaded.namespace.get(unit.classes[-1]) if unit.classes else None
        if isinstance(owner, type) and isinstance(checked, type) and issubclass(checked, owner):
            owner = checked
        if owner is None or isinstance(owner, type):
            found.append(Trainer(key, unit, node, owner))
    yield from sorted(found, key=lambda one: (one.owner is not checked, one.owner is None))


def session(subject: Subject, trainer: Trainer, data: Data, settings: Settings, seed: int) -> Session:
    """Prepare a training on some data.

    Raises
    ------
    Unbound
        If an argument is for nothing that is known.
    """
    known = known_things(data.sizes, settings.reg, *data.given)
    function: Callable[..., Any] = subject.loaded.namespace.get(trainer.node.name, trainer.unit.function)
    model, places = None, {}
    if trainer.owner is not None:
        model = constructed(trainer.owner, {**known, "rate": settings.rate, "N": settings.batch})
        function = getattr(model, trainer.node.name)
        places = {name: path for name, (path, _) in parameters_of(model).items()}
        refill(model, seed)
    given = call_arguments(function, data, settings, known)
    return Session(lambda: function(**given), model, places)


def refill(model: Any, seed: int) -> None:
    """Give a network weights on which signals and gradients are of order one, whatever its own were."""
    rng = np.random.default_rng(seed)
    for _, value in parameters_of(model).values():
        if isinstance(value, ndarray) and value.dtype.kind == "f":
            value[...] = random_like(rng, value)


def call_arguments(
    function: Callable[..., Any], data: Data, settings: Settings | None, known: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the arguments of a training; without settings its own defaults stay."""
    given: dict[str, Any] = {}
    hidden = iter(known["hidden"])
    for parameter in inspect.signature(function).parameters.values():
        name = parameter.name
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        value = _data_for(name, data)
        if value is None and settings is not None:
            value = settings.value(name)
        if value is None and parameter.default is parameter.empty:
            value = next(hidden, known["H"]) if role(name) == "H" else known.get(role(name))
            if value is None:
                raise Unbound(f"what is given for {name} is unknown")
        if value is not None:
            given[name] = value
    return given


def _data_for(name: str, data: Data) -> ndarray | None:
    rest = HELD_OUT.sub("", name).strip("_")
    if rest != name and rest.lower() in ("x", "y", "data", "labels", "label", "inputs", "targets", "images"):
        return data.given_validation[role(rest) == "y"].copy()
    if role(name) in ("X", "y"):
        return data.given[role(name) == "y"].copy()
    return None
