"""Optuna's grid sampler over PyTorch, one trial at a time, each on all threads or on one, as is faster."""

from __future__ import annotations

from typing import Any

import numpy as np
import optuna
import torch
from numpy import ndarray

from benchmarks.tuning.grid import Grid, Setting
from benchmarks.tuning.peers.torch_network import TorchNetwork


class Peer:
    """A study in memory."""

    def __init__(self, grid: Grid, threads: int) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        torch.set_num_threads(min(threads, grid.threads_alone))
        self._grid, self._network = grid, TorchNetwork(grid.inputs())

    def rehearse(self) -> None:
        """Train one."""
        self._network.train(self._grid, self._grid.settings[0], 1)

    def search(self) -> ndarray:
        """Ask and tell, until the grid is done."""
        study = new_study(self._grid)
        study.optimize(lambda trial: self._network.train(self._grid, point_of(trial, self._grid), self._grid.epochs))
        return accuracies(study, self._grid)


def space_of(grid: Grid) -> dict[str, list[float]]:
    """Return the grid as Optuna's sampler takes it."""
    return {"learning_rate": list(grid.learning_rates), "reg": list(grid.regs)}


def new_study(grid: Grid, **options: Any) -> optuna.Study:
    """Return a study that goes through the grid."""
    sampler = optuna.samplers.GridSampler(space_of(grid), seed=0)
    return optuna.create_study(direction="maximize", sampler=sampler, **options)


def point_of(trial: optuna.Trial, grid: Grid) -> Setting:
    """Return the setting that a trial is to try."""
    rate = trial.suggest_float("learning_rate", min(grid.learning_rates), max(grid.learning_rates))
    return Setting(rate, trial.suggest_float("reg", min(grid.regs), max(grid.regs)))


def accuracies(study: optuna.Study, grid: Grid) -> ndarray:
    """Return what was found of each setting."""
    found = {(trial.params["learning_rate"], trial.params["reg"]): trial.value for trial in study.trials}
    return np.array([found[setting.learning_rate, setting.reg] for setting in grid.settings], float)
