"""The program that the lessons are about."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from chainrule.checking.answer import Note
from chainrule.checking.experiment import Case, Experiment, Sizes
from chainrule.checking.objective import Convention, Objective
from chainrule.checking.reading import Loaded, Program
from chainrule.checking.reading.recognise.step_function import NAME as ONE_STEP
from chainrule.checking.teaching.record import Lessons
from chainrule.checking.units import Unit


@dataclass(frozen=True)
class Subject:
    """A loaded program, and what the gradient check said of it."""

    program: Program
    loaded: Loaded
    gradients_right: bool

    @property
    def experiment(self) -> Experiment:
        """What the answer is about."""
        return self.loaded.experiments[0]

    @property
    def filename(self) -> str:
        """The name under which the program's code was compiled."""
        return self.loaded.units.filename

    @property
    def is_network(self) -> bool:
        """Whether it is more than a single layer."""
        return self.experiment.expected is None and self.experiment.kind != "layers"

    @property
    def has_open_sizes(self) -> bool:
        """Whether it can be made with any number of features and hidden units."""
        sizes = self.experiment.sizes
        return len({one.D for one in sizes}) > 1 and len({one.hidden for one in sizes}) > 1

    @property
    def numpy(self) -> str:
        """The name that the program calls NumPy by."""
        names = self.loaded.namespace.items()
        return next((name for name, value in names if getattr(value, "__name__", "") == "numpy"), "np")

    @property
    def is_loop(self) -> bool:
        """Whether what is run is one turn of a training loop, which draws a batch and moves the parameters."""
        return any(unit.name == ONE_STEP for unit in self.loaded.units.live.values())

    def units(self) -> Iterator[tuple[str, Unit, ast.FunctionDef]]:
        """Yield the functions and methods of the file that are alive."""
        for key, unit in self.loaded.units.live.items():
            if isinstance(unit.node, ast.FunctionDef) and unit.name != ONE_STEP:
                yield key, unit, unit.node

    def draw(self, seed: int, sizes: Sizes | None = None, reg: float = 0.0) -> Case:
        """Draw a case, without a penalty unless told otherwise."""
        return self.experiment.draw(seed, reg, sizes or self.experiment.sizes[0])

    def convention(self, case: Case) -> Convention | None:
        """Return the stated objective that the loss of a case agrees with."""
        objective = Objective.of(case)
        try:
            return None if objective is None else objective.convention(case.run().loss)
        except IndexError:  # labels that are no classes
            return None

    def note(self, message: str, line: int | None = None) -> Lessons:
        """Return a note about a line of the program, or about all of it."""
        if line is None:
            return Lessons(notes=(Note(message),))
        return Lessons(notes=(Note(f"{self.program.place(line)}: {message}", self.program.file_line(line)),))
