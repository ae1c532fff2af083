"""How each kind of program is called: from its code to a function of a draw that returns loss and gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray

from tests.checking.programs.draws import Draw
from tests.checking.programs.namespace import compiled, executed
from tests.checking.programs.oracle import Run

Opened = Callable[[str], Run]


def network_class(name: str, *arguments: Any) -> Opened:
    """Return a door to a class with ``params`` and ``loss(X, y, reg)``."""

    def opened(code: str) -> Run:
        names = executed(compiled(code))

        def run(draw: Draw) -> tuple[float, dict[str, ndarray]]:
            np.random.seed(0)
            network = names[name](*arguments or (2, 3, 4))
            network.params = draw.copies()
            loss, gradients = network.loss(draw.copy_of("X"), draw.copy_of("y"), reg=draw.reg)
            return float(loss), gradients

        return run

    return opened
