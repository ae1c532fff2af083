"""The runs that ``training.py`` times, and the same data for all who run them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.data.features import Subset
from chainrule.data.open import open_data
from chainrule.data.prepared import prepare

PIXELS = "normal:1e-4"


@dataclass(frozen=True)
class WholeRun:
    """Settings and a goal.

    Attributes
    ----------
    name : str
    target : float
        The validation accuracy at which the clock stops.
    source : str
        What :func:`chainrule.open_data` opens.
    hidden, batch_size, rule, learning_rate, decay, reg, preprocess, initial_weights
        The settings. ``decay`` multiplies the rate at the end of every epoch.
    split_seed : int
    most_epochs : int
        Where a run that has not arrived is given up.
    """

    name: str
    target: float
    source: str
    hidden: int
    batch_size: int
    rule: str
    learning_rate: float
    decay: float
    reg: float
    preprocess: str
    initial_weights: str
    split_seed: int = 0
    most_epochs: int = 60

    def settings(self, seed: int) -> dict[str, Any]:
        """Return them as chainrule's."""
        return {
            "source": self.source,
            "split_seed": self.split_seed,
            "preprocess": self.preprocess,
            "hidden": [self.hidden],
            "initial_weights": self.initial_weights,
            "batch_size": self.batch_size,
            "rule": self.rule,
            "learning_rate": self.learning_rate,
            "schedule": "constant" if self.decay == 1 else f"decay:{self.decay:g}",
            "reg": self.reg,
            "epochs": self.most_epochs,
            "seed": seed,
        }


def digits() -> WholeRun:
    """The embedded digits to 97 %.

    The validation part has 144 rows, and on some splits no run reaches 97 % of them. Split 2 was chosen among four by
    trying chainrule's own engine with two seeds: the choice says nothing of the peers.
    """
    return WholeRun("digits to 97 %", 0.97, "digits", 128, 32, "momentum", 0.05, 1.0, 1e-4, "mean,scale", "he", 2)


def cifar10(source: str, target: float) -> WholeRun:
    """The first report's settings."""
    name = f"CIFAR-10 to {100 * target:g} %"
    return WholeRun(name, target, source, 1024, 250, "sgd", 1e-3, 0.95, 0.5, "mean", PIXELS)


@dataclass(frozen=True)
class Inputs:
    """Training and validation inputs in float32, as a peer holds them."""

    X: ndarray
    y: ndarray
    X_validation: ndarray
    y_validation: ndarray
    n_classes: int = field(default=10)


def load_inputs(run: WholeRun) -> Inputs:
    """Open the data for a peer, in the same split and preprocessing.

    Files are read by ``chainrule.open_data``, and so from the same decoded cache: reading JPEG files is not what is
    compared, and a peer that decoded them itself would need half a minute more each time.
    """
    dataset = open_data(run.source)
    data = prepare(dataset, run.preprocess, split_seed=run.split_seed)
    return Inputs(
        _gathered(data.train), data.train.labels, _gathered(data.validation), data.validation.labels, dataset.n_classes
    )


def _gathered(part: Subset) -> ndarray:
    """Return all inputs of a part, gathered piece by piece so that nothing larger than the result is held."""
    inputs = np.empty((len(part), part.features.X.shape[1]), np.float32)
    place = 0
    for X, _ in part.batches(1000, np.float32):
        inputs[place : place + len(X)] = X
        place += len(X)
    return inputs


def first_weights(run: WholeRun, inputs: int, classes: int, seed: int) -> list[tuple[ndarray, ndarray]]:
    """Return (W, b) of both layers, drawn as the run's settings say."""
    from chainrule.network.initial import initial_parameters
    from chainrule.network.parameters import Architecture

    parameters = initial_parameters(Architecture(inputs, (run.hidden,), classes), run.initial_weights, seed, np.float32)
    return list(zip(parameters.weights, parameters.biases, strict=True))
