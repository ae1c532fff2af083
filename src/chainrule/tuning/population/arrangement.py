"""Which networks stand in which panel; what is asked of all of them is asked of every panel, on several threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy import ndarray

from chainrule.network.initial import initial_parameters
from chainrule.network.parameters import Architecture, Parameters
from chainrule.training.rules import RULES
from chainrule.tuning.population.grouping import group
from chainrule.tuning.population.member import Member
from chainrule.tuning.population.panel import Network, Panel
from chainrule.tuning.population.workers import Workers

SMALL = 20_000
"""Networks of so many parameters are drawn in less time than threads take to begin."""


def new_networks(
    members: Sequence[Member], input_size: int, output_size: int, dtype: np.dtype[np.floating], workers: Workers
) -> list[Network]:
    """Return networks as they are before their first step; large ones are drawn on all threads.

    Those of the same sizes, scheme and seed begin with the same weights, which are drawn once.
    """
    of_each = [
        (member.architecture(input_size, output_size), member.initial_weights, member.seed) for member in members
    ]
    different = list(dict.fromkeys(of_each))

    def draw(start: tuple[Architecture, str, int]) -> Parameters:
        return initial_parameters(*start, dtype)

    largest = max(architecture.n_parameters for architecture, _, _ in different)
    drawn = workers.run(draw, different) if largest > SMALL else map(draw, different)
    parameters = dict(zip(different, drawn, strict=True))
    return [
        Network(member, own := parameters[start], np.zeros((RULES[member.rule].n_moments, own.buffer.size), dtype))
        for member, start in zip(members, of_each, strict=True)
    ]


def saved_network(
    member: Member, state: Mapping[str, ndarray], number: int, input_size: int, output_size: int
) -> Network:
    """Return a network as ``Population.state`` wrote it down."""
    parameters = Parameters(member.architecture(input_size, output_size), state[f"{number}.parameters"])
    return Network(member, parameters, state[f"{number}.moments"], state[f"{number}.scale"].item())


class Arrangement:
    """K networks in their panels, counted from 0 in the order given.

    Parameters
    ----------
    networks : sequence of Network
    workers : Workers
    """

    def __init__(self, networks: Sequence[Network], workers: Workers) -> None:
        self._workers, self._size = workers, len(networks)
        sizes = networks[0].parameters.architecture.sizes
        self._places = group([network.member for network in networks], sizes[0], sizes[-1], workers.threads)
        self._panels = [Panel([networks[place] for place in places]) for places in self._places]
        self._where = {
            place: (panel, k)
            for panel, places in zip(self._panels, self._places, strict=True)
            for k, place in enumerate(places)
        }

    def network(self, place: int) -> Network:
        """Return a copy of one network."""
        panel, k = self._where[place]
        return panel.read(k)

    def gather(self, work: Callable[[Panel, ndarray], ndarray]) -> ndarray:
        """Return what ``work`` gives for each panel, (..., networks of the panel), put together: (..., K).

        It is called with a panel and the places of its networks.
        """
        pairs = [(panel, np.array(places)) for panel, places in zip(self._panels, self._places, strict=True)]
        results = self._workers.run(lambda pair: work(*pair), pairs)
        whole = np.empty((*results[0].shape[:-1], self._size), results[0].dtype)
        for (_, places), result in zip(pairs, results, strict=True):
            whole[..., places] = result
        return whole

    def add_up(self, work: Callable[[Panel], ndarray]) -> ndarray:
        """Return the sum of what ``work`` gives for each panel."""
        return np.asarray(sum(self._workers.run(work, self._panels)))
