"""Optuna over PyTorch, tensors in memory, on all threads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice

import torch

from benchmarks.tuning.equal_time import optuna_loop
from benchmarks.tuning.equal_time.contest import Contest, Point, Told
from benchmarks.tuning.peers.torch_network import TorchNetwork


class Peer:
    """See :class:`benchmarks.tuning.equal_time.contest.Peer`."""

    def __init__(self, contest: Contest, threads: int) -> None:
        torch.set_num_threads(threads)
        self._contest, self._network = contest, TorchNetwork(contest.inputs())

    def rehearse(self) -> None:
        """Train an epoch."""
        next(self._train(Point(0.01, 1e-6, self._contest.hidden[0], self._contest.batch_sizes[-1])))

    def search(self, seed: int, told: Told) -> None:
        """Search as Optuna does."""
        optuna_loop.search(self._contest, self._train, seed, told)

    def _train(self, point: Point) -> Iterator[float]:
        return islice(self._network.epochs(**asdict(point)), self._contest.epochs)
