"""What happens between a program's functions while it trains: who is called with which rows, and what comes back."""

from __future__ import annotations

import sys
import types
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.reading.recognise.paths import follow, leaves
from chainrule.checking.reading.recognise.vocabulary import is_parameter, role
from chainrule.checking.teaching.data import Data
from chainrule.checking.teaching.trainer import Session
from chainrule.checking.trace import frozen

MOST_CALLS = 400

INNER = ("<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>")
"""Frames that are no functions of the program's own."""

Parameters = dict[str, ndarray]


@dataclass
class Call:
    """One call of a function of the file."""

    function: str
    arguments: dict[str, Any]
    rows: ndarray | None
    """Which rows of the training data it was given."""
    foreign: bool
    """Whether it was given other data."""
    labels: ndarray | None
    parameters: Parameters
    """As they were when it was called."""
    kept: list[tuple[Any, Any]]
    """Arrays of the network, with the way to each: some keep their gradients there."""
    caller: dict[str, Any]
    """Numbers among the caller's variables."""
    returned: Any = None


class Recorder:
    """Notes the calls that a training makes."""

    def __init__(self, filename: str, data: Data, session: Session) -> None:
        self._filename, self._data, self._session = filename, data, session
        self.calls: list[Call] = []
        self._open: dict[types.FrameType, Call] = {}
        self._depth = 0

    def run(self) -> Any:
        """Train, and return what comes of it."""
        before = sys.getprofile()
        sys.setprofile(self._event)
        try:
            return self._session.start()
        finally:
            sys.setprofile(before)

    def parameters(self) -> Parameters:
        """Return a copy of the network's parameters."""
        model = self._session.model
        return {name: np.array(follow(model, path)) for name, path in self._session.places.items()}

    def _event(self, frame: types.FrameType, event: str, value: Any) -> None:
        if frame.f_code.co_filename != self._filename or event not in ("call", "return"):
            return
        if frame.f_code.co_name in INNER:
            return
        if event == "return":
            self._depth -= 1
            if (call := self._open.pop(frame, None)) is not None:
                call.returned = frozen(value, depth=3)
            return
        self._depth += 1
        if self._depth > 1 and len(self.calls) < MOST_CALLS:
            self._open[frame] = call = self._call(frame)
            self.calls.append(call)

    def _call(self, frame: types.FrameType) -> Call:
        code = frame.f_code
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        given = {name: frame.f_locals[name] for name in names}
        inputs = [value for name, value in given.items() if isinstance(value, ndarray) and role(name) in ("X", "")]
        rows = next((found for value in inputs if (found := self._data.rows(value)) is not None), None)
        labels = [self._data.classes(value) for name, value in given.items() if role(name) == "y" and value is not None]
        caller = frame.f_back.f_locals if frame.f_back is not None else {}
        return Call(
            function=code.co_name,
            arguments={name: frozen(value, depth=2) for name, value in given.items() if name != "self"},
            rows=rows,
            foreign=rows is None and any(role(name) == "X" for name in given),
            labels=next((one for one in labels if one is not None), None),
            parameters=self.parameters() if self._session.model is not None else _parameters_in(given),
            kept=[(path, np.array(value)) for path, value in leaves(self._session.model)]
            if self._session.model
            else [],
            caller={name: value for name, value in caller.items() if isinstance(value, int | float | np.number)},
        )


def _parameters_in(given: dict[str, Any]) -> Parameters:
    """Return the parameters among the arguments of a call."""
    found: Parameters = {}
    for argument, value in given.items():
        if role(argument) == "parameters" or is_parameter(argument):
            for path, array in leaves(value, (argument,)):
                name = next(step for step in reversed(path) if isinstance(step, str))
                if is_parameter(name):
                    found[name] = np.array(array)
    return found
