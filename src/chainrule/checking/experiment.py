"""What every style of program is made into before it is checked: something to draw, and to run again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy import ndarray

from chainrule.checking.effort import LINE, RUN, lines_of, spend


@dataclass(frozen=True)
class Sizes:
    """How many examples N, features D, units of each hidden layer, classes C."""

    N: int
    D: int
    hidden: tuple[int, ...]
    C: int


@dataclass(frozen=True)
class Result:
    """What one run of the code under check gave."""

    loss: float
    gradients: Mapping[str, ndarray]
    """By the name of the parameter; of its size, whatever their shape: ``(1, H)`` for ``(H,)`` is allowed."""


@dataclass(eq=False)
class Case:
    """One draw: parameters and inputs, to be run as often as one likes, with the same result each time."""

    sizes: Sizes
    reg: float
    X: ndarray
    """(N, D), as drawn, whatever form the program takes it in. Also in ``parameters`` if its gradient is wanted."""
    y: ndarray
    """(N,) integers, as drawn."""
    parameters: dict[str, ndarray]
    """float64, in the program's own shapes; whoever checks nudges their numbers in place between runs."""
    run: Callable[[], Result]
    """Run forward and backward on the present content of ``parameters`` (the program is given copies, a fresh state and
    the same random numbers each time). Whatever the program raises comes out as it is."""
    slack: float = 0.0
    """How far gradients may be off, relative to their size, because of epsilons that the program adds in logarithms."""

    @cached_property
    def cost(self) -> float:
        """What one run costs, as work: by its lines."""
        return RUN + LINE * lines_of(self.run)


@dataclass(frozen=True)
class Experiment:
    """One thing of a program that has a loss and gradients."""

    name: str
    kind: str
    """``class``, ``function``, ``layers``, ``stages`` or ``script``."""
    draw: Callable[[int, float, Sizes], Case]
    """``draw(seed, reg, sizes)``: random parameters (biases too), inputs and labels."""
    takes_reg: bool
    """Whether the program has a regularisation strength that ``reg`` reaches."""
    sizes: tuple[Sizes, ...]
    """The sizes it can be drawn at, all different if the program leaves them open; the first is for explanations."""
    expected: Callable[[Case], tuple[ndarray, ...]] | None = None
    """For a single layer of a known name: the outputs that its forward may be meant to have, none if that is not known.
    None for networks."""
    output: Callable[[Case], ndarray] | None = None
    """The forward output that ``expected`` is compared with (for single layers)."""
    otherwise: Experiment | None = None
    """What it is, unless a mistake in this reading of it is found and its repair proved."""
    supposed: bool = False
    """Whether nothing but such a repair shows that this reading is right."""
    conventions: dict[str, str] = field(default_factory=dict)
    """What the reader understood: ``examples``: ``rows`` or ``columns``, ``labels``: ``integers`` or ``one-hot``."""

    def readings(self) -> Iterator[Experiment]:
        """Yield it, and what it is otherwise."""
        one: Experiment | None = self
        while one is not None:
            yield one
            one = one.otherwise


def same(one: Result, other: Result) -> bool:
    """Return whether two runs gave the same loss and the same gradients."""
    return (
        one.loss == other.loss
        and one.gradients.keys() == other.gradients.keys()
        and all(np.array_equal(value, other.gradients[name]) for name, value in one.gradients.items())
    )


def attempt(case: Case) -> Result | Exception:
    """Run a case; what the program raises is returned, and what NumPy warns of is not printed."""
    spend(case.cost)
    with np.errstate(all="ignore"):
        try:
            return case.run()
        except Exception as error:  # a stranger's program may raise anything
            return error
