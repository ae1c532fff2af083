"""What a change of any value of the backward pass would do to the claimed gradients: one sweep for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from chainrule.checking.judge import TOLERANCE, Claim, Judgement, State
from chainrule.checking.truth.replay import Place, Substitution
from chainrule.checking.truth.sweep import gradients


class NewValue(NamedTuple):
    """What would stand at a place in the place of what stands there."""

    place: Place
    old: Any
    new: Any


@dataclass
class Aim:
    """One claimed gradient, seen along a random direction: how it answers to changes, and how far it is to go."""

    claim: Claim
    truth: Any
    """The gradient as it truly is."""
    held: float
    """The claim along the direction."""
    true: float
    """The truth along the direction."""
    size: float
    """How large such sums are: what counts as rounding beside it."""
    answers: dict[Place, Any] | None
    """By place: the change of the claim along the direction for each entry's change by one; None if the claim has
    another shape than its parameter, so that only the claim itself can be made right."""
    factors: dict[int, float]
    """By node on the way to the claim: the number that it is multiplied by there."""

    def after(self, changes: Sequence[NewValue]) -> float | None:
        """Return the multiple of the truth that the claim is after changes; None if it is none, or not known."""
        for change in changes:
            factor = self.factors.get(change.place.node)
            if factor is not None:
                scale = _multiple(change.new, self.truth)
                return None if scale is None else scale * factor
        if self.answers is None:
            return None
        moved = 0.0
        for change in changes:
            answer = self.answers.get(change.place)
            if answer is None:
                continue
            if np.shape(change.new) != np.shape(change.old):
                return None
            moved += float(np.sum(np.asarray(answer) * (np.asarray(change.new, float) - change.old)))
        return (self.held + moved) / self.true if self.true else None


def _multiple(value: Any, truth: Any) -> float | None:
    new, true = np.asarray(value, float), np.asarray(truth, float)
    if new.size != true.size or [n for n in new.shape if n > 1] != [n for n in true.shape if n > 1]:
        return None
    flat, wanted = new.ravel(), true.ravel()
    square = float(wanted @ wanted)
    if not square:
        return None
    scale = float(flat @ wanted) / square
    difference = np.max(np.abs(flat - scale * wanted))
    return scale if difference <= TOLERANCE * max(float(np.max(np.abs(flat))), 1e-300) else None


def aims(judgement: Judgement, places: Sequence[Place], seed: int = 5) -> list[Aim]:
    """Return how all claims answer to changes of what stands at some places, at the recorded point."""
    problem, point = judgement.problem, judgement.points[0]
    tape, values = problem.tape, point.values
    random = np.random.default_rng(seed)

    def made(node: int) -> Any:
        return values.made.get(node, tape.nodes[node].value)

    found = []
    for number, claim in enumerate(judgement.claims):
        if claim.place is None or values.seen.get(claim.place) is None:
            continue
        held = np.asarray(values.seen[claim.place], float)
        truth = np.asarray(point.truths[number], float)
        if held.size != truth.size:
            found.append(Aim(claim, truth, 0.0, 0.0, 1.0, None, _factors(claim, values.seen)))
            continue
        direction = random.normal(size=truth.size)
        seed_at_claim = [(claim.place, direction.reshape(held.shape))]
        swept = gradients(tape, problem.start, problem.end, seed_at_claim, values.value, made, places)
        size = float(np.abs(direction) @ (np.abs(held.ravel()) + np.abs(truth.ravel()))) + 1e-300
        true = float(direction @ truth.ravel())
        found.append(Aim(claim, truth, float(direction @ held.ravel()), true, size, swept.wanted, {}))
    return found


def _factors(claim: Claim, seen: Mapping[Place, Any]) -> dict[int, float]:
    """Return the nodes that a claim is a multiple of, each with that multiple."""
    assert claim.place is not None
    held = np.asarray(seen[claim.place], float)
    found = {claim.place.node: 1.0}
    for place in claim.parameter.claims:
        other = np.asarray(seen.get(place, np.nan), float)
        if other.shape == held.shape and np.any(other):
            scale = float(np.sum(held * other) / np.sum(other * other))
            if np.max(np.abs(held - scale * other), initial=0.0) <= TOLERANCE * np.max(np.abs(held), initial=0.0):
                found.setdefault(place.node, scale)
    return found


def mended(aims_: Sequence[Aim], changes: Sequence[NewValue], common: float | None) -> tuple[int, int]:
    """Return how many wrong claims changes of values make right, and how many right ones they break.

    Parameters
    ----------
    aims_ : sequence of Aim
    changes : sequence of NewValue
    common : float or None
        The multiple of the truth that right claims are; None where none is right: any will do that all share.
    """
    with np.errstate(all="ignore"):
        return _counted(aims_, [one.after(changes) for one in aims_], common)


def mended_together(
    judgement: Judgement, aims_: Sequence[Aim], changes: Sequence[NewValue], common: float | None
) -> tuple[int, int]:
    """Return the same of changes that act on each other (of a slope that several layers share): by a replay."""
    replay = judgement.replay
    assert replay is not None
    places = [aim.claim.place for aim in aims_ if aim.claim.place is not None]
    seen = replay.run([Substitution(one.place, one.new) for one in changes], places).seen
    with np.errstate(all="ignore"):
        after = [
            None
            if aim.claim.place is None or seen.get(aim.claim.place) is None
            else _multiple(seen[aim.claim.place], aim.truth)
            for aim in aims_
        ]
    return _counted(aims_, after, common)


def _counted(aims_: Sequence[Aim], after: Sequence[float | None], common: float | None) -> tuple[int, int]:
    """Return how many wrong claims are right as such multiples of the truth, and how many right ones are not."""
    if common is None:
        scales = [one for one in after if one is not None and np.isfinite(one) and abs(one) > 1e-12]
        if not scales:
            return 0, 0
        common = max(scales, key=lambda scale: sum(_same(scale, other) for other in scales))
        together = sum(_same(common, other) for other in scales)
        if together < 2 and len(aims_) > 1:
            return 0, 0
    good = broken = 0
    for aim, scale in zip(aims_, after, strict=True):
        fits = scale is not None and _same(scale, common)
        if aim.claim.state is State.RIGHT:
            broken += not fits and aim.answers is not None and bool(aim.true)
        else:
            good += fits
    return good, broken


def mended_by_multiple(aims_: Sequence[Aim], place: Place, old: Any, truth: Any, common: float | None) -> int:
    """Return how many wrong claims are right with some multiple of a truth at a place, the same for all of them."""
    if common is None:
        return 0
    multiples = []
    for aim in aims_:
        if aim.claim.state is State.RIGHT or aim.answers is None or not aim.true:
            continue
        answer = aim.answers.get(place)
        if answer is None:
            continue
        by_one = float(np.sum(np.asarray(answer) * truth))
        if abs(by_one) > 1e-12 * aim.size:
            multiples.append((common * aim.true - aim.held + float(np.sum(np.asarray(answer) * old))) / by_one)
    usual = [one for one in multiples if abs(one) > 1e-9]
    return max((sum(_same(one, other) for other in usual) for one in usual), default=0) if len(usual) > 1 else 0


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= TOLERANCE * max(abs(a), abs(b))
