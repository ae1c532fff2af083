"""Changes of the forward pass that make the gradients of the program right: each is tried by running it."""

from __future__ import annotations

import ast
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.checking.effects import Effect
from chainrule.checking.judge import State
from chainrule.checking.outline import units_of
from chainrule.checking.rules.mistake import Mistake
from chainrule.checking.scenes import Scenes
from chainrule.checking.search import Candidate, Search
from chainrule.checking.tries import Tries

OF_GRADIENTS = frozenset(
    one
    for one in Mistake
    if one.value.startswith(("slope_", "mask_", "batch_size_", "relu_for", "value_for_mask", "assigned_", "added_"))
) | {Mistake.GRADIENT_FOR_VALUE, Mistake.FUNCTION_FOR_SLOPE, Mistake.BRANCHES_SWAPPED, Mistake.PATH_MISSING}
"""Mistakes that are made in a backward pass only."""


class ForwardSearch:
    """Proposes changes of the statements of the forward pass, the likeliest first."""

    def __init__(self, search: Search) -> None:
        order = sorted(search.looked.forward - search.looked.backward)
        watched = {one for statement in order for one in (statement, *search.outline.ancestors(statement))}
        scenes = Scenes(search.subject.rerun, watched, (search.problem.start, search.problem.end))
        entered = scenes.entered(watched)
        self._unused = _unused_names(search)
        self._tries = []
        for statement in order:
            units = units_of(search.outline, search.runs, entered, statement)
            tries = Tries(search.outline, scenes, statement, units[:1])
            if tries.ready:
                self._tries.append((tries, tries.own_effects()))

    def stage(self, surprise: float, until: float) -> list[Candidate]:
        """Return further changes up to a surprise that change what is computed."""
        found: list[Candidate] = []
        for tries, own in self._tries:
            while time.process_time() < until and (change := tries.next(surprise)) is not None:
                if change.mistake not in OF_GRADIENTS and _differs(own, list(tries.effects(change))):
                    used = change.expected is not None and any(
                        one in ast.unparse(change.expected) for one in self._unused
                    )
                    found.append(Candidate(tries.statement, change, 0, change.surprise - (1.0 if used else 0.0)))
        return sorted(found, key=lambda one: one.rank)


def _unused_names(search: Search) -> list[str]:
    """Return the names of parameters that the loss does not depend on, though they are given gradients."""
    points = search.judgement.points
    claims = search.judgement.claims
    idle = [
        claim.parameter.name
        for n, claim in enumerate(claims)
        if claim.state is not State.RIGHT and all(not np.any(point.truths[n]) for point in points)
    ]
    return [name.partition(" (")[0].rpartition(".")[2] for name in idle]


def _differs(own: Sequence[tuple[Effect, Any]], new: Sequence[tuple[Effect, Any]]) -> bool:
    """Return whether a change gives other numbers, all finite."""
    if not new:
        return False
    different = False
    for (_, old), (_, other) in zip(own, new, strict=False):
        try:
            if not np.all(np.isfinite(np.asarray(other, float))):
                return False
            different = different or np.shape(old) != np.shape(other) or not np.array_equal(old, other)
        except (TypeError, ValueError):
            continue
    return different or not own
