"""Scores of +-1000: whether the loss stays a number, and the line where it does not."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Case, Result, attempt
from chainrule.checking.teaching.output_layer import OutputLayer, output_layer
from chainrule.checking.teaching.record import Lessons
from chainrule.checking.teaching.subject import Subject
from chainrule.checking.trace import Watch
from chainrule.checking.wording import formula

LARGEST = 1000.0


def large_scores(subject: Subject) -> Lessons:
    """Run a cross-entropy at large scores, first far from zero, then far apart."""
    convention = subject.convention(subject.draw(1))
    if convention is None or "cross-entropy" not in convention.loss:
        return Lessons()
    softmax = convention.loss.startswith("softmax")
    changes: list[tuple[Callable[[OutputLayer], None], str]] = []
    if softmax:
        changes.append((lambda layer: layer.shift(LARGEST), _SHIFTED))
    changes.append((lambda layer: layer.stretch(LARGEST), _APART if softmax else _APART_LOGISTIC))
    for change, words in changes:
        case = subject.draw(1)
        layer = output_layer(case, convention)
        if layer is None:
            return Lessons()
        change(layer)
        outcome = attempt(case)
        if isinstance(outcome, Exception):
            return Lessons()
        if "loss" in subject.experiment.conventions:  # the loss is ours, not computed by the program
            if not _finite_gradients(outcome):
                return _said(subject, case, outcome, words.replace("the loss becomes {loss}", "gradients are lost"))
        elif not np.isfinite(outcome.loss):
            if words is not _SHIFTED and _finite_gradients(outcome):
                return Lessons(checked=(_ROUNDED.format(loss=outcome.loss),))
            return _said(subject, case, outcome, words)
    if "loss" in subject.experiment.conventions:
        return Lessons(checked=("gradients at scores of -1000 and 1000: finite",))
    return Lessons(checked=("loss at scores of -1000 and 1000: finite",))


_SHIFTED = (
    "the loss becomes {loss} where scores are around -1000 or 1000, though they differ by little: {reason}. Subtract "
    "each example's own largest score before the exponential; nothing else changes by it"
)
_APART = (
    "the loss becomes {loss} where scores are 1000 apart, and gradients are lost: {reason}. Written as "
    "log(sum(exp(scores - max))) minus the true class's score it stays finite"
)
_APART_LOGISTIC = (
    "the loss becomes {loss} where scores reach 1000, and gradients are lost: {reason}. Written with "
    "np.logaddexp(0, -score) it stays finite"
)
_ROUNDED = (
    "scores of -1000 and 1000: the loss is {loss}, the logarithm of a probability that is 0; the gradients stay finite"
)


def _said(subject: Subject, case: Case, outcome: Result, words: str) -> Lessons:
    place = _first_lost(subject, case)
    reason = place.reason if place is not None else "a value on the way is no longer finite"
    message = words.format(loss=outcome.loss, reason=reason)
    return subject.note(message, place.line if place is not None else None)


def _finite_gradients(outcome: Result) -> bool:
    return all(np.isfinite(one).all() for one in outcome.gradients.values())


@dataclass(frozen=True)
class _Lost:
    """Where a value is lost."""

    line: int
    reason: str


def _first_lost(subject: Subject, case: Case) -> _Lost | None:
    """Return the first statement whose result is not finite: an infinity that is divided away in it does no harm."""
    units = subject.loaded.units
    watch = Watch(units, {key: unit.node for key, unit in units.live.items()})
    with watch.installed():
        _, events = watch.record(case)
    lost = [(watch.sites[site], value) for (site, _), value in events.items() if not np.isfinite(value).all()]
    statement = next((site.statement for site, _ in lost if site.assigned and site.statement is not None), None)
    if statement is None:
        return None
    site, value = next((site, value) for site, value in lost if site.statement is statement)
    return _Lost(statement.lineno, f"{_what(site.expression, value)} in `{formula(statement)}`")


def _what(expression: ast.expr, value: ndarray) -> str:
    text = ast.unparse(expression)
    if "log" in text:
        return "the logarithm of 0 is taken"
    if "exp(" in text and not np.isnan(value).any():
        return "the exponential overflows"
    return "0 is divided by 0" if np.isnan(value).any() else "a number overflows"
