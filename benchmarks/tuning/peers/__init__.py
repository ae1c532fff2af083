"""Everyone who searches a grid, one a file: ``Peer(grid)`` makes ready, ``search()`` is what is timed."""

from __future__ import annotations

from typing import Protocol

from numpy import ndarray


class Peer(Protocol):
    """Made from a :class:`benchmarks.tuning.grid.Grid` and the number of threads."""

    def rehearse(self) -> None:
        """Do a little of everything, so that what is set up on first use is in nobody's time."""

    def search(self) -> ndarray:
        """Train the network with every setting; return the validation accuracy (settings,) of each.

        One that stops settings early gives nan for those.
        """


PEERS = {
    "wide_products": "the wide products alone",
    "population": "chainrule, one population",
    "population_halving": "chainrule, population, halving",
    "one_at_a_time": "chainrule, one at a time",
    "scikit_learn_grid": "scikit-learn, GridSearchCV",
    "scikit_learn_halving": "scikit-learn, HalvingGridSearchCV",
    "optuna_torch": "Optuna over PyTorch, one at a time",
    "optuna_torch_processes": "Optuna over PyTorch, two processes",
}
"""Their names, which are those of their modules, and what the table calls them."""
