"""The one rule that all parameters, or most, are moved by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chainrule.checking.reading.program import Program
from chainrule.checking.updates import linear
from chainrule.checking.updates.adaptive import Constants, Simulated, Spec, simulate
from chainrule.checking.updates.constants import Tries
from chainrule.checking.updates.linear import Fit, proportional
from chainrule.checking.updates.rules_table import KNOWN, near_misses
from chainrule.checking.updates.sample import Sample


@dataclass(frozen=True)
class Adaptive:
    """An adaptive rule that reproduces moves."""

    spec: Spec
    constants: Constants
    fits: tuple[Fit | None, ...]

    @property
    def explained(self) -> int:
        """How many parameters it explains."""
        return sum(one is not None for one in self.fits)

    @property
    def steady(self) -> bool:
        """Whether every parameter has one rate throughout."""
        return all(one.steady for one in self.fits if one is not None)


def linear_fits(samples: Sequence[Sample]) -> list[list[Fit]]:
    """Return, for each parameter, the linear rules that explain its moves, simplest first."""
    return [
        [fit for rule in linear.RULES if (fit := rule(one.moves, one.gradients, one.before, one.whole)) is not None]
        for one in samples
    ]


def adaptive_fit(samples: Sequence[Sample], program: Program, does: Callable[[str], bool]) -> Adaptive | None:
    """Return the adaptive rule, right or wrong, that explains most; a right one where both do."""
    tries = Tries(program)
    known = _best(samples, KNOWN, tries)
    if known is not None and known.steady and known.explained == len(samples):
        return known
    wrong = [spec for spec in near_misses() if not spec.only_if or does(spec.only_if)]
    missed = _best(samples, wrong, tries)
    options = [one for one in (known, missed) if one is not None]
    return max(options, key=lambda one: (one.explained, one.steady), default=None)


def _best(samples: Sequence[Sample], specs: Sequence[Spec], tries: Tries) -> Adaptive | None:
    pilots = sorted(samples, key=lambda one: -one.gradients.shape[1])[:2]
    best: Adaptive | None = None
    for spec in specs:
        for constants in tries.of(spec):
            if not any(fit_of(spec, constants, one) for one in pilots):
                continue
            found = Adaptive(spec, constants, tuple(fit_of(spec, constants, one) for one in samples))
            if found.explained * 2 < len(samples):
                continue
            if best is None or (found.explained, found.steady) > (best.explained, best.steady):
                best = found
            if best.steady and best.explained == len(samples):
                return best
    return best


def simulated(spec: Spec, constants: Constants, sample: Sample) -> Simulated:
    """Return what a rule makes of a parameter's gradients."""
    return simulate(spec, constants, sample.gradients)


def fit_of(spec: Spec, constants: Constants, sample: Sample) -> Fit | None:
    """Return the rates by which a rule reproduces a parameter's moves."""
    rates = proportional(sample.moves, simulated(spec, constants, sample).direction, sample.before)
    if rates is None:
        return None
    fit = Fit(spec.name, {"rate": rates[-1]}, rates)
    return fit if sample.moves.shape[1] > 1 or fit.steady else None
