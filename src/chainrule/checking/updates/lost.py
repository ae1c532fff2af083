"""New values that are computed in every step and lost, and steps that are stored in place of the value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from chainrule.checking.record.tape import Event, Ref, Tape
from chainrule.checking.roles.chains import Chain, Link
from chainrule.checking.roles.flow import Flow
from chainrule.checking.roles.steps import path
from chainrule.checking.roles.training import Move, Step, Training

FEWEST = 3
"""Steps in which it must be so."""

SCALES = frozenset({"multiply", "true_divide", "negative"})


def suspected_training(flow: Flow) -> Training | None:
    """Return what would be trained if new values were kept; None if nothing looks so.

    Its moves start from the same value in every step where the new one is lost. To be asked for where
    ``training`` finds nothing; ``audit`` takes it as any other. The last of its three steps is the one to judge: its
    tape ends there, for the loss of a later step depends on the same values.
    """
    chains = [*lost_chains(flow), *replaced_chains(flow)]
    count = max((len(chain.links) for chain in chains), default=0)
    chains = [chain for chain in chains if len(chain.links) >= count - 1]
    if not chains:
        return None
    count = min(FEWEST, *(len(chain.links) for chain in chains))
    start = max(flow.event[chain.links[0].old] for chain in chains) + 1
    steps = []
    for k in range(count):
        moves = {n: Move(chain.links[k].old, chain.links[k].new, (chain.links[k],)) for n, chain in enumerate(chains)}
        end = max(max(flow.event[move.new] for move in moves.values()) + 1, start)
        steps.append(Step(start, end, moves))
        start = end
    flow = Flow(_until(flow.tape, steps[-1].end))
    return Training(flow, [Chain(chain.links[:count]) for chain in chains], [], steps)


def _until(tape: Tape, end: int) -> Tape:
    """Return a tape that ends before an event."""
    bindings = [one for one in tape.bindings if one.time <= end]
    observed = [one for one in tape.observed if one[0] <= end]
    made = [one for one in bindings if tape.nodes[one.ref.node].event < end]
    return replace(tape, events=tape.events[:end], bindings=made, observed=observed)


def lost_chains(flow: Flow) -> list[Chain]:
    """Return the values to which something of their own is added again and again, whose sum nobody uses."""
    by_value: dict[tuple[int, int], list[Link]] = {}
    for event in flow.tape.events:
        if event.op in ("add", "subtract") and isinstance(event.output, int):
            for link in _lost(flow, event):
                by_value.setdefault((link.old, event.site), []).append(link)
    return [Chain(links) for links in by_value.values() if len(links) >= FEWEST and _is_parameter(flow, links)]


def _lost(flow: Flow, event: Event) -> Iterator[Link]:
    new = flow.made(event)[0]
    if flow.after[new]:
        return
    assert isinstance(event.output, int)
    shape = np.shape(flow.tape.nodes[event.output].value)
    for position, arg in enumerate(event.args):
        if not isinstance(arg, Ref) or (position == 1 and event.op == "subtract"):
            continue
        node = flow.tape.nodes[arg.node]
        if np.shape(node.value) != shape or np.asarray(node.value).dtype.kind != "f":
            continue
        other = event.args[1 - position]
        if isinstance(other, Ref) and flow.vertex(other) != flow.vertex(arg):
            yield Link(flow.vertex(arg), new, event.index, flow.vertex(other), True)


def _is_parameter(flow: Flow, links: list[Link]) -> bool:
    """Return whether what is added depends on the value, anew every time."""
    last = links[-1]
    above = flow.upstream([last.moved_by], start=flow.event[links[-2].new])
    return last.old in above and len({link.moved_by for link in links}) == len(links)


def replaced_chains(flow: Flow) -> list[Chain]:
    """Return the values in whose place a multiple of something is stored in every step."""
    uses: dict[tuple[object, ...], list[int]] = {}
    for event in flow.tape.events:
        key = path(flow.tape, event)
        for position, arg in enumerate(event.args):
            if isinstance(arg, Ref):
                used = uses.setdefault((*key, position), [])
                vertex = flow.vertex(arg)
                if not used or used[-1] != vertex:
                    used.append(vertex)
    chains: dict[tuple[int, ...], Chain] = {}
    for vertices in uses.values():
        chain = _replaced(flow, vertices)
        if chain is not None:
            chains.setdefault(tuple(link.new for link in chain.links[:1]), chain)
    return list(chains.values())


def _replaced(flow: Flow, vertices: list[int]) -> Chain | None:
    """Return a value that is used at one place first as it was made, later as one line makes it."""
    if not FEWEST <= len(vertices) < 2000 or len(set(vertices)) != len(vertices):
        return None
    makers = [flow.tape.events[flow.event[one]] for one in vertices]
    line = makers[1]
    if any(one.op != line.op or one.site != line.site for one in makers[1:]) or makers[0].site == line.site:
        return None
    if not _is_step(line):
        return None
    links = []
    for old, new in pairwise(vertices):
        shapes = {np.shape(flow.tape.nodes[flow.node[one]].value) for one in (old, new)}
        if len(shapes) > 1 or old not in flow.upstream([new], start=flow.event[old]):
            return None
        links.append(Link(old, new, flow.event[new], new, True))
    return Chain(links) if len(links) >= 2 else None


def _is_step(event: Event) -> bool:
    """Return whether an event multiplies by a number."""
    return event.op in SCALES and event.output is not None
