"""What a statement should compute: the truths that make wrong claims right when they stand in its place.

The backward pass is linear in the gradients that it carries. So one sweep along it, from the claims back, tells what
any change of any value does to them, and every truth is tried in the place of every statement by a product of two
numbers.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.judge import Judgement, State
from chainrule.checking.labels import Truths
from chainrule.checking.localise.roots import Root, roots
from chainrule.checking.record.tape import Tape, refs
from chainrule.checking.roles.flow import Flow
from chainrule.checking.truth.families import Family, Pass, families, in_order, orders
from chainrule.checking.truth.replay import Place
from chainrule.checking.truth.sweep import gradients

DIRECTIONS = 3
"""Random combinations of the entries of wrong claims that must all come right."""

CLOSE = 1e-6
ENOUGH = 6
"""Statements with which wrong claims come right: those that come later are not looked at."""

MANY = 60
"""Passes that must be as many as those of an expression, to belong to them."""

NOTHING = 1e-10
"""Beside the largest, what has no effect."""


@dataclass(frozen=True)
class Requirement:
    """What a statement should compute."""

    root: Root
    values: tuple[ndarray, ...]
    """In its passes."""
    held: tuple[Any, ...]
    """What it computes now."""
    mended: int
    """How many wrong claims are right then."""
    is_truth: bool
    """Whether what it computes now is a true gradient, of something else."""
    scale: float
    """The multiple of the truth that the values are."""
    time: int
    """When it is first computed wrongly."""


_Seeds = list[tuple[Place, ndarray]]


@dataclass
class _Equation:
    """A combination of entries of claims: what it is, what it should be (a multiple), how it answers to changes."""

    held: float
    true: float
    size: float
    answers: Mapping[Place, Any]
    seeds: _Seeds


class Localiser:
    """Puts truths in the place of what statements compute."""

    def __init__(
        self, judgement: Judgement, common: float | None, statements: Sequence[int], trees: Mapping[int, ast.stmt]
    ) -> None:
        self.judgement, self.common = judgement, common
        problem = judgement.problem
        self.problem, self.tape = problem, problem.tape
        self.roots = roots(problem.tape, problem.start, problem.end, statements, trees)
        self.places = [place for root in self.roots for place in root.places]
        assert judgement.replay is not None
        self.held = judgement.replay.run((), self.places).seen
        point = judgement.points[0]
        self.families = [*families(problem.tape, point.gradients), *self._of_parameters()]
        self._truths = Truths(judgement.points)
        self._flow: Flow | None = None

    def _of_parameters(self) -> list[Family]:
        """Return the gradients of the parameters themselves, with and without their penalty."""
        found = []
        point = self.judgement.points[0]
        for number, parameter in enumerate(self.problem.parameters):
            whole, alone = np.asarray(point.truths[number], float), np.asarray(point.penalties[number], float)
            found.append(Family("made", -1, number, (Pass(parameter.place.time, -1, whole),)))
            if np.any(alone):
                found.append(Family("made", -2, number, (Pass(parameter.place.time, -1, whole - alone),)))
        return found

    def requirements(self) -> list[Requirement]:
        """Return what makes all wrong claims right; else what makes some of them right; the likeliest first.

        That is what is computed wrongly before the others. A multiple of the truth that is not that of the claims is
        less likely, and so is another gradient in the place of one.
        """
        return sorted(self._found(), key=lambda one: (-one.mended, abs(one.scale - 1) > CLOSE, one.is_truth, one.time))

    def _found(self) -> list[Requirement]:
        if not self.roots:
            return []
        claims = self.judgement.claims
        known = [n for n in range(len(claims)) if self._is_known(n)]
        wrong = [n for n in known if claims[n].state is not State.RIGHT]
        right = [n for n in known if claims[n].state is State.RIGHT]
        shaped = [*self._of_other_shapes()]
        if not wrong:
            return shaped
        found = self._of(wrong, right) + shaped
        if not found and len(wrong) > 1:
            for number in wrong:
                found += self._of([number], right)
        return found

    def _is_known(self, number: int) -> bool:
        """Return whether a claim has as many entries as its parameter."""
        place, point = self.judgement.claims[number].place, self.judgement.points[0]
        held = None if place is None else point.values.seen.get(place)
        return held is not None and np.size(held) == np.size(point.truths[number])

    def _of(self, wrong: Sequence[int], right: Sequence[int]) -> list[Requirement]:
        random = np.random.default_rng(17)
        equations = [self._equation(wrong, random) for _ in range(DIRECTIONS)]
        kept = self._equation(right, random) if right else None
        found: list[Requirement] = []
        for root in sorted(self.roots, key=lambda one: one.places[0].time):
            if len({one.root.statement for one in found}) >= ENOUGH:
                break  # what is computed later is less likely
            if not any(_matters(one, root) for one in equations):
                continue
            own, own_kept = equations, kept
            if len(root.places) > 1 and self._feeds_itself(root):
                own = [self._cut_at(one, root) for one in equations]
                own_kept = kept and self._cut_at(kept, root)
            for values in self._candidates(root):
                scale = self._fits(root, values, own, own_kept)
                if scale is not None:
                    found.append(self._requirement(root, [scale * one for one in values], len(wrong), scale))
        return found

    def _requirement(self, root: Root, values: Sequence[ndarray], mended: int, scale: float) -> Requirement:
        held = tuple(self.held.get(place) for place in root.places)
        time = next(place.time for place, old, new in zip(root.places, held, values, strict=True) if _differ(old, new))
        return Requirement(root, tuple(values), held, mended, self._is_truth(root, held, values), scale, time)

    def _is_truth(self, root: Root, held: Sequence[Any], values: Sequence[ndarray]) -> bool:
        """Return whether what is computed where other truths should stand are true gradients, too."""
        other = [place for place, old, new in zip(root.places, held, values, strict=True) if _differ(old, new)]
        for place in other[:3]:
            made = [point.values.made.get(place.node) for point in self.judgement.points]
            if any(one is None for one in made) or self._truths.label(made) is None:
                return False
        return True

    def _of_other_shapes(self) -> Iterator[Requirement]:
        """Yield what stands for a gradient of another size."""
        for number, claim in enumerate(self.judgement.claims):
            if claim.state is State.RIGHT or claim.place is None or self._is_known(number):
                continue
            truth = np.asarray(self.judgement.points[0].truths[number], float) * (self.common or 1.0)
            for root in self.roots:
                if root.places[-1].node == claim.place.node:
                    held = tuple(self.held.get(place) for place in root.places)
                    yield Requirement(root, (truth,) * len(held), held, 1, False, 1.0, root.places[-1].time)

    def _equation(self, numbers: Sequence[int], random: np.random.Generator) -> _Equation:
        """Return a random combination of the entries of some claims, and how it answers to changes."""
        point = self.judgement.points[0]
        held = true = size = 0.0
        seeds: _Seeds = []
        for number in numbers:
            claim = self.judgement.claims[number]
            assert claim.place is not None
            value = np.asarray(point.values.seen[claim.place], float)
            truth = np.asarray(point.truths[number], float)
            right = np.abs(truth) * (0.0 if self.common is None else abs(self.common))
            largest = max(float(np.max(np.abs(value))), float(np.max(right))) or float(np.max(np.abs(truth))) or 1.0
            direction = random.normal(size=truth.size) / largest
            held += float(direction @ value.ravel())
            true += float(direction @ truth.ravel())
            size += float(np.abs(direction) @ (np.abs(value.ravel()) + right.ravel()))
            seeds.append((claim.place, direction.reshape(value.shape)))
        return _Equation(held, true, size, self._answers_of(seeds, self.places, cut=False), seeds)

    def _cut_at(self, equation: _Equation, root: Root) -> _Equation:
        """Return an equation where what a root computes does not depend on what it computed before."""
        return replace(equation, answers=self._answers_of(equation.seeds, root.places, cut=True))

    def _answers_of(self, seeds: _Seeds, places: Sequence[Place], *, cut: bool) -> Mapping[Place, Any]:
        values, tape = self.judgement.points[0].values, self.tape
        start = max(min(place.time for place in places) - 1, self.problem.start)

        def made(node: int) -> Any:
            return values.made.get(node, tape.nodes[node].value)

        return gradients(tape, start, self.problem.end, seeds, values.value, made, places, cut=cut).wanted

    def _feeds_itself(self, root: Root) -> bool:
        """Return whether what a statement computes is made of what it computed in an earlier pass."""
        self._flow = self._flow or Flow(self.tape)
        vertices = [self._vertex(place) for place in root.places]
        reached = self._flow.downstream([vertices[0]], self.problem.end)
        return any(one in reached for one in vertices[1:])

    def _vertex(self, place: Place) -> int:
        assert self._flow is not None
        node = self.tape.nodes[place.node]
        return (
            self._flow.number_vertex(place.node)
            if node.storage < 0
            else self._flow.memory_vertex(node.storage, place.time)
        )

    def _candidates(self, root: Root) -> Iterator[list[ndarray]]:
        """Yield truths for all passes of a root: those of the expressions whose values have its shape."""
        shapes = [np.shape(self.held[place]) for place in root.places]
        times = [place.time for place in root.places]
        for family in self.families:
            if max(len(times), len(family.passes)) > MANY and len(times) != len(family.passes):
                continue
            for order in orders(times, root.frames, family.passes):
                values = in_order(order, family.passes, shapes)
                if values is None:
                    continue
                if not root.adds_up:
                    yield values
                if len(values) > 1 and len(set(shapes)) == 1:
                    yield [*np.cumsum(values, axis=0)]

    def _fits(
        self, root: Root, values: Sequence[ndarray], equations: Sequence[_Equation], kept: _Equation | None
    ) -> float | None:
        """Return the multiple of truths that makes claims right in the place of a root's values; None if none does."""
        rows, given = [], []
        for equation in equations:
            by_truth, by_held = self._answers(root, values, equation)
            rows.append((by_truth, -equation.true if self.common is None else 0.0))
            given.append(by_held - equation.held + (0.0 if self.common is None else self.common * equation.true))
        if kept is not None:
            by_truth, by_held = self._answers(root, values, kept)
            rows.append((by_truth, 0.0))
            given.append(by_held)
        matrix, right = np.array(rows), np.array(given)
        if not (np.all(np.isfinite(matrix)) and np.all(np.isfinite(right))):
            return None
        size = max(one.size for one in equations)
        if self.common is not None:
            matrix = matrix[:, :1]
        if np.max(np.abs(matrix[:, 0])) < NOTHING * size:
            return None
        solution, *_ = np.linalg.lstsq(matrix, right, rcond=1e-12)
        if np.max(np.abs(matrix @ solution - right)) > CLOSE * size or abs(solution[0]) < 1e-9:
            return None
        if self.common is None and abs(solution[1]) < 1e-9:
            return None
        scale = float(solution[0])
        differs = any(_differ(self.held[place], scale * one) for place, one in zip(root.places, values, strict=True))
        return scale if differs else None

    def _answers(self, root: Root, values: Sequence[ndarray], equation: _Equation) -> tuple[float, float]:
        """Return what truths and what is held now add to an equation."""
        by_truth = by_held = 0.0
        for place, value in zip(root.places, values, strict=True):
            answer = equation.answers.get(place)
            if answer is not None:
                by_truth += float(np.sum(np.asarray(answer) * value))
                by_held += float(np.sum(np.asarray(answer) * np.asarray(self.held[place], float)))
        return by_truth, by_held


def consumers(tape: Tape, root: Root) -> list[int]:
    """Return the statements that use what a root computes, in the order of time."""
    nodes, first = {place.node for place in root.places}, root.places[0].time
    found: dict[int, None] = {}
    used = [(frame.start, frame.site) for frame in tape.frames if _mentions(frame.arguments, nodes)]
    used += [(event.index, event.site) for event in tape.events[first:] if _mentions(event.args, nodes)]
    for time, site in sorted(used):
        if time >= first and site >= 0 and tape.sites[site].statement != root.statement:
            found[tape.sites[site].statement] = None
    return [*found]


def _mentions(structure: Any, nodes: set[int]) -> bool:
    return any(ref.node in nodes for ref in refs(structure))


def _matters(equation: _Equation, root: Root) -> bool:
    return any(equation.answers.get(place) is not None for place in root.places)


def _differ(old: Any, new: Any) -> bool:
    return not np.allclose(np.asarray(old, float), new, rtol=1e-7, atol=1e-12)
