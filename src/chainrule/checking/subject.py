"""What is checked: one training, or the calls of one function, with the judgement that it gets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from chainrule.checking.judge import Court, Judgement
from chainrule.checking.labels import Truths
from chainrule.checking.reading.program import Program
from chainrule.checking.record.run import Limits, Run, record
from chainrule.checking.roles.problem import Objective, Origin, Problem
from chainrule.checking.roles.steps import step_problem
from chainrule.checking.roles.training import Training, enough, training

STEPS = 4
"""Steps of training that are recorded."""

JUDGED = 2
"""The step that is judged, if there are so many: momentum has come up, biases are not what they began with."""


class Subject(Protocol):
    """Something with claimed gradients."""

    name: str
    kind: str
    program: Program
    run: Run

    @property
    def judgement(self) -> Judgement:
        """What its gradients are found to be."""

    def again(self, program: Program) -> Subject | None:
        """Return the same of another text of the program; None if it is no longer there."""

    def rerun(self, statements: Collection[int], wanted: Callable[[int, int], bool]) -> Run:
        """Run the program again with some statements watched."""


@dataclass
class TrainedSubject:
    """The training that a program does when it is run."""

    program: Program
    run: Run
    training: Training
    hint: tuple[Origin, str] | None = None
    """The objective of the program that this one is a repaired version of."""
    name: str = "training"
    kind: str = "script"

    @cached_property
    def step(self) -> int:
        """The step that is judged."""
        return min(JUDGED, len(self.training.steps) - 1)

    @cached_property
    def problem(self) -> Problem:
        """The step as a problem."""
        return step_problem(self.training, self.step)

    @cached_property
    def judgement(self) -> Judgement:
        """The judgement by the loss that explains most."""
        return best_judgement(self.problem, self.hint)

    def again(self, program: Program) -> Subject | None:
        """Return the training of another text of the program."""
        known = self.judgement.objective
        return trained(program, (known.origin, known.name))

    def rerun(self, statements: Collection[int], wanted: Callable[[int, int], bool]) -> Run:
        """Run the program again with some statements watched."""
        return record(self.program, enough=enough(STEPS), watched=statements, watching=wanted)


def trained(program: Program, hint: tuple[Origin, str] | None = None) -> TrainedSubject | None:
    """Return what a program trains when it is run; None if it trains nothing."""
    run = record(program, enough=enough(STEPS), limits=Limits())
    return trained_of(program, run, hint)


def trained_of(program: Program, run: Run, hint: tuple[Origin, str] | None = None) -> TrainedSubject | None:
    """Return what was trained in a run."""
    found = training(run.tape)
    return None if found is None else TrainedSubject(program, run, found, hint)


def best_judgement(problem: Problem, hint: tuple[Origin, str] | None = None) -> Judgement:
    """Return the judgement by the loss under which most claims, and then most values, are true gradients."""
    court = Court(problem)
    found: list[tuple[tuple[float, ...], Judgement]] = []
    for position, objective in enumerate(problem.objectives):
        judgement = court.judge(objective, 2)
        preferred = hint is not None and (objective.origin, objective.name) == hint
        is_stated = objective.origin is not Origin.SUPPOSED
        found.append(((judgement.count_right, preferred, is_stated, -position), judgement))
        if is_stated and judgement.right and position == 0:
            break
    if not found:
        return court.judge(_nothing(), 1)
    most = max(rank[0] for rank, _ in found)
    if most < len(problem.parameters):
        found = [((*rank[:1], _explained(one, problem), *rank[1:]), one) for rank, one in found]
    _, best = max(found, key=lambda pair: pair[0])
    return court.judge(best.objective)


def _nothing() -> Objective:
    return Objective(Origin.SUPPOSED, "nothing", (), lambda values: 0.0, lambda values: [])


def _explained(judgement: Judgement, problem: Problem) -> float:
    """Return how many values of a step are true gradients under a loss."""
    if not judgement.points:
        return -1.0
    truths = Truths(judgement.points)
    tape = problem.tape
    found = 0
    made = [point.values.made for point in judgement.points]
    forward = set(judgement.points[0].gradients.made)
    for event in tape.events[problem.start : problem.end][:3000]:
        if isinstance(event.output, int) and event.output not in forward and all(event.output in one for one in made):
            found += truths.label([one[event.output] for one in made]) is not None
    return float(found)


def subjects(program: Program) -> tuple[Run, Sequence[Subject]]:
    """Run a program and return what there is to check of it."""
    run = record(program, enough=enough(STEPS), limits=Limits())
    found: list[Subject] = []
    first = trained_of(program, run)
    if first is not None:
        found.append(first)
    return run, found


