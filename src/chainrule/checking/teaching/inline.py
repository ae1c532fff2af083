"""Batches of a training that does everything in one function: read off its variables when the parameters move."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.reading.recognise.paths import follow, leaves
from chainrule.checking.reading.recognise.vocabulary import is_parameter, role
from chainrule.checking.teaching.batch import Batch
from chainrule.checking.teaching.data import Data
from chainrule.checking.teaching.trainer import Session, Trainer


@dataclass
class Inline:
    """Watches one training, line by line."""

    trainer: Trainer
    data: Data
    session: Session
    batches: list[Batch] = field(default_factory=list)
    _before: list[ndarray] = field(default_factory=list)
    _used: tuple[Any, Any] = (None, None)

    def run(self) -> None:
        """Train under the interpreter's own tracing, which is given back as it was."""
        code = self.trainer.unit.function.__code__
        before = sys.gettrace()
        sys.settrace(lambda frame, *_: self._line if frame.f_code is code else None)
        try:
            self.session.start()
        finally:
            sys.settrace(before)

    def _line(self, frame: types.FrameType, *_: Any) -> Any:
        variables = frame.f_locals
        now = [np.array(value) for value in self._parameters(variables)]
        pairs = zip(now, self._before, strict=False)
        if len(now) == len(self._before) and not all(np.array_equal(one, other) for one, other in pairs):
            self._moved(variables)
        self._before = now
        return self._line

    def _parameters(self, variables: dict[str, Any]) -> Iterator[Any]:
        model = self.session.model
        if model is not None:
            yield from (follow(model, path) for path in self.session.places.values())
            return
        for name, value in variables.items():
            if isinstance(value, ndarray) and is_parameter(name):
                yield value
            elif isinstance(value, dict) and role(name) == "parameters":
                yield from (array for _, array in leaves(value))

    def _moved(self, variables: dict[str, Any]) -> None:
        """Note the smallest rows and labels at hand; those of an earlier step are not noted again."""
        rows, labels = self._smallest(variables, "X"), self._smallest(variables, "y")
        if rows is None or labels is None or self._used[0] is rows or self._used[1] is labels:
            return
        self._used = rows, labels
        places, classes = self.data.rows(rows), self.data.classes(labels)
        if places is not None and classes is not None and len(places) == len(classes):
            self.batches.append(Batch(places, classes))

    def _smallest(self, variables: dict[str, Any], meaning: str) -> ndarray | None:
        own = [value for name, value in variables.items() if isinstance(value, ndarray) and role(name) == meaning]
        return min(own, key=lambda value: value.size, default=None)
