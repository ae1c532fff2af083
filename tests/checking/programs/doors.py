"""How each kind of program is called: from its code to a function of a draw that returns loss and gradients."""

from __future__ import annotations

import ast
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from tests.checking.programs.draws import Draw
from tests.checking.programs.namespace import compiled, executed, python3
from tests.checking.programs.oracle import Run

Gradients = dict[str, ndarray]
Names = dict[str, Any]
Opened = Callable[[str], Run]
"""From the code of a program to a function of a draw."""


def by(call: Callable[[Names, Draw], tuple[Any, Any]]) -> Opened:
    """Return a door to a program whose functions are called as ``call`` does it."""

    def opened(code: str) -> Run:
        names = executed(compiled(code))

        def run(draw: Draw) -> tuple[float, Gradients]:
            np.random.seed(0)
            loss, gradients = call(names, draw)
            if not isinstance(gradients, dict):
                gradients = dict(zip(draw.values, gradients, strict=True))
            return float(loss), gradients

        return run

    return opened


def network_class(name: str) -> Opened:
    """Return a door to a class with ``params`` and ``loss(X, y, reg)``."""

    def call(names: Names, draw: Draw) -> tuple[Any, Any]:
        network = names[name](2, 3, 4)
        network.params = draw.copies()
        loss, gradients = network.loss(draw.copy_of("X"), draw.copy_of("y"), reg=draw.reg)
        return loss, gradients

    return by(call)


@dataclass(frozen=True)
class Layer:
    """A forward and its backward; or, without a backward, a function of scores and labels."""

    name: str
    forward: str
    backward: str
    inputs: tuple[str, ...]
    given: tuple[Any, ...] = ()


def layers(*table: Layer) -> Opened:
    """Return a door to layers: the loss is the sum, over them, of what comes out times a random upstream gradient."""

    def call(names: Names, draw: Draw) -> tuple[Any, Any]:
        total = 0.0
        gradients: Gradients = {}
        for layer in table:
            inputs = [draw.values[f"{layer.name}.{name}"].copy() for name in layer.inputs]
            value, found = _layer(names, layer, inputs, draw)
            total += value
            gradients |= {f"{layer.name}.{name}": one for name, one in zip(layer.inputs, found, strict=True)}
        return total, gradients

    return by(call)


def _layer(names: Names, layer: Layer, inputs: list[ndarray], draw: Draw) -> tuple[float, Sequence[ndarray]]:
    if not layer.backward:
        loss, gradient = names[layer.forward](*inputs, draw.copy_of("labels"))
        return float(loss), [gradient]
    out, cache = names[layer.forward](*inputs, *layer.given)
    upstream = np.random.default_rng(zlib.crc32(layer.name.encode())).normal(size=out.shape)
    value = float(np.sum(out * upstream))
    found = names[layer.backward](upstream.copy(), cache)
    return value, found if isinstance(found, tuple) else [found]


def script(loss: str, gradients: dict[str, str], given: Callable[[Draw], Names]) -> Opened:
    """Return a door to a script: one turn of its loop, from values and names ``given`` in place of its own.

    What the script itself prepares is left out; ``gradients`` says where it keeps the gradient of each value.
    """

    def opened(code: str) -> Run:
        program = compile(_one_turn(ast.parse(python3(code))), "<script>", "exec")

        def run(draw: Draw) -> tuple[float, Gradients]:
            names = executed(program, **draw.copies(), **given(draw))
            return float(names[loss]), {value: names[name] for value, name in gradients.items()}

        return run

    return opened


def _one_turn(tree: ast.Module) -> ast.Module:
    kept = [one for one in tree.body if isinstance(one, ast.Import | ast.ImportFrom | ast.FunctionDef)]
    loop = [one for one in tree.body if isinstance(one, ast.For)][-1]
    loop.iter = ast.parse("range(1)", mode="eval").body
    return ast.fix_missing_locations(ast.Module([*kept, loop], []))
