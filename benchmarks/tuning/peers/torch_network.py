"""The network in PyTorch, for whoever searches with it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from benchmarks.tuning.grid import Grid, Setting


class TorchNetwork:
    """Trains one setting on tensors that stay in memory, rows picked by a permutation every epoch."""

    def __init__(self, grid: Grid) -> None:
        inputs = grid.inputs()
        self._grid = grid
        self._X, self._y = torch.from_numpy(inputs.X), torch.from_numpy(inputs.y)
        self._X_validation, self._y_validation = (
            torch.from_numpy(part) for part in (inputs.X_validation, inputs.y_validation)
        )

    def train(self, setting: Setting, epochs: int) -> float:
        """Return its validation accuracy."""
        torch.manual_seed(0)
        hidden, last = nn.Linear(self._X.shape[1], self._grid.hidden), nn.Linear(self._grid.hidden, 10)
        for layer in (hidden, last):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
        network = nn.Sequential(hidden, nn.ReLU(), last)
        groups = [
            {"params": [hidden.weight, last.weight], "weight_decay": 2 * setting.reg},
            {"params": [hidden.bias, last.bias], "weight_decay": 0.0},
        ]
        optimizer = torch.optim.SGD(groups, lr=setting.learning_rate, fused=True)
        loss = nn.CrossEntropyLoss()
        for _ in range(epochs):
            order = torch.randperm(len(self._y))
            for start in range(0, len(order), self._grid.batch_size):
                rows = order[start : start + self._grid.batch_size]
                optimizer.zero_grad()
                loss(network(self._X[rows]), self._y[rows]).backward()
                optimizer.step()
        return self._accuracy(network)

    def _accuracy(self, network: nn.Module) -> float:
        with torch.no_grad():
            found: Tensor = network(self._X_validation).argmax(dim=1)
        return float((found == self._y_validation).double().mean())
