"""Are claimed gradients those of the loss? The chain rule says what they are, nudges say that it is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.record.tape import Event, Tape, refs
from chainrule.checking.roles.chains import ELEMENTWISE
from chainrule.checking.roles.problem import Objective, Origin, Parameter, Problem
from chainrule.checking.truth.replay import Place, Replay, Substitution, Values
from chainrule.checking.truth.sweep import Gradients, gradients

TOLERANCE = 1e-6
"""Relative difference of a gradient from the truth that is still rounding."""

POINTS = 3
"""Points of the parameters that are looked at: as recorded, and moved by chance."""


@dataclass
class Point:
    """The truth at one point of the parameters."""

    values: Values
    truths: list[Any]
    """By parameter."""
    penalties: list[Any]
    """The part of each truth that comes from terms of parameters alone."""
    gradients: Gradients
    substitutions: list[Substitution]


class State(StrEnum):
    """What a claimed gradient is."""

    RIGHT = "right"
    SCALED = "scaled"
    """The truth times a number that the others are not multiplied by."""
    PENALTY = "penalty"
    """The data's part is right, the penalty's is another multiple of its truth."""
    WRONG = "wrong"
    MISSING = "missing"
    """Nothing moves this parameter, or nothing that depends on the loss."""


@dataclass
class Claim:
    """What was found of one parameter."""

    parameter: Parameter
    state: State
    place: Place | None
    """The value that was judged."""
    scale: float = 1.0
    penalty_scale: float = 1.0
    error: float = np.inf
    """Largest difference from scale times truth, relative to its largest entry, of all points."""
    decay: float = 0.0
    """The multiple of the parameter that is added, where the loss has no penalty."""


@dataclass
class Judgement:
    """A problem with one objective, judged."""

    problem: Problem
    objective: Objective
    claims: list[Claim]
    points: list[Point] = field(repr=False, default_factory=list)
    replay: Replay | None = field(repr=False, default=None)
    usual: bool = False
    """Whether the program computes the loss, and it is a usual one of what the claims are computed from."""

    @property
    def right(self) -> bool:
        """Whether every claim is a true gradient, in one convention."""
        return all(claim.state is State.RIGHT for claim in self.claims)

    @property
    def count_right(self) -> int:
        """How many claims are true."""
        return sum(claim.state is State.RIGHT for claim in self.claims)


class Court:
    """Judges one problem, by one objective after the other; what they share is done once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.replay = Replay(problem.tape, problem.start, problem.end)
        places = [place for objective in problem.objectives for place in objective.places]
        for parameter in problem.parameters:
            places += [parameter.place, *parameter.claims]
            places += parameter.change or ()
        self._wanted = set(places)
        self._runs: dict[int, tuple[list[Substitution], Values]] = {}

    def judge(self, objective: Objective, points: int = POINTS) -> Judgement:
        """Judge the problem by one objective, at so many points."""
        made = [point for n in range(points) if (point := self._point(objective, n)) is not None]
        problem = self.problem
        _drop_what_is_no_penalty(problem, made)
        claims = (
            _claims(problem, made, objective) if made else [Claim(one, State.WRONG, None) for one in problem.parameters]
        )
        return Judgement(problem, objective, claims, made, self.replay)

    def run(self, number: int) -> tuple[list[Substitution], Values]:
        """Return the values at one point of the parameters."""
        if number not in self._runs:
            substitutions = [] if number == 0 else moved(self.problem, self.replay, number)
            self._runs[number] = substitutions, self.replay.run(substitutions, self._wanted, keep=True)
        return self._runs[number]

    def _point(self, objective: Objective, number: int) -> Point | None:
        substitutions, values = self.run(number)
        if values.error or any(values.seen.get(place) is None for place in objective.places):
            return None
        try:
            return _point(self.problem, objective, substitutions, values)
        except (ValueError, IndexError, TypeError):  # an array of another size there: entries chosen by a condition
            return None


def _drop_what_is_no_penalty(problem: Problem, points: Sequence[Point]) -> None:
    """Forget terms of parameters alone whose gradient is no multiple of the parameter: their data are numbers, too."""
    for n, parameter in enumerate(problem.parameters):
        for point in points:
            own = np.ravel(np.asarray(point.values.seen[parameter.place], float))
            alone = np.ravel(point.penalties[n])
            if not np.any(alone):
                continue
            scales = [float(alone @ other) / max(float(other @ other), 1e-300) for other in (own, np.sign(own))]
            close = [
                np.max(np.abs(alone - scale * other)) < 1e-6 * np.max(np.abs(alone))
                for scale, other in zip(scales, (own, np.sign(own)), strict=True)
            ]
            if not any(close) or own.size == 1:
                for one in points:
                    one.penalties = [np.zeros(np.shape(part)) for part in one.penalties]
                return


def judge(problem: Problem, objective: Objective, points: int = POINTS) -> Judgement:
    """Judge a problem by one objective."""
    return Court(problem).judge(objective, points)


def _point(problem: Problem, objective: Objective, substitutions: list[Substitution], values: Values) -> Point | None:
    tape = problem.tape

    def made(node: int) -> Any:
        return values.made.get(node, tape.nodes[node].value)

    at = [one.place for one in problem.parameters]
    seeds = objective.seeds(values.seen)
    found = gradients(tape, problem.start, problem.end, seeds, values.value, made, at)
    truths = [_filled(tape, place, found.wanted.get(place)) for place in at]
    if not all(np.all(np.isfinite(one)) for one in truths):
        return None
    alone = penalty_seeds(problem, objective, found)
    penalties = [np.zeros(np.shape(one)) for one in truths]
    if alone:
        part = gradients(tape, problem.start, problem.end, alone, values.value, made, at)
        penalties = [_filled(tape, place, part.wanted.get(place)) for place in at]
    return Point(values, truths, penalties, found, substitutions)


def moved(problem: Problem, replay: Replay, number: int) -> list[Substitution]:
    """Return parameters moved by chance from where they are."""
    random = np.random.default_rng(1000 + number)
    places = [one.place for one in problem.parameters]
    seen = replay.run((), places).seen
    result = []
    for place in places:
        value = np.asarray(seen[place], float)
        size = 0.2 + float(np.sqrt(np.mean(value**2)) if value.size else 0.0)
        # once around what is there, once drawn anew: masks that never bit may bite now
        new = (
            value + 0.3 * size * random.normal(size=value.shape)
            if number == 1
            else size * random.normal(size=value.shape)
        )
        result.append(Substitution(place, new if value.ndim else float(new)))
    return result


SUMS = frozenset(
    {"add", "subtract", "builtins.sum", "sum", "negative", "iadd", "isubtract", "item", "builtins.float", "mean"}
)


def penalty_seeds(problem: Problem, objective: Objective, found: Gradients) -> list[tuple[Place, Any]]:
    """Return the terms of the loss that are computed from parameters alone, with the gradients that reach them."""
    if objective.origin is not Origin.STATED:
        return []
    tape = problem.tape
    alone = _of_parameters_alone(problem)
    seeds, seen = [], set[int]()
    pending = [place.node for place in objective.places]
    while pending:  # from the loss back through sums: a term is what these end at
        number = pending.pop()
        node = tape.nodes[number]
        if number in seen or node.event < problem.start or np.size(node.value) != 1:
            continue
        seen.add(number)
        if number in alone:
            reached = found.made.get(number)
            if reached is not None:
                seeds.append((Place(number, node.event + 1), reached))
            continue
        event = tape.events[node.event]
        if event.op in SUMS or (event.op in ("multiply", "true_divide") and _one_number(tape, event, alone)):
            pending += [ref.node for ref in refs(event.args)]
    return seeds


def _one_number(tape: Tape, event: Event, alone: set[int]) -> bool:
    """Return whether a product is one with a number that is not computed in the step."""
    computed = [ref for ref in refs(event.args) if tape.events[tape.nodes[ref.node].event].op != "leaf"]
    return len(computed) == 1


def _of_parameters_alone(problem: Problem) -> set[int]:
    """Return the nodes of a window that are computed from parameters and plain numbers."""
    tape = problem.tape
    nodes = {one.place.node for one in problem.parameters}
    storages = {tape.nodes[node].storage for node in nodes} - {-1}
    found: set[int] = set()
    numbers: set[int] = set()
    for event in tape.events[problem.start : problem.end]:
        if not isinstance(event.output, int):
            continue
        given = [ref.node for ref in refs(event.args)]
        pure = [n for n in given if n in nodes or n in found or tape.nodes[n].storage in storages]
        rest = [n for n in given if n not in pure and not (n in numbers or _is_plain(tape, n, problem.start))]
        if pure and not rest:
            found.add(event.output)
        elif not rest and np.size(tape.nodes[event.output].value) == 1:
            numbers.add(event.output)
    return found


def _is_plain(tape: Tape, node: int, start: int) -> bool:
    made = tape.nodes[node]
    return np.size(made.value) == 1 and (made.event < start or tape.events[made.event].op == "leaf")


def _filled(tape: Tape, place: Place, value: Any) -> Any:
    shape = np.shape(tape.nodes[place.node].value)
    return np.zeros(shape) if value is None else np.asarray(value, float)


# --- comparing ------------------------------------------------------------------------------------------------------


def _claims(problem: Problem, points: Sequence[Point], objective: Objective) -> list[Claim]:
    sizes = [float(np.max(np.abs(point.truths[n]), initial=0.0)) for point in points for n in range(len(point.truths))]
    floor = 1e-9 * max(sizes, default=0.0)
    fits = [_fits(one, n, points, floor) for n, one in enumerate(problem.parameters)]
    first = [next((one for one in fit if one.error < TOLERANCE and not abs(one.scale) <= 1e-12), None) for fit in fits]
    is_call = problem.kind != "script" and objective.origin is not Origin.SUPPOSED
    common = 1.0 if is_call else _common_scale(first)
    of_mean = _scale_of_a_mean(problem, objective, first)
    usual = _usual_position(problem, first, common)
    found = []
    penalised = any(np.any(part) for point in points for part in point.penalties)
    for n, parameter in enumerate(problem.parameters):
        has_penalty = any(np.any(point.penalties[n]) for point in points)
        position = usual if usual >= 0 else _likeliest(problem, parameter)
        own = first[n]
        scale = of_mean if own is not None and of_mean is not None and _same(own.scale, of_mean) else common
        claim = _chosen(parameter, fits[n], own, scale, has_penalty, position)
        if penalised and claim.state is State.RIGHT and abs(claim.decay) > TOLERANCE:
            claim.state = State.PENALTY  # the loss has a penalty, and not on this one
        found.append(claim)
    return found


def _scale_of_a_mean(problem: Problem, objective: Objective, first: Sequence[_Fit | None]) -> float | None:
    """Return 1/m where a backward pass that is handed gradients divides those of its parameters by m examples.

    What it hands on is not divided, so that the division is made once for each parameter: a convention of courses.
    """
    if objective.origin is not Origin.HANDED:
        return None
    lengths = {n for place in objective.places for n in np.shape(problem.tape.nodes[place.node].value) if n > 1}
    scales = [fit.scale for fit in first if fit is not None]
    for m in lengths:
        divided = sum(_same(scale, 1 / m) for scale in scales)
        whole = sum(_same(scale, 1.0) for scale in scales)
        if whole and (divided > 1 or (divided == 1 and len(first) == 2)):
            return 1 / m
    return None


def _usual_position(problem: Problem, first: Sequence[_Fit | None], common: float | None) -> int:
    """Return how far from the move right gradients are found: wrong ones are looked at in the same place."""
    positions = [
        parameter.claims.index(fit.place)
        for parameter, fit in zip(problem.parameters, first, strict=True)
        if fit is not None and fit.place in parameter.claims and common is not None and _same(fit.scale, common)
    ]
    return max(positions, key=positions.count) if positions else -1


def _likeliest(problem: Problem, parameter: Parameter) -> int:
    """Return which claim is the gradient itself where none is right: the nearest that is no step or average."""
    for position, place in enumerate(parameter.claims):
        node = problem.tape.nodes[place.node]
        event = problem.tape.events[node.event]
        added_up = event.op in ("zeros_like", "zeros", "leaf")
        if event.op not in ELEMENTWISE or (added_up and place.time > node.event + 1):
            return position
    return 0


@dataclass
class _Fit:
    place: Place
    scale: float
    penalty: float
    error: float
    decay: float = 0.0
    """The multiple of the parameter itself that is in it, where the loss has no penalty."""


def _own(parameter: Parameter, points: Sequence[Point]) -> list[Any]:
    return [np.asarray(point.values.seen[parameter.place], float) for point in points]


def _fits(parameter: Parameter, number: int, points: Sequence[Point], floor: float) -> list[_Fit]:
    """Return each claim of a parameter as a multiple of the truth, as well as that can be done."""
    found = []
    for place in parameter.claims:
        pairs = [(point.values.seen.get(place), point.truths[number], point.penalties[number]) for point in points]
        fit = _fit(place, pairs, floor)
        if fit is None:
            continue
        if fit.error >= TOLERANCE and not any(np.any(point.penalties[number]) for point in points):
            decayed = _fit(
                place,
                [(c, np.asarray(t) + v, v) for (c, t, _), v in zip(pairs, _own(parameter, points), strict=True)],
                floor,
            )
            if decayed is not None and decayed.error < TOLERANCE and len(points) > 1:
                fit = replace(
                    decayed, decay=decayed.penalty / decayed.scale if decayed.scale else np.nan, penalty=decayed.scale
                )
        found.append(fit)
    if parameter.change is not None:
        before, after = parameter.change
        pairs = [
            (
                _difference(point.values.seen.get(after), point.values.seen.get(before)),
                point.truths[number],
                point.penalties[number],
            )
            for point in points
        ]
        fit = _fit(after, pairs, floor)
        if fit is not None:
            found.append(fit)
    return found


def _difference(after: Any, before: Any) -> Any:
    if after is None or before is None or np.shape(after) != np.shape(before):
        return None
    return np.asarray(after, float) - np.asarray(before, float)


def _fit(place: Place, pairs: Sequence[tuple[Any, Any, Any]], floor: float) -> _Fit | None:
    claimed, data, penalty = [], [], []
    for value, truth, alone in pairs:
        if value is None or np.size(value) != np.size(truth) or np.size(alone) != np.size(truth):
            return None
        value = np.asarray(value, float)
        if value.shape != np.shape(truth) and [n for n in value.shape if n > 1] != [
            n for n in np.shape(truth) if n > 1
        ]:
            return None
        claimed.append(value.ravel())
        data.append(np.ravel(truth) - np.ravel(alone))
        penalty.append(np.ravel(alone))
    if not claimed:
        return None
    c, d, p = np.concatenate(claimed), np.concatenate(data), np.concatenate(penalty)
    if not np.all(np.isfinite(c)):
        return None
    columns = np.stack([d, p], axis=1) if np.any(p) else d[:, None]
    if np.max(np.abs(columns)) <= floor:  # (of a bias before batch normalisation)
        return _Fit(place, np.nan, np.nan, 0.0 if np.max(np.abs(c)) <= 10 * floor else np.inf)
    solution, *_ = np.linalg.lstsq(columns, c, rcond=None)
    largest = max(np.max(np.abs(c)), np.max(np.abs(columns @ solution)), 1e-300)
    error = float(np.max(np.abs(columns @ solution - c)) / largest)
    return _Fit(place, float(solution[0]), float(solution[-1]), error)


def _common_scale(first: Sequence[_Fit | None]) -> float | None:
    """Return the number that most gradients are multiplied by; 1 if that will do for as many."""
    options = [fit.scale for fit in first if fit is not None and abs(fit.scale) > 1e-12]
    if not options:
        return None

    def explained(scale: float) -> int:
        return sum(fit is not None and _same(fit.scale, scale) for fit in first)

    return max(options, key=lambda scale: (explained(scale), _same(scale, 1.0), _same(abs(scale), 1.0), scale > 0))


def _same(a: float, b: float) -> bool:
    """Return whether two multiples are one; that of nothing is any."""
    return bool(np.isnan(a) or np.isnan(b)) or abs(a - b) <= 1e-6 * max(abs(a), abs(b))


def _chosen(
    parameter: Parameter, fits: Sequence[_Fit], fit: _Fit | None, common: float | None, has_penalty: bool, usual: int
) -> Claim:
    """Return what was found of one parameter, by the value nearest to its move that is a multiple of the truth."""
    if fit is not None and common is not None:
        if not _same(fit.scale, common):
            return _claim(parameter, State.SCALED, fit)
        fits_penalty = not has_penalty or _same(fit.penalty, fit.scale)
        return _claim(parameter, State.RIGHT if fits_penalty and not fit.decay < 0 else State.PENALTY, fit)
    if not parameter.claims:
        return Claim(parameter, State.MISSING, None)
    place = parameter.claims[min(usual, len(parameter.claims) - 1)]
    at_place = next((one for one in fits if one.place == place), None)
    return Claim(parameter, State.WRONG, place) if at_place is None else _claim(parameter, State.WRONG, at_place)


def _claim(parameter: Parameter, state: State, fit: _Fit) -> Claim:
    return Claim(parameter, state, fit.place, fit.scale, fit.penalty, fit.error, fit.decay)


def differences(judgement: Judgement, direction_seed: int = 0) -> float:
    """Return how far the chain rule is from central differences of the loss, along one direction a parameter."""
    problem, objective, replay = judgement.problem, judgement.objective, judgement.replay
    assert replay is not None
    point = judgement.points[-1]
    random = np.random.default_rng(direction_seed)
    worst = 0.0
    for number, parameter in enumerate(problem.parameters):
        at = _value_at(point, parameter, problem, replay)
        direction = random.normal(size=np.shape(at))
        step = 1e-5 * max(1.0, float(np.sqrt(np.mean(np.square(at)))))
        sides = []
        for sign in (1.0, -1.0):
            others = [one for one in point.substitutions if one.place != parameter.place]
            nudged: Any = at + sign * step * direction
            new = Substitution(parameter.place, nudged if isinstance(at, ndarray) and at.ndim else float(nudged))
            seen = replay.run([*others, new], objective.places).seen
            sides.append(objective.value([seen[place] for place in objective.places]))
        numeric = (sides[0] - sides[1]) / (2 * step)
        exact = float(np.sum(point.truths[number] * direction))
        scale = float(np.sqrt(np.sum(np.square(point.truths[number])))) + abs(exact)
        worst = max(worst, abs(numeric - exact) / (scale + 1e-7))
    return worst


def _value_at(point: Point, parameter: Parameter, problem: Problem, replay: Replay) -> Any:
    for one in point.substitutions:
        if one.place == parameter.place:
            return np.asarray(one.value, float)
    return np.asarray(replay.run((), [parameter.place]).seen[parameter.place], float)
