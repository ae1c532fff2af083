"""The same twice: whether two calls with the same numbers give the same loss and gradients."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Case, Result
from chainrule.checking.teaching.record import Lessons
from chainrule.checking.teaching.reruns import seeded, unrestored
from chainrule.checking.teaching.subject import Subject
from chainrule.checking.trace import Event, Watch

SAME = 1e-9

Around = Callable[[], AbstractContextManager[None]]


def twice_the_same(subject: Subject) -> Lessons:
    """Call with other random numbers, and again without a fresh start."""
    if subject.is_loop:
        return Lessons()  # a turn of training draws a batch and moves the parameters: it is meant to differ
    case = subject.draw(1)
    lines: list[int] = []
    first = case.run()
    with seeded(12345, subject.filename, lines):
        other = case.run()
    if lines:
        return subject.note(
            "the random numbers are seeded anew in every call: whatever is drawn between calls (batches, dropout) is "
            "then the same in each. Seed once, before training",
            lines[0],
        )
    if not _same(first, other):
        line = _departs(subject, case, nullcontext, lambda: seeded(12345, subject.filename, []))
        return subject.note(
            f"two calls with the same weights and data give different losses ({first.loss:.4f} and {other.loss:.4f}): "
            "random numbers are drawn here. A gradient check needs them switched off, or seeded before each call",
            line,
        )
    if "loss" in subject.experiment.conventions:
        return Lessons()  # the loss is ours, and the program may have made a step: it is meant to differ
    return _in_a_row(subject, case)


def _in_a_row(subject: Subject, case: Case) -> Lessons:
    first = case.run()
    with unrestored():
        second = case.run()
    if _same(first, second):
        return Lessons(checked=("two calls in a row: the same loss and the same gradients",))
    line = _departs(subject, case, nullcontext, unrestored)
    if not _close(first.loss, second.loss):
        what = f"the loss is {first.loss:.4f} in the first and {second.loss:.4f} in the second"
    else:
        name = next(name for name in first.gradients if not _close(first.gradients[name], second.gradients.get(name)))
        what = f"the gradient of {name} is another in the second"
    return subject.note(f"two calls in a row differ: {what}. Something is kept from the call before", line)


def _departs(subject: Subject, case: Case, one: Around, other: Around) -> int | None:
    """Return the line of the first value that differs between two runs."""
    units = subject.loaded.units
    watch = Watch(units, {key: unit.node for key, unit in units.live.items()})
    with watch.installed():
        with one():
            _, before = watch.record(case)
        with other():
            _, after = watch.record(case)
    event = _first_difference(before, after)
    statement = watch.sites[event[0]].statement if event is not None else None
    return statement.lineno if statement is not None else None


def _first_difference(before: dict[Event, ndarray], after: dict[Event, ndarray]) -> Event | None:
    return next((event for event, value in before.items() if not _close(value, after.get(event))), None)


def _same(one: Result, other: Result) -> bool:
    return _close(one.loss, other.loss) and all(
        _close(value, other.gradients.get(name)) for name, value in one.gradients.items()
    )


def _close(one: float | ndarray, other: float | ndarray | None) -> bool:
    if other is None or np.shape(one) != np.shape(other):
        return False
    return bool(np.allclose(one, other, rtol=SAME, atol=SAME, equal_nan=True))
