"""Changes of the forward pass that make the gradients of the program right: each is tried by running it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.checking.effects import Effect
from chainrule.checking.outline import units_of
from chainrule.checking.scenes import Scenes
from chainrule.checking.search import Candidate, Search
from chainrule.checking.tries import Tries


class ForwardSearch:
    """Proposes changes of the statements of the forward pass, the likeliest first."""

    def __init__(self, search: Search) -> None:
        order = sorted(search.looked.forward - search.looked.backward)
        watched = {one for statement in order for one in (statement, *search.outline.ancestors(statement))}
        scenes = Scenes(search.subject.rerun, watched, (search.problem.start, search.problem.end))
        entered = scenes.entered(watched)
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
            while time.monotonic() < until and (change := tries.next(surprise)) is not None:
                if _differs(own, list(tries.effects(change))):
                    found.append(Candidate(tries.statement, change, 0, change.surprise))
        return sorted(found, key=lambda one: one.rank)


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
