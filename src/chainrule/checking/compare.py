"""The gradients that a program returns beside those that nudging its parameters gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from chainrule.checking.effort import spend
from chainrule.checking.experiment import Case

STEP = 1e-5
"""How far a parameter is moved to each side. Truncation is of order STEP**2 times the third derivative, rounding of
order 1e-16 * loss / STEP: both about 1e-10 for a loss of 10."""

RELATIVE, ABSOLUTE = 2e-6, 3e-8
"""An entry is right if it differs from the numerical one by less than RELATIVE times the larger of the two, or less
than ABSOLUTE times the scale of the loss."""

KINK = 1e-3
"""Left and right slopes that differ by more than this (in units of their size or 1) mean that a kink is near."""

MOST_ENTRIES, FEWEST_ENTRIES = 120, 6
"""Of larger parameters a sample is nudged; fewer entries where the program is slow."""

SECONDS = 0.12
"""About how long the gradients of one case may take."""

DIRECTIONS = 4
"""Along how many random directions a kink is looked for."""


@dataclass(frozen=True)
class Slopes:
    """Numerical gradients of one case."""

    loss: float
    entries: Mapping[str, ndarray]
    """Which entries of the flattened parameter were nudged."""
    values: Mapping[str, ndarray]
    """The slope at each of them."""
    kinks: int
    """At how many entries a kink is too near to tell."""


@dataclass(frozen=True)
class Difference:
    """One gradient beside its numerical twin."""

    relative_error: float
    """The largest difference of an entry, over the largest entry of both."""
    ok: bool
    reason: str = ""
    """Why there is nothing to compare: missing, of another shape, not a number."""
    fits: bool = True
    """Whether a step along it leaves the parameter's shape: ``(H,)`` does for ``(1, H)``, not for ``(H, 1)``."""


def slopes(case: Case) -> Slopes:
    """Return dL/dp for every parameter of a case by central differences.

    Raises
    ------
    Exception
        Whatever the program raises.
    """
    with np.errstate(all="ignore"):
        return _slopes(case)


def _slopes(case: Case) -> Slopes:
    runs = SECONDS / case.cost
    here = case.run().loss
    most = int(min(MOST_ENTRIES, max(FEWEST_ENTRIES, runs / 2 / max(1, len(case.parameters)))))
    entries, values, kinks = {}, {}, 0
    for name, parameter in case.parameters.items():
        flat = parameter.reshape(-1)
        entries[name] = chosen = _sample(flat.size, most)
        found = np.empty(len(chosen))
        for position, entry in enumerate(chosen):
            before = flat[entry]
            flat[entry] = before + STEP
            above = case.run().loss
            flat[entry] = before - STEP
            below = case.run().loss
            flat[entry] = before
            found[position] = (above - below) / (2 * STEP)
            right, left = (above - here) / STEP, (here - below) / STEP
            kinks += abs(right - left) > KINK * max(1.0, abs(right), abs(left))
        values[name] = found
    spend(case.cost * (1 + 2 * sum(map(len, entries.values()))))
    return Slopes(here, entries, values, kinks)


def kinks_near(case: Case) -> bool:
    """Return whether the loss has a kink within reach of a nudge: left and right slopes differ along some direction.

    Raises
    ------
    Exception
        Whatever the program raises.
    """
    random = np.random.default_rng(0)
    here = case.run().loss
    before = {name: parameter.copy() for name, parameter in case.parameters.items()}
    for _ in range(DIRECTIONS):
        way = {name: random.choice((-1.0, 1.0), parameter.shape) for name, parameter in before.items()}
        beside = []
        for sign in (1, -1):
            for name, parameter in case.parameters.items():
                parameter[...] = before[name] + sign * STEP * way[name]
            beside.append(case.run().loss)
        for name, parameter in case.parameters.items():
            parameter[...] = before[name]
        right, left = (beside[0] - here) / STEP, (here - beside[1]) / STEP
        if abs(right - left) > KINK * max(1.0, abs(right), abs(left)):
            return True
    return False


def _sample(size: int, most: int) -> ndarray:
    if size <= most:
        return np.arange(size)
    return np.unique(np.random.default_rng(size).choice(size, most))


def differences(gradients: Mapping[str, object], case: Case, truth: Slopes) -> dict[str, Difference]:
    """Compare what a program returned for each parameter with its slopes."""
    scale = max(1.0, abs(truth.loss))
    return {
        name: _difference(gradients.get(name), parameter, truth.entries[name], truth.values[name], scale, case.slack)
        for name, parameter in case.parameters.items()
    }


def _difference(
    gradient: object, parameter: ndarray, entries: ndarray, slope: ndarray, scale: float, slack: float
) -> Difference:
    if gradient is None:
        return Difference(np.inf, False, "there is no gradient of it")
    try:
        plain = np.ma.filled(gradient, 0.0) if isinstance(gradient, np.ma.MaskedArray) else gradient
        array = np.asarray(plain, np.float64)
    except (TypeError, ValueError):
        return Difference(np.inf, False, "it is no array of numbers")
    if array.shape != parameter.shape and _squeezed(array) != _squeezed(parameter):
        return Difference(np.inf, False, f"its shape is {array.shape}, the parameter's {parameter.shape}")
    flat = array.reshape(-1)[entries]
    if not np.all(np.isfinite(flat)):
        return Difference(np.inf, False, "it holds inf or nan")
    larger = np.maximum(np.abs(flat), np.abs(slope))
    apart = np.abs(flat - slope)
    largest = larger.max(initial=0.0)
    ok = bool(np.all(apart <= RELATIVE * larger + slack * largest + ABSOLUTE * scale))
    fits = np.broadcast_shapes(array.shape, parameter.shape) == parameter.shape
    return Difference(float(apart.max(initial=0.0) / max(largest, 1e-12)), ok, fits=fits)


def _squeezed(array: ndarray) -> tuple[int, ...]:
    return tuple(length for length in array.shape if length != 1)
