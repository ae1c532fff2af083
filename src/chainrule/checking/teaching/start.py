"""The loss before anything is learnt: with weights near zero all C classes are equally likely, and it is log C."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping

import numpy as np

from chainrule.checking.experiment import Sizes
from chainrule.checking.teaching.record import Lessons
from chainrule.checking.teaching.subject import Subject

SMALL = 1e-6
"""Weights of this size leave the scores at zero, for six digits of the loss."""

CLOSE = 1e-4


def loss_at_the_start(subject: Subject) -> Lessons:
    """Compare the loss at weights near zero with log C, unless the program has another objective."""
    found = [(sizes, _loss(subject, sizes)) for sizes in subject.experiment.sizes[:2]]
    if not all(sizes.C > 1 for sizes, _ in found):
        return Lessons()
    sizes, loss = found[0]
    wanted = math.log(sizes.C)
    if abs(loss - wanted) < CLOSE:
        return Lessons(checked=(f"loss with weights near zero: {loss:.4f} = log {sizes.C}, of {sizes.C} classes",))
    if subject.convention(subject.draw(1)) is not None or not _takes_a_logarithm(subject):
        return Lessons()  # another objective, a sum for the mean: named elsewhere, and right
    meaning = next((name for name in _meanings(sizes) if all(_is(name, *one) for one in found)), None)
    if meaning is None:
        return Lessons()
    return subject.note(
        f"with weights near zero the loss is {loss:.4f}; log {sizes.C} = {wanted:.4f} is expected of {sizes.C} classes "
        f"that are equally likely. {loss:.4f} is {meaning}"
    )


def _takes_a_logarithm(subject: Subject) -> bool:
    units = subject.loaded.units.live.values()
    calls = [node.func for unit in units for node in ast.walk(unit.node) if isinstance(node, ast.Call)]
    return any("log" in ast.unparse(called) for called in calls)


def _loss(subject: Subject, sizes: Sizes) -> float:
    case = subject.draw(1, sizes)
    for parameter in case.parameters.values():
        parameter *= SMALL
    return float(np.real(case.run().loss))


def _meanings(sizes: Sizes) -> Mapping[str, float]:
    """Return what a loss at the start may be instead, by what that suggests."""
    N, log_c = sizes.N, math.log(sizes.C)
    return {
        "log(N C): the softmax is normalised over the whole batch, not over each example's scores": math.log(
            N * sizes.C
        ),
        "log(N): the softmax is normalised over the examples, not over the classes": math.log(N),
        "log(C) / N: the mean over the batch is taken twice": log_c / N,
        "log(C) / C: the mean is taken over the classes too": log_c / sizes.C,
        "-log(C): its sign is turned": -log_c,
    }


def _is(meaning: str, sizes: Sizes, loss: float) -> bool:
    return abs(_meanings(sizes)[meaning] - loss) < CLOSE
