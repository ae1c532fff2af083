"""The check of one program: everything of it that has a loss and gradients, put together into one answer."""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from chainrule.checking import teaching
from chainrule.checking.answer import Answer, Verdict
from chainrule.checking.budget import Budget
from chainrule.checking.draws import draws
from chainrule.checking.examination import Examination, Part
from chainrule.checking.experiment import Experiment
from chainrule.checking.findings import Repair, fixed_text
from chainrule.checking.reading import CannotCheck, Loaded, Program, load
from chainrule.checking.repairs.greedy import Outcome
from chainrule.checking.repairs.judge import Judge, Judgement
from chainrule.checking.units import Function

SECONDS_FOR_LESSONS = 1.0
"""How long a program is looked at beyond its gradients."""

OTHER_LOSS = re.compile(r"superfluous|too many|another formula")
"""Mistakes that show nothing where the loss is only supposed: it may be another one, whose gradient has more to it."""

FRESH = 5001
"""The seed of the draws that prove a repair."""


def examine(program: Program, loaded: Loaded, *, with_marks: bool = True, budget: Budget | None = None) -> Answer:
    """Check every experiment of a loaded program, in the time that there is for it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what the program does, and of what its changes are made of
        return _examine(program, loaded, with_marks, budget or Budget())


def _examine(program: Program, loaded: Loaded, with_marks: bool, budget: Budget) -> Answer:
    start = time.monotonic()
    parts: list[Part] = []
    repaired: dict[str, Function] = {}
    for experiment in loaded.experiments:
        part = _examined(program, loaded, experiment, repaired, with_marks, budget)
        repaired |= part.repaired
        parts.append(part)
    verdicts = [part.verdict for part in parts]
    right = all(part.verdict is Verdict.CORRECT for part in parts)
    taught = teaching.lessons(program, loaded, gradients_right=right, seconds=SECONDS_FOR_LESSONS)
    verdicts += [Verdict.WRONG] if taught.findings else []
    order = (Verdict.WRONG, Verdict.ERROR, Verdict.CORRECT)
    conventions = {name: text for part in reversed(parts) for name, text in (part.conventions or {}).items()}
    return Answer(
        verdict=next(verdict for verdict in order if verdict in verdicts),
        target=replace(loaded.target, conventions={**loaded.target.conventions, **conventions}),
        gradients={name: check for part in parts for name, check in part.gradients.items()},
        findings=(*(finding for part in parts for finding in part.findings), *taught.findings),
        notes=(*loaded.notes, *(note for part in parts for note in part.notes), *taught.notes),
        marks=tuple(mark for part in parts for mark in part.marks),
        checked=(*_what_was_checked(loaded.experiments), *taught.checked),
        seconds=time.monotonic() - start,
    )


def _examined(
    program: Program,
    loaded: Loaded,
    experiment: Experiment,
    repaired: Mapping[str, Function],
    with_marks: bool,
    budget: Budget,
) -> Part:
    shown: list[Part] = []  # what of a reading that is only supposed was shown to be meant
    for one in experiment.readings():
        prove, label = _Reread(program, loaded, one), _label(loaded, one)
        part = Examination(loaded.units, one, prove, program, budget, label, repaired).run(with_marks)
        if part.verdict is Verdict.CORRECT:
            return part
        proved = [finding.verified for finding in part.findings]
        if not one.supposed and (any(proved) or one.otherwise is None):
            return part
        if one.supposed and proved and all(proved):
            if not any(OTHER_LOSS.search(finding.mistake) for finding in part.findings):
                shown.append(part)
            if len(proved) == 1:
                break
    if not shown:
        raise CannotCheck(_without_loss(program, experiment))
    return min(shown, key=lambda part: len(part.findings))


def _without_loss(program: Program, experiment: Experiment) -> str:
    """Return what is said of a network with gradients of no loss that is known."""
    return (
        f"{program.path}: {experiment.name} computes no loss, and its gradients are those of none that is known.\n"
        "Compute the loss where the gradients are computed, or call chainrule.check(function, parameters) from Python."
    )


def _label(loaded: Loaded, experiment: Experiment) -> str:
    """Return what stands before the names of gradients where several things are checked."""
    return f"{experiment.name}." if len(loaded.experiments) > 1 else ""


@dataclass(frozen=True)
class _Reread:
    """The proof of a repaired file: it is read as a program of its own and checked on fresh draws."""

    program: Program
    loaded: Loaded
    experiment: Experiment

    def __call__(self, outcome: Outcome, found: Sequence[Repair], forward: bool) -> Judgement | None:
        try:
            loaded = load(self.program.changed(fixed_text(self.program, found)), self.experiment.name)
            again = next(one for one in loaded.experiments if one.name == self.experiment.name)
            judgement = Judge(loaded.units, again, draws(again, seed=FRESH).all, forward).judge({})
        except Exception:  # the stranger's program, changed: whatever it raises is no proof
            return None
        return judgement if judgement.complete else None


def _what_was_checked(experiments: Sequence[Experiment]) -> list[str]:
    return [
        f"{experiment.name}: gradients beside nudged numbers in float64, "
        + (f"{len(experiment.sizes)} sizes" if len(experiment.sizes) > 1 else "the sizes that it has")
        + (", with the penalty and without" if experiment.takes_reg else "")
        for experiment in experiments
    ]
