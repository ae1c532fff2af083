"""What stands out in a program whatever its numbers: a value that nothing uses, a loop over some of the names only.

There are few such changes, so they are tried before all others.
"""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.checking.repairs.candidate import Candidate
from chainrule.checking.repairs.oddities.activations import plain_activations
from chainrule.checking.repairs.oddities.entries import named_entries
from chainrule.checking.repairs.oddities.idle import idle_used
from chainrule.checking.repairs.oddities.iterations import other_iterations
from chainrule.checking.repairs.oddities.layers import as_for_other_layers, like_other_entries, like_other_layers
from chainrule.checking.repairs.oddities.logs import negative_logs
from chainrule.checking.repairs.oddities.odd import Scopes
from chainrule.checking.repairs.oddities.overwriting import added_up
from chainrule.checking.repairs.oddities.repeated import done_once
from chainrule.checking.repairs.oddities.zeros import begun_with_bias
from chainrule.checking.repairs.places import Places


def odd_changes(places: Places, scopes: Scopes) -> Iterator[Candidate]:
    """Yield the changes that undo what stands out.

    Parameters
    ----------
    places : Places
    scopes : callable
        What is within reach before and behind a statement.
    """
    for statement in places.scenes:
        yield from other_iterations(places, statement)
        yield from plain_activations(places, statement)
        yield from negative_logs(places, statement)
        yield from named_entries(places, statement)
        yield from added_up(places, statement)
        yield from done_once(places, statement)
        yield from begun_with_bias(places, statement, scopes)
    for name, where in places.idle.items():
        yield from idle_used(places, name, where, scopes)
    for statement in places.scenes:
        yield from as_for_other_layers(places, statement)
        yield from like_other_entries(places, statement)
    for statement in sorted(places.scenes, key=lambda one: places.suspect_of(one) is None):
        yield from like_other_layers(places, statement, scopes)
