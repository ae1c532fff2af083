"""Inputs and parameters left as they were: which line writes to an array that it was only lent."""

from __future__ import annotations

import sys
import types
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.experiment import Case, Result
from chainrule.checking.reading.recognise.paths import leaves
from chainrule.checking.reading.recognise.vocabulary import is_parameter, role
from chainrule.checking.teaching.record import Lessons
from chainrule.checking.teaching.subject import Subject

WORDS = {"X": "the inputs", "y": "the labels"}


def left_unchanged(subject: Subject) -> Lessons:
    """Run once, line by line, and see whether X, y or a parameter is another afterwards."""
    if subject.is_loop:
        return Lessons()
    case = subject.draw(1, reg=0.3 if subject.experiment.takes_reg else 0.0)
    lent = _Lent(subject.filename)
    result = lent.run(case)
    changed = [one for one in lent.changes if not _is_a_step(one, result)]
    if not changed:
        return Lessons(checked=("inputs, labels and parameters after the call: as they were",))
    first = changed[0]
    return subject.note(
        f"this line changes {first.words} in place: whoever called has another array afterwards, and a second call "
        "sees the changed one. Work on a copy, or write the result to a new array",
        first.line,
    )


@dataclass
class _Change:
    """An array that was lent to the program and changed by a line of it."""

    words: str
    name: str
    line: int
    before: ndarray
    array: ndarray


def _is_a_step(change: _Change, result: Result) -> bool:
    """Whether a parameter was moved along its gradient: the program makes its update in the same function."""
    gradient = result.gradients.get(change.name)
    if gradient is None or np.size(gradient) != change.before.size:
        return False
    moved = (change.array - change.before).ravel()
    along = float(np.dot(moved, np.ravel(gradient)))
    return abs(along) > 0.999 * float(np.linalg.norm(moved) * np.linalg.norm(gradient))


@dataclass
class _Lent:
    """Watches the arrays that the program's outermost calls are given."""

    filename: str
    changes: list[_Change] = field(default_factory=list)
    _held: list[tuple[str, str, ndarray, ndarray]] = field(default_factory=list)
    _line: int = 0

    def run(self, case: Case) -> Result:
        """Run a case under the interpreter's own tracing, which is given back as it was."""
        names = set(case.parameters)
        before = sys.gettrace()
        sys.settrace(lambda frame, event, _: self._enter(frame, names))
        try:
            return case.run()
        finally:
            sys.settrace(before)

    def _enter(self, frame: types.FrameType, names: set[str]) -> Any:
        if frame.f_code.co_filename != self.filename:
            return None
        caller = frame.f_back
        if caller is None or caller.f_code.co_filename != self.filename:
            self._hold(frame, names)
        return self._step

    def _step(self, frame: types.FrameType, event: str, _: Any) -> Any:
        self._look()
        self._line = frame.f_lineno
        return self._step

    def _hold(self, frame: types.FrameType, names: set[str]) -> None:
        code = frame.f_code
        for argument in code.co_varnames[: code.co_argcount]:
            for path, value in leaves(frame.f_locals[argument]):
                name = next((step for step in reversed(path) if isinstance(step, str)), argument)
                meaning = role(argument) if not path else ""
                if not isinstance(value, ndarray) or any(value is array for _, _, array, _ in self._held):
                    continue
                label = next((one for one in (name, *map(str, path)) if one in names), "")
                if meaning in WORDS:
                    self._held.append((f"{WORDS[meaning]} {argument}", "", value, value.copy()))
                elif label and is_parameter(label):
                    self._held.append((f"the parameter {label}", label, value, value.copy()))

    def _look(self) -> None:
        for number, (words, name, array, before) in enumerate(self._held):
            if not np.array_equal(array, before, equal_nan=array.dtype.kind == "f"):
                self.changes.append(_Change(words, name, self._line, before, array.copy()))
                self._held[number] = (words, name, array, array.copy())
