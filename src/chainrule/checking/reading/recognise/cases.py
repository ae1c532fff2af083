"""A case made of a program's own objects: parameters refilled, state put back, calls made, the answer read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Case, Result, Sizes
from chainrule.checking.reading.recognise.draws import random_like
from chainrule.checking.reading.recognise.implied_loss import Loss
from chainrule.checking.reading.recognise.outcome import Outcome
from chainrule.checking.reading.recognise.paths import Path
from chainrule.checking.reading.recognise.sequence import Calls, Step
from chainrule.checking.reading.recognise.state import State
from chainrule.checking.reading.seeding import seed_everything


@dataclass(frozen=True)
class Inputs:
    """What was drawn, and the form in which the program gets it."""

    sizes: Sizes
    reg: float
    X: ndarray
    y: ndarray
    given_X: Any
    given_y: Any
    known: Mapping[str, Any]
    """What else arguments may ask for, by what it is."""


@dataclass
class Holder:
    """The object or the dictionary that holds the parameters, and where in it they stand."""

    root: Any
    places: Mapping[str, tuple[Path, Any]]
    model: Any = None
    """Where gradients may be kept, if they are not returned."""
    named: bool = False
    """Whether ``root`` is a dictionary whose entries arguments may ask for by name."""
    rate: float = 1.0
    """By what it multiplies gradients when it makes a step."""
    mirror: dict[str, Any] | None = field(default=None, repr=False)
    """A module's namespace that sees those entries as well: its functions may read them there."""


class Reads(Protocol):
    """Anything that finds loss and gradients in what the calls returned."""

    def read(self, returned: list[Any]) -> Result:
        """Return loss and gradients."""


def refilled_case(
    inputs: Inputs, holder: Holder, steps: list[Step], rng: np.random.Generator, loss: Loss | None = None
) -> Case:
    """Return a case of these calls, with random numbers in the place of the parameters."""
    state = State(holder.root)
    parameters: dict[str, ndarray] = {}
    for name, (path, value) in holder.places.items():
        parameters[name] = np.array(random_like(rng, np.asarray(value)))
        state.adopt(path, parameters[name])
    places = {name: (path, parameters[name]) for name, (path, _) in holder.places.items()}
    given = None if loss is None else lambda after: loss({**after, "y": inputs.given_y}, parameters, inputs.reg)
    outcome = Outcome(places, [step.names for step in steps], holder.model, given, holder.rate)
    return Case(
        inputs.sizes, inputs.reg, inputs.X, inputs.y, parameters, runner(inputs, holder, state, Calls(steps), outcome)
    )


def runner(inputs: Inputs, holder: Holder, state: State, calls: Calls, outcome: Reads) -> Any:
    """Return the function that runs once, from a fresh state, with the same random numbers each time."""
    known, X, y = dict(inputs.known), inputs.given_X, inputs.given_y
    names = holder.root if holder.named else {}
    mirror = holder.mirror

    def run() -> Result:
        state.restore()
        seed_everything()
        if mirror is not None:
            mirror.update(names)
        with np.errstate(all="ignore"):
            return outcome.read(calls.run({**known, "X": X.copy(), "y": y.copy(), **names}))

    return run


def known_things(sizes: Sizes, reg: float, X: Any, y: Any) -> dict[str, Any]:
    """Return what constructors, functions and methods may ask for, by what it is."""
    hidden = list(sizes.hidden)
    return {
        "X": X, "y": y, "reg": reg, "D": sizes.D, "C": sizes.C, "N": sizes.N, "H": hidden[0], "hidden": hidden,
        "layers": [sizes.D, *hidden, sizes.C], "rate": 0.1, "steps": 1, "seed": 0, "quiet": False, "keep": 1.0,
        "dtype": np.float64, "std": 0.1,
    }  # fmt: skip
