"""What a change of any value of the backward pass would do to the claimed gradients: one sweep for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from chainrule.checking.judge import TOLERANCE, Claim, Judgement, State
from chainrule.checking.truth.replay import Place
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
    target: Any
    """What it should be."""
    missing: float
    """What is to be added to it along the direction; 0 for one that is right."""
    size: float
    """How large such sums are: what counts as rounding beside it."""
    answers: dict[Place, Any] | None
    """By place: the change of the claim along the direction for each entry's change by one; None if the claim has
    another shape than its parameter, so that only the claim itself can be made right."""

    def mended_by(self, changes: Sequence[NewValue]) -> bool | None:
        """Return whether changes make it right; None if they cannot be told to."""
        for change in changes:
            if self.claim.place is not None and change.place.node == self.claim.place.node:
                new = np.asarray(change.new, float)
                if new.size == np.size(self.target) and [n for n in new.shape if n > 1] == [
                    n for n in np.shape(self.target) if n > 1
                ]:
                    difference = np.max(np.abs(new.ravel() - np.ravel(self.target)), initial=0.0)
                    return bool(difference <= TOLERANCE * max(np.max(np.abs(self.target), initial=0.0), 1e-300))
                return False
        if self.answers is None:
            return False
        moved = 0.0
        for change in changes:
            answer = self.answers.get(change.place)
            if answer is None:
                continue
            if np.shape(change.new) != np.shape(change.old):
                return None
            moved += float(np.sum(np.asarray(answer) * (np.asarray(change.new, float) - change.old)))
        return bool(np.isfinite(moved) and abs(moved - self.missing) <= TOLERANCE * self.size)


def aims(judgement: Judgement, places: Sequence[Place], common: float, seed: int = 5) -> list[Aim]:
    """Return how all claims answer to changes of what stands at some places, at the recorded point.

    Parameters
    ----------
    judgement : Judgement
    places : sequence of Place
    common : float
        The multiple of the truth that claims should be.
    """
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
        truth = common * np.asarray(point.truths[number], float)
        if held.size != truth.size:
            found.append(Aim(claim, truth, np.inf, 1.0, None))
            continue
        direction = random.normal(size=truth.size)
        seed_at_claim = [(claim.place, direction.reshape(held.shape))]
        swept = gradients(tape, problem.start, problem.end, seed_at_claim, values.value, made, places)
        target = held.ravel() if claim.state is State.RIGHT else truth.ravel()
        missing = float(direction @ (target - held.ravel()))
        size = float(np.abs(direction) @ (np.abs(held.ravel()) + np.abs(target))) + 1e-300
        found.append(Aim(claim, target.reshape(truth.shape), missing, size, swept.wanted))
    return found


def mended(aims_: Sequence[Aim], changes: Sequence[NewValue]) -> tuple[int, int]:
    """Return how many wrong claims changes of values make right, and how many right ones they break."""
    good = broken = 0
    for aim in aims_:
        right = aim.mended_by(changes)
        if aim.claim.state is State.RIGHT:
            broken += right is False
        else:
            good += right is True
    return good, broken
