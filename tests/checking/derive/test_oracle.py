"""Generated functions beside central differences of the program's own, without anything of the derivation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.checking.derive.api import derive_file

PROGRAMS = Path(__file__).parent / "programs"
RANDOM = np.random.default_rng(4)


def namespace(name: str) -> dict[str, Any]:
    """Run the program with its derived backward pass; return its names."""
    names: dict[str, Any] = {"__name__": "derived"}
    exec(compile(derive_file(PROGRAMS / name).program, name, "exec"), names)
    return names


def numeric(f: Callable[[], float], x: np.ndarray) -> np.ndarray:
    found = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        before = x[place]
        x[place] = before + 1e-6
        above = f()
        x[place] = before - 1e-6
        below = f()
        x[place] = before
        found[place] = (above - below) / 2e-6
    return found


def test_batch_normalisation() -> None:
    names = namespace("uncalled_bn.py")
    x, gamma, beta, dout = (RANDOM.normal(size=size) for size in ((6, 4), 4, 4, (6, 4)))
    _, cache = names["batchnorm_forward"](x, gamma, beta)
    given = names["batchnorm_backward"](dout, x, cache)
    for one, found in zip((x, gamma, beta), given, strict=True):
        truth = numeric(lambda: float((names["batchnorm_forward"](x, gamma, beta)[0] * dout).sum()), one)
        np.testing.assert_allclose(found, truth, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("window", [2, 3])
def test_max_pooling(window: int) -> None:
    names = namespace("uncalled_pool.py")
    x = RANDOM.normal(size=(2, 6, 6, 3))
    y, memory = names["max_pool"](x, window, window)
    dout = RANDOM.normal(size=y.shape)
    truth = numeric(lambda: float((names["max_pool"](x, window, window)[0] * dout).sum()), x)
    np.testing.assert_allclose(names["max_pool_backward"](dout, memory), truth, rtol=1e-5, atol=1e-7)


def test_two_functions_of_a_course() -> None:
    names = namespace("own_funcs.py")
    X, Y = RANDOM.normal(size=(2, 5)), (RANDOM.random((1, 5)) > 0.5).astype(float)
    parameters = names["initialize"](2, 4, 1)
    A2, cache = names["forward_propagation"](X, parameters)
    grads = names["backward_propagation"](names["compute_cost_backward"](A2, Y), X, parameters, cache)

    def cost() -> float:
        return float(names["compute_cost"](names["forward_propagation"](X, parameters)[0], Y))

    for key, value in parameters.items():
        np.testing.assert_allclose(grads[key], numeric(cost, value), rtol=1e-5, atol=1e-7)
