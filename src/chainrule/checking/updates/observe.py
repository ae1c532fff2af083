"""What an update was given and what it did, step by step, in numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.judge import TOLERANCE, Claim, Judgement, State
from chainrule.checking.record.tape import Event, Tape
from chainrule.checking.roles.steps import path, place_before, place_of
from chainrule.checking.roles.training import Training
from chainrule.checking.truth.replay import Place, Replay

MOST_STEPS = 10
MOST_EVENTS = 60_000


@dataclass(frozen=True)
class Series:
    """One parameter over the first steps of training."""

    number: int
    """In ``training.parameters``."""
    name: str
    claim: Claim
    scale: float
    """The gradient that the program has is so many times that of the objective."""
    gradient: Place
    """Where the right gradient is, in the step that was judged; ``used`` tells whether it moves the parameter."""
    used: bool
    places: tuple[Place, ...]
    """Where the gradient is in every step."""
    before: ndarray
    """Flattened, one row a step."""
    after: ndarray
    gradients: ndarray

    @property
    def moves(self) -> ndarray:
        """What each step adds."""
        return np.asarray(self.after - self.before)


class Windows:
    """The steps of training with their events, found again from step to step by where they stand in the text."""

    def __init__(self, training: Training) -> None:
        self.training = training
        self.tape: Tape = training.flow.tape
        last = training.steps[0].end
        self.count = 0
        self.first = 0
        """The first step that is whole: what comes before the second's is not always."""
        for step in training.steps[:MOST_STEPS]:
            if self.count >= 3 and step.end - training.steps[0].start > MOST_EVENTS:
                break
            last, self.count = step.end, self.count + 1
        self.end = last
        self._by_path = [self._paths(k) for k in range(self.count)]
        if self.count > 3 and (len(self._by_path[0]) * 2 < len(self._by_path[1]) or self._odd_start()):
            self.first = 1

    def _odd_start(self) -> bool:
        """Return whether the first step has other sums than the second: it began in the middle of one."""
        first, second = (step.moves for step in self.training.steps[:2])
        return any(len(first[n].links) != len(second[n].links) for n in first if n in second)

    def _paths(self, number: int) -> dict[tuple[int, ...], list[int]]:
        found: dict[tuple[int, ...], list[int]] = {}
        for event in self.window(number):
            found.setdefault(path(self.tape, event), []).append(event.index)
        return found

    def window(self, number: int) -> list[Event]:
        """Return the events of a step."""
        step = self.training.steps[number]
        return self.tape.events[step.start : step.end]

    def analogues(self, event: int, number: int) -> list[Place] | None:
        """Return where the result of an event of step ``number`` is in each step; None if it is not in all of them."""
        key = path(self.tape, self.tape.events[event])
        if number >= self.count or event not in self._by_path[number].get(key, ()):
            return None
        position = self._by_path[number][key].index(event)
        count = len(self._by_path[number][key])
        places = []
        for paths in self._by_path[self.first :]:
            there = paths.get(key, [])
            if len(there) != count:
                return None
            places.append(result_of(self.tape, there[position]))
        return places


def result_of(tape: Tape, index: int) -> Place:
    """Return where the result of an event is."""
    event = tape.events[index]
    if event.output is None:
        return Place(event.args[0].node, index + 1)
    node = event.output if isinstance(event.output, int) else event.output[0]
    return Place(node, index + 1)


@dataclass
class Observed:
    """All parameters that move, with their gradients."""

    windows: Windows
    number: int
    """Of the step that was judged."""
    scale: float
    series: list[Series]
    doubtful: list[Claim]
    """Claims that are no true gradients, where no true one is at hand either."""
    seen: dict[Place, Any]


def observe(training: Training, judgement: Judgement) -> Observed | None:
    """Return gradients and moves; None if nothing can be said."""
    number = judged_step(training, judgement)
    if number is None or not judgement.points:
        return None
    multiples = [_multiples(claim, judgement) for claim in judgement.claims]
    scale = _common(multiples)
    if scale is None and any(_decays(claim) for claim in judgement.claims):
        scale = 1.0  # (gradients with weight decay in them; those without are found by their numbers)
    if scale is None:
        return None
    windows = Windows(training)
    flow = training.flow
    chosen: list[tuple[int, Claim, Place, bool, float, list[Place]]] = []
    doubtful = []
    for n, claim, those in zip(training.steps[number].moves, judgement.claims, multiples, strict=False):
        found = _gradient(claim, those, judgement, scale)
        places = windows.analogues(found[0].time - 1, number) if found is not None else None
        if found is None or places is None:
            doubtful.append(claim)
            continue
        chosen.append((n, claim, *found, places))
    wanted: set[Place] = set()
    ends: dict[int, list[tuple[Place, Place]]] = {}
    for n, *_, places in chosen:
        steps = training.steps[windows.first : windows.count]
        ends[n] = [(place_before(flow, s.moves[n].old, s.start), place_of(flow, s.moves[n].new)) for s in steps]
        wanted.update(places, *ends[n])
    seen = Replay(flow.tape, training.steps[windows.first].start, windows.end).run((), wanted).seen
    series = []
    for n, claim, place, used, own, places in chosen:
        rows = [[_flat(seen.get(one)) for one in column] for column in (*zip(*ends[n], strict=True), places)]
        sizes = {row.size for column in rows for row in column}
        if len(sizes) == 1:
            before, after, gradients = (np.array(column) for column in rows)
            if all(np.all(np.isfinite(one)) for one in (before, after, gradients)):
                series.append(
                    Series(n, claim.parameter.name, claim, own, place, used, tuple(places), before, after, gradients)
                )
                continue
        doubtful.append(claim)
    return Observed(windows, number, scale, series, doubtful, seen) if series else None


def judged_step(training: Training, judgement: Judgement) -> int | None:
    """Return which step a judgement is of."""
    starts = [step.start for step in training.steps]
    return starts.index(judgement.problem.start) if judgement.problem.start in starts else None


def _multiples(claim: Claim, judgement: Judgement) -> dict[Place, float]:
    """Return the claims of a parameter that are a multiple of the truth at every point, nearest to the move first."""
    number = judgement.problem.parameters.index(claim.parameter)
    truth = np.concatenate([np.ravel(point.truths[number]) for point in judgement.points])
    size = float(truth @ truth)
    found: dict[Place, float] = {}
    if size == 0.0:
        return found
    for place in claim.parameter.claims:
        values = [point.values.seen.get(place) for point in judgement.points]
        if any(one is None or np.size(one) != np.size(judgement.points[0].truths[number]) for one in values):
            continue
        claimed = np.concatenate([np.asarray(one, float).ravel() for one in values])
        scale = float(claimed @ truth) / size
        if abs(scale) > 1e-12 and _close(claimed, scale * truth):
            found[place] = scale
    right = claim.state is State.RIGHT and claim.place in claim.parameter.claims and np.isfinite(claim.scale)
    if right and claim.place is not None:  # (one with weight decay in it is none of these)
        found.setdefault(claim.place, claim.scale)
    return found


def _common(multiples: list[dict[Place, float]]) -> float | None:
    """Return the number by which most parameters have a multiple of their gradient; 1 or -1 rather than others."""
    options = [scale for those in multiples for scale in reversed(those.values())]
    if not options:
        return None

    def explained(scale: float) -> int:
        return sum(any(same(one, scale) for one in those.values()) for those in multiples)

    return max(options, key=lambda scale: (explained(scale), same(scale, 1.0), same(abs(scale), 1.0)))


def _decays(claim: Claim) -> bool:
    """Return whether a gradient with some of the parameter in it moves it."""
    return bool(np.isfinite(claim.decay)) and 0 < abs(claim.decay) < 100 and abs(claim.scale) > 1e-9


def same(a: float, b: float) -> bool:
    """Return whether two numbers are one."""
    return abs(a - b) <= 1e-6 * max(abs(a), abs(b))


def _gradient(
    claim: Claim, multiples: dict[Place, float], judgement: Judgement, scale: float
) -> tuple[Place, bool, float] | None:
    """Return where the true gradient of a parameter is, whether it is among what moves it, and its scale."""
    common = [place for place, one in multiples.items() if same(one, scale)]
    if common:
        return common[0], True, scale
    if claim.state is State.RIGHT and claim.place in multiples and claim.place is not None:
        return claim.place, True, claim.scale
    number = judgement.problem.parameters.index(claim.parameter)
    truths = [point.truths[number] for point in judgement.points]
    place = equal_to(judgement, truths, scale)
    if place is not None:
        return place, _decays(claim), scale
    if multiples:
        return next(iter(multiples.items()))[0], True, next(iter(multiples.values()))
    return None


def equal_to(
    judgement: Judgement, truths: list[Any], scale: float, may: Callable[[int], bool] = lambda node: True
) -> Place | None:
    """Return the first place in the step whose value is so many times some numbers, at every point."""
    points = judgement.points
    targets = [scale * np.ravel(truth) for truth in truths]
    size = targets[0].size
    if max(float(np.max(np.abs(one), initial=0.0)) for one in targets) == 0.0:
        return None
    shape = np.shape(truths[0])
    for node, value in points[-1].values.made.items():
        if np.size(value) != size or not _one_shape(np.shape(value), shape):
            continue
        if judgement.problem.tape.events[judgement.problem.tape.nodes[node].event].op == "leaf" or not may(node):
            continue
        values = [point.values.made.get(node) for point in points]
        if all(one is not None and _close(np.ravel(one), target) for one, target in zip(values, targets, strict=True)):
            return Place(node, judgement.problem.tape.nodes[node].event + 1)
    return None


def _one_shape(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return a == b or [n for n in a if n > 1] == [n for n in b if n > 1]


def _close(value: ndarray, target: ndarray) -> bool:
    if value.dtype.kind not in "fiu" or value.size != target.size:
        return False
    return bool(np.max(np.abs(value - target)) <= TOLERANCE * np.max(np.abs(target)))


def _flat(value: Any) -> ndarray:
    return np.zeros(0) if value is None else np.asarray(value, float).ravel()
