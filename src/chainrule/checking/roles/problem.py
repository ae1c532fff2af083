"""What there is to judge: numbers, what a program takes for their gradients, and of which loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from chainrule.checking.record.tape import Tape
from chainrule.checking.truth.replay import Place


class Origin(StrEnum):
    """How a loss is known."""

    STATED = "stated"
    """The program computes it."""
    SUPPOSED = "supposed"
    """It computes none; this is the usual one whose gradients it has."""
    HANDED = "handed"
    """Gradients are handed to a backward pass: the loss is the sum of outputs times these."""


@dataclass(frozen=True)
class Objective:
    """A loss on a tape."""

    origin: Origin
    name: str
    places: tuple[Place, ...]
    """Where the values are that it is computed from."""
    value: Callable[[Sequence[Any]], float]
    gradient: Callable[[Sequence[Any]], Sequence[Any]]
    """The loss's own gradient at each place."""
    statement: int = -1
    """Where the program computes it."""

    def seeds(self, seen: Mapping[Place, Any]) -> list[tuple[Place, Any]]:
        """Return what the chain rule begins with."""
        values = [seen[place] for place in self.places]
        return list(zip(self.places, self.gradient(values), strict=True))


@dataclass(frozen=True)
class Parameter:
    """A number, or an array of them, that the loss is differentiated by."""

    name: str
    place: Place
    claims: tuple[Place, ...]
    """What the program takes for its gradient, from what moves it backwards; any of these may be meant."""
    change: tuple[Place, Place] | None = None
    """Where it is moved entry by entry: before and after, whose difference is a multiple of the gradient."""


@dataclass(frozen=True)
class Problem:
    """One thing to judge: a step of training, a function with its gradients, a pair of passes."""

    name: str
    kind: str
    tape: Tape
    start: int
    end: int
    parameters: tuple[Parameter, ...]
    objectives: tuple[Objective, ...]
    """In the order in which they are believed."""
    notes: tuple[str, ...] = field(default=())


def stated(name: str, places: Sequence[Place], statement: int) -> Objective:
    """Return the sum of numbers that a program computes."""
    return Objective(
        Origin.STATED,
        name,
        tuple(places),
        lambda values: float(sum(np.sum(value) for value in values)),
        lambda values: [np.ones(np.shape(value)) for value in values],
        statement,
    )


def handed(name: str, places: Sequence[Place], upstream: Sequence[Any]) -> Objective:
    """Return the loss whose gradients at outputs are handed to a backward pass."""
    given = [np.asarray(one, float) for one in upstream]
    return Objective(
        Origin.HANDED,
        name,
        tuple(places),
        lambda values: float(sum(np.sum(value * one) for value, one in zip(values, given, strict=True))),
        lambda values: given,
    )


def total(one: Objective, other: Objective) -> Objective:
    """Return the sum of two numbers that a program computes."""
    return stated(f"{one.name} + {other.name}", (*one.places, *other.places), other.statement)
