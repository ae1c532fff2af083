"""Optuna's grid sampler over PyTorch, one process a thread, through a journal file that they share."""

from __future__ import annotations

import multiprocessing
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

import optuna
import torch
from numpy import ndarray
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from benchmarks.tuning.grid import Grid
from benchmarks.tuning.peers.optuna_torch import accuracies, new_study, point_of
from benchmarks.tuning.peers.torch_network import TorchNetwork


class Peer:
    """The processes are started, with their data, before the clock."""

    def __init__(self, grid: Grid, threads: int) -> None:
        self._grid = grid
        self._folder = tempfile.TemporaryDirectory()
        self._file = Path(self._folder.name) / "journal"
        context = multiprocessing.get_context("spawn")
        self._lines: list[Connection] = []
        for _ in range(threads):
            ours, theirs = context.Pipe()
            context.Process(target=_work, args=(grid, str(self._file), theirs), daemon=True).start()
            self._lines.append(ours)

    def rehearse(self) -> None:
        """Wait until all have trained one network."""
        for line in self._lines:
            line.recv()

    def search(self) -> ndarray:
        """Let all of them ask and tell, until the grid is done."""
        study = new_study(self._grid, storage=_storage(str(self._file)), study_name="grid")
        for line in self._lines:
            line.send("begin")
        for line in self._lines:
            line.recv()
        return accuracies(study, self._grid)


def _storage(file: str) -> JournalStorage:
    return JournalStorage(JournalFileBackend(file))


def _work(grid: Grid, file: str, line: Connection) -> None:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    torch.set_num_threads(1)
    network = TorchNetwork(grid.inputs())
    network.train(grid, grid.settings[0], 1)
    line.send("ready")
    line.recv()
    study = new_study(grid, storage=_storage(file), study_name="grid", load_if_exists=True)
    study.optimize(lambda trial: network.train(grid, point_of(trial, grid), grid.epochs))
    line.send("done")
