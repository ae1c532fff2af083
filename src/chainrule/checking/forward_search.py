"""Changes of the forward pass that make the gradients of the program right: each is tried by running it."""

from __future__ import annotations

from chainrule.checking.rules.proposals import proposals
from chainrule.checking.scopes import scope_of
from chainrule.checking.scenes import Scenes
from chainrule.checking.search import Candidate, Search

MOST = 40
"""Changes that are handed on to be tried."""

EACH = 60
"""Of one statement."""


def forward_candidates(search: Search, until: float) -> list[Candidate]:
    """Return changes of statements of the forward pass, the likeliest first."""
    order = sorted(search.looked.forward - search.looked.backward)
    if not order:
        return []
    scenes = Scenes(search.subject.rerun, order, (search.problem.start, search.problem.end))
    found: list[Candidate] = []
    for statement in order:
        variables = scenes.first(statement)
        if variables is None:
            continue
        scope = scope_of(variables, scenes.namespace, search.outline.trees.values())
        for change in proposals(search.outline.trees[statement], scope, limit=EACH):
            found.append(Candidate(statement, change, 0, change.surprise))
    return sorted(found, key=lambda one: one.rank)[:MOST]
