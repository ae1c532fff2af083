"""From a program to what can be checked of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from chainrule.checking.answer import Note, Target
from chainrule.checking.experiment import Case, Experiment, Sizes
from chainrule.checking.reading.module import Module, run_once
from chainrule.checking.reading.program import Program
from chainrule.checking.reading.recognise.choose import chosen
from chainrule.checking.reading.recognise.epsilons import slack
from chainrule.checking.units import Units

SMALLER = 0.5
"""By what parameters are multiplied for a program with epsilons in its logarithms: these count where p is small."""


@dataclass(frozen=True)
class Loaded:
    """A program in memory, with what can be checked of it."""

    experiments: tuple[Experiment, ...]
    """The first is the one that the answer is about."""
    units: Units
    notes: tuple[Note, ...]
    namespace: dict[str, Any]
    target: Target


def load(program: Program, name: str = "") -> Loaded:
    """Run a program once and find what can be checked.

    Parameters
    ----------
    program : Program
    name : str
        A class or function of it, if the user named one.

    Raises
    ------
    CannotCheck
        If nothing is found; the message says what was seen.
    """
    module = run_once(program)
    experiments = [_with_slack(one, slack(program.tree)) for one in chosen(module, name)]
    first = experiments[0]
    target = Target(str(program.path), first.name, first.kind, first.conventions)
    return Loaded(tuple(experiments), module.units, tuple(module.notes), module.namespace, target)


def _with_slack(experiment: Experiment, amount: float) -> Experiment:
    """Return an experiment whose cases know what the epsilons of the program are worth."""
    if not amount:
        return experiment

    def draw(seed: int, reg: float, sizes: Sizes) -> Case:
        case = experiment.draw(seed, reg, sizes)
        case.slack = amount
        for parameter in case.parameters.values():
            parameter *= SMALLER
        return case

    otherwise = experiment.otherwise and _with_slack(experiment.otherwise, amount)
    return replace(experiment, draw=draw, otherwise=otherwise)


__all__ = ["Loaded", "Module", "load"]
