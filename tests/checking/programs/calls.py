"""How the programs that are not called like most are called, and the draws of theirs that are of other shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from tests.checking.programs.draws import SIZES, Draw, two_layers

Names = dict[str, Any]


def data(draw: Draw) -> tuple[ndarray, ndarray]:
    """Return inputs and labels, for a program to write into."""
    return draw.copy_of("X"), draw.copy_of("y")


def split(returned: tuple[Any, ...]) -> tuple[Any, list[Any]]:
    """Split ``loss, dW1, db1, ...``."""
    loss, *gradients = returned
    return loss, gradients


def deep_class(names: Names, draw: Draw) -> tuple[Any, Any]:
    """Call a class that takes its widths and its penalty when it is made."""
    widths = [draw.values[f"b{layer}"].size for layer in range(1, len(draw.values) // 2 + 1)]
    network = names["FullyConnectedNet"](widths[:-1], len(draw.values["W1"]), widths[-1], reg=draw.reg)
    network.params = draw.copies()
    loss, gradients = network.loss(*data(draw))
    return loss, gradients


def draw_bias_row(seed: int) -> Draw:
    """Draw weights with the biases as their last rows."""
    draw = two_layers(seed)
    weights = {f"W{k}": np.vstack([draw.values[f"W{k}"], draw.values[f"b{k}"]]) for k in (1, 2)}
    return Draw(weights, draw.given, draw.reg)


def bias_row(names: Names, draw: Draw) -> tuple[Any, Any]:
    """Call a function of weights with the biases in them."""
    return split(names["nnet_loss"](*draw.copies().values(), *data(draw), draw.reg))


def draw_class_columns(seed: int) -> Draw:
    """Draw weights for columns, and inputs as rows."""
    draw = two_layers(seed, columns=True)
    return Draw(draw.values, {**draw.given, "X": draw.given["X"].T.copy()}, draw.reg)


def draw_binary_columns(seed: int) -> Draw:
    """Draw one output unit, examples as columns; there is no penalty."""
    N, D, H, _, _ = SIZES[seed % len(SIZES)]
    rng = np.random.default_rng(seed)
    shapes = {"W1": (H, D), "b1": (H, 1), "W2": (1, H), "b2": (1, 1)}
    values = {name: rng.normal(0, 0.8, shape) for name, shape in shapes.items()}
    return Draw(values, {"X": rng.normal(size=(D, N)), "Y": rng.integers(0, 2, (1, N)).astype(float), "N": N})


def binary_columns(names: Names, draw: Draw) -> tuple[Any, Any]:
    """Call forward, cost and backward of a network with one sigmoid unit at its end."""
    parameters, X, Y = draw.copies(), draw.copy_of("X"), draw.copy_of("Y")
    out, cache = names["forward_propagation"](X, parameters)
    cost = names["compute_cost"](out, Y)
    gradients = names["backward_propagation"](parameters, cache, X, Y)
    return cost, {name: gradients[f"d{name}"] for name in draw.values}


def deep_columns(names: Names, draw: Draw) -> tuple[Any, Any]:
    """Call forward, cost and backward of a deep network with columns as examples."""
    parameters, (X, y) = draw.copies(), data(draw)
    Y = names["one_hot"](y, draw.values[f"b{len(draw.values) // 2}"].size)
    out, cache = names["forward_propagation"](X, parameters)
    cost = names["compute_cost"](out, Y, parameters, draw.reg)
    gradients = names["backward_propagation"](parameters, cache, X, Y, draw.reg)
    return cost, {name: gradients[f"d{name}"] for name in draw.values}


def rings_names(draw: Draw) -> Names:
    """Return what a script has before its loop, besides its weights."""
    X, y = data(draw)
    return {"X": X, "y": y, "M": len(y), "reg": draw.reg, "lr": 0.5}


def draw_notebook(seed: int) -> Draw:
    """Draw weights under the names of a notebook."""
    draw = two_layers(seed)
    renamed = {name.lower().replace("b", "c"): value for name, value in draw.values.items()}
    return Draw(renamed, draw.given, draw.reg)


def notebook_names(draw: Draw) -> Names:
    """Return what a notebook has before its loop, besides its weights."""
    X, y = data(draw)
    return {"X_train": X, "y_train": y, "n": len(y), "decay": draw.reg, "lr": 0.5, "history": []}


def draw_squared_error(seed: int) -> Draw:
    """Draw inputs, targets and weights of a network without biases."""
    N, D, H, C, _ = SIZES[seed % len(SIZES)]
    rng = np.random.default_rng(seed)
    values = {"weights_in": rng.normal(size=(D, H)), "weights_out": rng.normal(size=(H, C))}
    return Draw(values, {"questions": rng.normal(size=(N, D)), "answers": rng.normal(size=(N, C)), "N": N})


def squared_error_names(draw: Draw) -> Names:
    """Return what a script has before its loop, besides its weights."""
    return {name: draw.copy_of(name) for name in ("questions", "answers")} | {"rate": 0.8}
