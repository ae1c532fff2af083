"""The network in PyTorch, for whoever searches with it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import torch
from torch import Tensor, nn

from benchmarks.tuning.grid import Grid, Setting
from benchmarks.whole_runs import Inputs


class TorchNetwork:
    """Trains one setting on tensors that stay in memory, rows picked by a permutation every epoch."""

    def __init__(self, inputs: Inputs) -> None:
        self._X, self._y = torch.from_numpy(inputs.X), torch.from_numpy(inputs.y)
        self._X_validation, self._y_validation = (
            torch.from_numpy(part) for part in (inputs.X_validation, inputs.y_validation)
        )

    def train(self, grid: Grid, setting: Setting, epochs: int) -> float:
        """Return the validation accuracy after some epochs, measured once."""
        networks = self.networks(setting.learning_rate, setting.reg, grid.hidden, grid.batch_size)
        return self._accuracy(next(islice(networks, epochs - 1, None)))

    def epochs(self, learning_rate: float, reg: float, hidden: int, batch_size: int) -> Iterator[float]:
        """Yield the validation accuracy after every epoch, without an end."""
        for network in self.networks(learning_rate, reg, hidden, batch_size):
            yield self._accuracy(network)

    def networks(self, learning_rate: float, reg: float, units: int, batch_size: int) -> Iterator[nn.Module]:
        """Yield the network after every epoch, without an end."""
        torch.manual_seed(0)
        hidden, last = nn.Linear(self._X.shape[1], units), nn.Linear(units, 10)
        for layer in (hidden, last):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
        network = nn.Sequential(hidden, nn.ReLU(), last)
        groups = [
            {"params": [hidden.weight, last.weight], "weight_decay": 2 * reg},
            {"params": [hidden.bias, last.bias], "weight_decay": 0.0},
        ]
        optimizer = torch.optim.SGD(groups, lr=learning_rate, fused=True)
        loss = nn.CrossEntropyLoss()
        while True:
            order = torch.randperm(len(self._y))
            for start in range(0, len(order), batch_size):
                rows = order[start : start + batch_size]
                optimizer.zero_grad()
                loss(network(self._X[rows]), self._y[rows]).backward()
                optimizer.step()
            yield network

    def _accuracy(self, network: nn.Module) -> float:
        with torch.no_grad():
            found: Tensor = network(self._X_validation).argmax(dim=1)
        return float((found == self._y_validation).double().mean())
