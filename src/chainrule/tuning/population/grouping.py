"""Which networks stand side by side in one panel."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from chainrule.tuning.population.member import Member

MOST_COLUMNS = 2048
"""Columns of W1 that one panel has at most, unless a single network has more: the activations of a mini-batch stay in
the caches, and the blocks in which a gradient is used keep some height."""


def group(members: Sequence[Member], input_size: int, output_size: int, threads: int) -> list[list[int]]:
    """Divide networks into panels; return the places of each panel's networks in the list, dearest panel first.

    Networks of a panel have the same rule, depth and activation. Of each kind there are as many panels as threads, of
    about the same work, or more where they would become too wide: a thread takes a panel through all steps by itself,
    so nobody waits for anybody.
    """
    costs, kinds = {}, dict[tuple[str, int, str], list[int]]()
    for place, member in enumerate(members):
        sizes = (input_size, *member.hidden, output_size)
        costs[place] = sum(inputs * outputs for inputs, outputs in pairwise(sizes))
        kinds.setdefault((member.rule, len(member.hidden), member.activation), []).append(place)
    panels: list[list[int]] = []
    for places in kinds.values():
        columns = sum((*members[place].hidden, output_size)[0] for place in places)
        wanted = threads * -(-columns // (threads * MOST_COLUMNS))
        panels += _evenly(places, costs, min(wanted, len(places)))
    return sorted(panels, key=lambda panel: -sum(costs[place] for place in panel))


def _evenly(places: list[int], costs: dict[int, int], parts: int) -> list[list[int]]:
    """Divide networks into parts of about the same cost: the dearest first, each to the part that has least."""
    divided: list[list[int]] = [[] for _ in range(parts)]
    loads = [0] * parts
    for place in sorted(places, key=lambda place: -costs[place]):
        part = loads.index(min(loads))
        divided[part].append(place)
        loads[part] += costs[place]
    return [sorted(part) for part in divided]
