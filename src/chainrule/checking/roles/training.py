"""Training as it is seen on a tape: parameters, and the steps that move them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from chainrule.checking.record.tape import Ref, Tape
from chainrule.checking.roles.chains import ELEMENTWISE, Chain, Link, carried, links
from chainrule.checking.roles.flow import Flow


@dataclass(frozen=True)
class Move:
    """What one step does to one parameter."""

    old: int
    new: int
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Step:
    """One step of training: a window of events, and what it does to each parameter."""

    start: int
    end: int
    moves: dict[int, Move]
    """By the number of the parameter."""


@dataclass
class Training:
    """The parameters of a program, and its steps."""

    flow: Flow
    parameters: list[Chain]
    states: list[Chain]
    steps: list[Step]


def training(tape: Tape, flow: Flow | None = None) -> Training | None:
    """Return what is trained on a tape, or None if nothing is."""
    flow = flow or Flow(tape)
    chains = carried(flow)
    if not chains:
        return _one_step(flow)
    spanning = _spanning(flow, chains)
    cut = frozenset(link.new for chain in spanning for link in chain.links)
    parameters = [chain for chain in spanning if not _is_state(flow, chain, cut)]
    parameters = [chain for chain in parameters if _drives(flow, chain, spanning, cut)]
    if not parameters:
        return _one_step(flow)
    parameters += [chain for chain in spanning if chain not in parameters and _is_unused(flow, chain, parameters, cut)]
    states = [chain for chain in spanning if chain not in parameters]
    steps = _steps(flow, parameters)
    return Training(flow, parameters, states, steps) if steps else None


def _one_step(flow: Flow) -> Training | None:
    """Return the parameters of a program that takes one step: moved in place by what was computed from them."""
    found: dict[int, Chain] = {}
    for link in links(flow):
        event = flow.tape.events[link.event]
        if event.op not in ("isubtract", "iadd", "subtract.at", "add.at") or link.moved_by < 0:
            continue
        root = flow.tape.events[flow.event[link.old]]
        used = any(flow.event[one] < link.event for one in flow.after[link.old])
        if not used or flow.after[link.new] or root.op in ("zeros", "zeros_like"):
            continue
        if link.moved_by in flow.downstream([link.old], end=link.event):
            found[link.new] = Chain([link])
    if not found:
        return None
    chains = list(found.values())
    start = max(flow.event[chain.root] for chain in chains) + 1
    first = min(chain.links[0].event for chain in chains)
    end = max(flow.event[chain.links[0].new] for chain in chains) + 1
    if start > first:
        return None
    moves = {n: Move(chain.root, chain.links[0].new, tuple(chain.links)) for n, chain in enumerate(chains)}
    return Training(flow, chains, [], [Step(start, end, moves)])


def enough(steps: int) -> Callable[[Tape], bool]:
    """Return the question whether so many steps of training were seen."""

    def asked(tape: Tape) -> bool:
        found = training(tape)
        return found is not None and len(found.steps) >= max(2, steps)

    return asked


def _spanning(flow: Flow, chains: list[Chain]) -> list[Chain]:
    """Return the chains that go on to the end of what was recorded; not those that begin anew in every step."""
    last = max(flow.event[chain.links[-1].new] for chain in chains)
    first = min(flow.event[chain.links[0].new] for chain in chains)
    length = max(1, last - first)
    return [
        chain
        for chain in chains
        if flow.event[chain.links[-1].new] - flow.event[chain.links[0].new] > 0.45 * length
        and _is_real(flow, chain)
        and not _is_average(flow, chain)
    ]


def _is_real(flow: Flow, chain: Chain) -> bool:
    node = flow.tape.nodes[flow.node[chain.links[-1].new]]
    return np.asarray(node.value).dtype.kind in "fc"


def _is_average(flow: Flow, chain: Chain) -> bool:
    """Return whether a number follows another by ``0.9 * old + 0.1 * new``: a baseline, no parameter."""
    link = chain.links[len(chain.links) // 2]
    event = flow.tape.events[flow.event[link.new]]
    if event.op != "add" or np.size(flow.tape.nodes[flow.node[link.new]].value) != 1:
        return False
    shares = [_factor(flow, one) for one in flow.before[link.new]]
    known = [one for one in shares if one is not None]
    return len(known) == 2 and all(0 < one < 1 for one in known) and abs(sum(known) - 1) < 1e-9


def _factor(flow: Flow, vertex: int) -> float | None:
    """Return the constant that a value is a multiple of something by."""
    tape = flow.tape
    event = tape.events[flow.event[vertex]]
    if event.op != "multiply":
        return None
    for one in event.args:
        if isinstance(one, int | float):
            return float(one)
        made = tape.nodes[one.node] if isinstance(one, Ref) else None
        if made is not None and np.ndim(made.value) == 0 and tape.events[made.event].op == "leaf":
            return float(made.value)
    return None


def _is_state(flow: Flow, chain: Chain, cut: frozenset[int]) -> bool:
    """Return whether a value is only scaled, rooted and added before it moves another one: no network uses it."""
    shape = np.shape(flow.tape.nodes[flow.node[chain.root]].value)
    versions = chain.versions()
    middle = versions[len(versions) // 2 : len(versions) // 2 + 2]
    cone = flow.downstream(middle, cut=cut - set(middle))
    for vertex in cone - set(middle):
        if vertex in cut:
            continue
        event = flow.tape.events[flow.event[vertex]]
        here = np.shape(flow.tape.nodes[flow.node[vertex]].value)
        if event.op not in ELEMENTWISE or here != shape:
            return False
    if shape == ():
        return not chain.links[len(chain.links) // 2].pure or not _moves_itself(flow, chain, cut)
    return True


def _is_unused(flow: Flow, chain: Chain, parameters: list[Chain], cut: frozenset[int]) -> bool:
    """Return whether a value is moved beside parameters, by something computed from them, and nothing uses it."""
    link = chain.links[len(chain.links) // 2]
    if not all(one.pure for one in chain.links) or link.moved_by < 0:
        return False
    others = [
        one for one in flow.after[link.new] if flow.event[one] not in {flow.event[later.new] for later in chain.links}
    ]
    counts = (
        flow.tape.events[link.event].op in ("add", "iadd") and np.size(flow.tape.nodes[flow.node[link.new]].value) == 1
    )
    if others or counts:  # (a loss that is summed up is moved and not used, too)
        return False
    here = flow.tape.statement_of(flow.tape.events[link.event])
    there = {flow.tape.statement_of(flow.tape.events[one.event]) for other in parameters for one in other.links}
    return any(abs(here - other) <= 3 for other in there)


def _moves_itself(flow: Flow, chain: Chain, cut: frozenset[int]) -> bool:
    link = chain.links[len(chain.links) // 2]
    return link.moved_by in flow.downstream([link.old], cut=cut - {link.old})


def _drives(flow: Flow, chain: Chain, others: list[Chain], cut: frozenset[int]) -> bool:
    """Return whether what moves some value depends on this one."""
    link = chain.links[len(chain.links) // 2]
    cone = flow.downstream([link.old], cut=cut - {link.old})
    return any(one.moved_by in cone for other in others for one in other.links)


def _steps(flow: Flow, parameters: list[Chain]) -> list[Step]:
    """Cut time into steps: in each, every parameter is moved by all the lines that move it, once."""
    rounds = [_rounds(flow, chain) for chain in parameters]
    count = max(len(one) for one in rounds)
    kept = [(number, one) for number, one in enumerate(rounds) if len(one) >= count - 1]
    count = min(len(one) for _, one in kept)
    steps, start = [], max(flow.event[chain.root] for chain in (parameters[number] for number, _ in kept)) + 1
    for k in range(count):
        moves = {number: one[k] for number, one in kept}
        end = max(flow.event[move.new] for move in moves.values()) + 1
        steps.append(Step(start, end, moves))
        start = end
    return steps


def _consumers(flow: Flow, chain: Chain, vertex: int) -> list[int]:
    """Return what is computed from a version of a value besides its next version."""
    own = {link.event for link in chain.links} | {flow.event[link.new] for link in chain.links}
    return [one for one in flow.after[vertex] if flow.event[one] not in own]


def _rounds(flow: Flow, chain: Chain) -> list[Move]:
    """Return the moves of a parameter; links by different lines, or with no use between them, are one move."""
    moves: list[Move] = []
    pending: list[Link] = []
    sites: set[int] = set()
    used = [link for link in chain.links if _consumers(flow, chain, link.old)]
    own = {link.event for link in chain.links} | {flow.event[link.new] for link in chain.links}
    for link in chain.links:
        site = flow.tape.events[link.event].site
        if pending and site in sites and (not used or any(flow.event[one] not in own for one in flow.after[link.old])):
            moves.append(Move(pending[0].old, pending[-1].new, tuple(pending)))
            pending, sites = [], set()
        pending.append(link)
        sites.add(site)
    if pending:
        moves.append(Move(pending[0].old, pending[-1].new, tuple(pending)))
    return moves
