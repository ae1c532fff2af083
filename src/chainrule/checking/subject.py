"""What is checked: one training, or the calls of one function, with the judgement that it gets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy import ndarray

from chainrule.checking.judge import Court, Judgement, Point
from chainrule.checking.labels import Truths
from chainrule.checking.reading.program import Program
from chainrule.checking.record.run import Limits, Run, record
from chainrule.checking.record.tape import refs
from chainrule.checking.roles.problem import Objective, Origin, Problem
from chainrule.checking.roles.steps import step_problem
from chainrule.checking.roles.training import Training, enough, training

STEPS = 4
"""Steps of training that are recorded."""

JUDGED = 2
"""The step that is judged, if there are so many: momentum has come up, biases are not what they began with."""


Hint = tuple[Origin, str]
"""A loss: how it is known, and its name."""


MOST_OBJECTIVES = 30
"""Losses that one problem is judged by."""


class Subject(Protocol):
    """Something with claimed gradients."""

    name: str
    kind: str
    program: Program

    @property
    def run(self) -> Run:
        """A run of the program."""

    @property
    def judgement(self) -> Judgement:
        """What its gradients are found to be; of several calls, that of the first which is wrong."""

    @property
    def score(self) -> int:
        """How many claimed gradients are right, in all calls."""

    def otherwise(self) -> Sequence[Subject]:
        """Return the same with other losses that may be meant."""

    def again(self, program: Program) -> Subject | None:
        """Return the same of another text of the program; None if it is no longer there."""

    def insisting(self, hint: Hint) -> Subject:
        """Return the same, judged by one loss and no other."""

    def rerun(self, statements: Collection[int], wanted: Callable[[int, int], bool]) -> Run:
        """Run the program again with some statements watched."""


@dataclass
class TrainedSubject:
    """The training that a program does when it is run."""

    program: Program
    run: Run
    training: Training
    hint: Hint | None = None
    """The objective of the program that this one is a repaired version of."""
    insists: bool = False
    """Whether no other objective is looked at."""
    name: str = "training"
    kind: str = "script"

    @property
    def step(self) -> int:
        """The step that is judged."""
        return self._judged[0]

    @property
    def problem(self) -> Problem:
        """The step as a problem."""
        return self._judged[1]

    @property
    def judgement(self) -> Judgement:
        """The judgement by the loss that explains most."""
        return self._judged[2]

    @cached_property
    def _judged(self) -> tuple[int, Problem, Judgement]:
        """Judge a step: not the first, in which much is zero, if there is another in which less is."""
        last = min(JUDGED, len(self.training.steps) - 1)
        found = [self._judged_at(last)]
        while not found[-1][2].right and _is_dead(found[-1][2]) and found[-1][0] > 0:
            found.append(self._judged_at(found[-1][0] - 1))
        return min(found, key=lambda one: (_is_dead(one[2]), -one[0]))

    def _judged_at(self, step: int) -> tuple[int, Problem, Judgement]:
        problem = step_problem(self.training, step)
        return step, problem, best_judgement(problem, self.hint, self.insists)

    @property
    def score(self) -> int:
        """How many claimed gradients are right."""
        return self.judgement.count_right

    def otherwise(self) -> Sequence[Subject]:
        """Return the same with other losses supposed, where no claim is right under the one that was chosen."""
        chosen = self.judgement
        if chosen.objective.origin is not Origin.SUPPOSED or 2 * chosen.count_right > len(chosen.claims):
            return []
        usual = supposed_by_output(self.problem, chosen)
        return [
            replace(self, hint=(one.origin, one.name), insists=True)
            for one in usual
            if one.name != chosen.objective.name
        ][:3]

    def insisting(self, hint: Hint) -> Subject:
        """Return the same, judged by one loss and no other."""
        return replace(self, hint=hint, insists=True)

    def again(self, program: Program) -> Subject | None:
        """Return the training of another text of the program."""
        known = self.judgement.objective
        hint = self.hint if self.insists and self.hint is not None else (known.origin, known.name)
        return trained(program, hint, True)

    def rerun(self, statements: Collection[int], wanted: Callable[[int, int], bool]) -> Run:
        """Run the program again with some statements watched."""
        return record(self.program, enough=enough(STEPS), watched=statements, watching=wanted)


def _is_dead(judgement: Judgement) -> bool:
    """Return whether a gradient is zero where the program is that is none elsewhere: no unit of a layer is active."""
    if not judgement.points:
        return True
    here, *others = judgement.points
    return any(
        not np.any(here.truths[n]) and any(np.any(one.truths[n]) for one in others) for n in range(len(here.truths))
    )


def trained(program: Program, hint: Hint | None = None, insists: bool = False) -> TrainedSubject | None:
    """Return what a program trains when it is run; None if it trains nothing."""
    run = record(program, enough=enough(STEPS), limits=Limits())
    return trained_of(program, run, hint, insists)


def trained_of(program: Program, run: Run, hint: Hint | None = None, insists: bool = False) -> TrainedSubject | None:
    """Return what was trained in a run."""
    found = training(run.tape)
    return None if found is None else TrainedSubject(program, run, found, hint, insists)


def supposed_by_output(problem: Problem, judgement: Judgement) -> list[Objective]:
    """Return the supposed losses of a problem, one of each name, the one first that fits the output layer."""
    values = judgement.points[0].values if judgement.points else None
    if values is None:
        return []
    found: dict[str, tuple[float, Objective]] = {}
    for objective in problem.objectives:
        if objective.origin is Origin.SUPPOSED and "absolute" not in objective.name:
            outputs = [np.asarray(values.seen[place], float) for place in objective.places if place in values.seen]
            found.setdefault(objective.name, (_fits_output(objective.name, outputs), objective))
    return [objective for _, objective in sorted(found.values(), key=lambda pair: -pair[0])]


def _fits_output(name: str, outputs: list[ndarray]) -> float:
    """Return how usual a loss is for what the last layer gives: shares of one, numbers between 0 and 1, any numbers."""
    shares = bool(outputs) and all(
        any(one.ndim > axis and one.shape[axis] > 1 and np.allclose(one.sum(axis), 1) for axis in (0, 1))
        for one in outputs
    )
    between = bool(outputs) and all(np.all((one > 0) & (one < 1)) for one in outputs)
    name = name.partition(" of ")[0]
    order = {
        "cross-entropy": 3.0 if shares else 0.5,
        "binary cross-entropy": 1.5 if between and not shares else 0.4,
        "squared error": 2.0 if not shares else 1.0,
        "absolute error": 0.1,
    }
    return order.get(name, 0.0)


def best_judgement(problem: Problem, hint: Hint | None = None, insists: bool = False) -> Judgement:
    """Return the judgement by the loss under which most claims, and then most values, are true gradients.

    A loss that the program computes counts more than one that is supposed, if it is one of the usual ones at all.
    """
    court = Court(problem)
    found: list[tuple[tuple[float, ...], Judgement]] = []
    used = _used_by_claims(problem)
    supposed = _of_the_same_outputs(court, used)
    shown = _fits_output_of(court)
    meant = False
    for position, objective in enumerate(_believed(problem)):
        if insists and hint is not None and not _is_hinted(objective, hint):
            continue
        is_stated = objective.origin is not Origin.SUPPOSED
        if meant and not is_stated and not insists:
            break
        judgement = court.judge(objective, 2)
        usual = is_stated and (judgement.right or is_usual(judgement, supposed))
        meant = meant or usual
        preferred = hint is not None and (objective.origin, objective.name) == hint
        explained = 0.0 if judgement.right else _explained(judgement, problem) + shown(judgement)
        apart = not is_stated or not any(place.node in used for place in objective.places)
        whole = usual and not _is_part(problem, objective)
        order = (apart, usual, whole, judgement.count_right, explained, preferred, is_stated, -position)
        found.append((order, judgement))
        if judgement.right and (position == 0 or not is_stated):
            break
    if not found:
        return court.judge(_nothing(), 1)
    rank, best = max(found, key=lambda pair: pair[0])
    return replace(court.judge(best.objective), usual=bool(rank[1]))


def _is_part(problem: Problem, objective: Objective) -> bool:
    """Return whether a number is a term of another that may be the loss."""
    tape = problem.tape
    for other in problem.objectives:
        if other is objective or other.origin is not Origin.STATED or len(other.places) > 1 or "+" in other.name:
            continue
        pending, seen = [other.places[0].node], set[int]()
        while pending:
            number = pending.pop()
            event = tape.events[tape.nodes[number].event]
            if number in seen or event.index < problem.start or np.size(tape.nodes[number].value) != 1:
                continue
            seen.add(number)
            if event.op in ("add", "iadd", "subtract"):
                pending += [ref.node for ref in refs(event.args)]
        if objective.places[0].node in seen - {other.places[0].node}:
            return True
    return False


def _of_the_same_outputs(court: Court, used: set[int]) -> list[Objective]:
    """Return the supposed losses of outputs that claims are computed from, or that are equal to such ones.

    A loss is often computed in a forward pass of its own; that of other examples is no loss of these claims.
    """
    seen = court.run(0)[1].seen
    supposed = [one for one in court.problem.objectives if one.origin is Origin.SUPPOSED]

    def outputs(objective: Objective) -> tuple[bytes, ...]:
        return tuple(sorted(np.asarray(seen.get(place, np.nan), float).tobytes() for place in objective.places))

    own = [one for one in supposed if all(place.node in used for place in one.places)]
    known = {outputs(one) for one in own}
    return own + [one for one in supposed if one not in own and outputs(one) in known]


def _used_by_claims(problem: Problem) -> set[int]:
    """Return the nodes of a window that claims are computed from: a loss of other outputs is another pass's."""
    tape = problem.tape
    pending = [place.node for one in problem.parameters for place in (*one.claims[:1], *(one.change or ()))]
    written: dict[int, list[int]] = {}
    for event in tape.events[problem.start : problem.end]:
        if event.output is None:
            written.setdefault(tape.nodes[event.args[0].node].storage, []).append(event.index)
    found: set[int] = set()
    while pending:
        number = pending.pop()
        node = tape.nodes[number]
        if number in found:
            continue
        found.add(number)
        events = [node.event, *written.get(node.storage, [])] if node.storage >= 0 else [node.event]
        for index in events:
            if problem.start <= index < problem.end:
                pending += [ref.node for ref in refs(tape.events[index].args)]
    return found


def _is_hinted(objective: Objective, hint: Hint) -> bool:
    """Return whether a loss is the one of a hint; of a supposed one the output may have got another name."""
    origin, name = hint
    if origin is Origin.SUPPOSED:
        return objective.origin is origin and objective.name.partition(" of ")[0] == name.partition(" of ")[0]
    return (objective.origin, objective.name) == hint


def _believed(problem: Problem) -> list[Objective]:
    """Return the losses that a problem is judged by: nobody trains by absolute errors without saying so."""
    found = [one for one in problem.objectives if not (one.origin is Origin.SUPPOSED and "absolute" in one.name)]
    return found[: MOST_OBJECTIVES if problem.end - problem.start < 1200 else MOST_OBJECTIVES // 2]


def is_usual(judgement: Judgement, supposed: Sequence[Objective]) -> bool:
    """Return whether a loss that is computed has the gradient, at some output, of one of the usual losses."""
    for objective in supposed:
        if objective.name.startswith("absolute"):
            continue
        scales = [same_direction(point, objective) for point in judgement.points]
        known = [one for one in scales if one is not None]
        if not known or _count(judgement.points[0], objective) * len(known) < 2:
            continue  # of one number everything is a multiple
        if len(known) == len(scales) and np.ptp(known) <= 1e-6 * max(abs(one) for one in known):
            return True
    return False


def _count(point: Point, objective: Objective) -> int:
    """Return how many numbers a loss is computed from."""
    return sum(np.size(point.values.seen.get(place, ())) for place in objective.places)


def same_direction(point: Point, objective: Objective) -> float | None:
    """Return the multiple of another loss's gradient at the outputs that a loss's is; None if it is none."""
    seen = point.values.seen
    if any(seen.get(place) is None for place in objective.places):
        return None
    scales = []
    for place, usual in objective.seeds(seen):
        true = point.gradients.made.get(place.node)
        if true is None:
            return None
        flat, wanted = np.ravel(true), np.ravel(usual)
        square = float(wanted @ wanted)
        if flat.shape != wanted.shape or not square:
            return None
        scale = float(flat @ wanted) / square
        if np.max(np.abs(flat - scale * wanted)) > 1e-6 * max(float(np.max(np.abs(flat))), 1e-300):
            return None
        scales.append(scale)
    same = bool(scales) and np.ptp(scales) <= 1e-6 * max(abs(one) for one in scales)
    return scales[0] if same else None


def _fits_output_of(court: Court) -> Callable[[Judgement], float]:
    values = court.run(0)[1]

    def shown(judgement: Judgement) -> float:
        objective = judgement.objective
        if objective.origin is not Origin.SUPPOSED:
            return 3.0
        outputs = [np.asarray(values.seen[place], float) for place in objective.places if place in values.seen]
        return _fits_output(objective.name, outputs)

    return shown


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
