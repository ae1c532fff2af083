"""The library's door: any function with a loss and gradients, its wrong line named, its misuse refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy import ndarray

import chainrule
from chainrule.errors import InputError

from ..shapes import any_shape

Parameters = dict[str, ndarray]


def tanh_network(p: Parameters, X: ndarray, t: ndarray) -> tuple[float, Parameters]:
    h = np.tanh(X @ p["W"] + p["c"])
    e = h @ p["V"] - t
    dz = 2 * e @ p["V"].T * (1 - h**2)
    return float(np.sum(e**2)), {"W": X.T @ dz, "c": dz.sum(axis=0), "V": h.T @ (2 * e)}


def without_the_square(p: Parameters, X: ndarray, t: ndarray) -> tuple[float, Parameters]:
    h = np.tanh(X @ p["W"] + p["c"])
    e = h @ p["V"] - t
    dh = 2 * e @ p["V"].T
    dz = dh * (1 - h)
    return float(np.sum(e**2)), {"W": X.T @ dz, "c": dz.sum(axis=0), "V": h.T @ (2 * e)}


def given() -> tuple[Parameters, ndarray, ndarray]:
    random = np.random.default_rng(0)
    parameters = {"W": random.normal(size=(3, 4)), "c": random.normal(size=4), "V": random.normal(size=(4, 2))}
    return parameters, random.normal(size=(5, 3)), random.normal(size=(5, 2))


def test_right_gradients_pass() -> None:
    answer = chainrule.check(tanh_network, *given())
    assert answer.verdict == "correct"
    assert set(answer.gradients) == {"W", "c", "V"}
    assert all(one.relative_error < 1e-6 for one in answer.gradients.values())
    chainrule.assert_gradients(tanh_network, *given())


def test_the_wrong_line_is_named_and_mended() -> None:
    answer = chainrule.check(without_the_square, *given())
    (finding,) = answer.findings
    assert finding.used == "dz = dh * (1 - h)"
    assert finding.expected == "dz = dh * (1 - h ** 2)"
    assert finding.verified
    assert not answer.gradients["W"].ok
    assert answer.gradients["V"].ok
    with pytest.raises(AssertionError, match=r"dz = dh \* \(1 - h\)"):
        chainrule.assert_gradients(without_the_square, *given())
    assert chainrule.check(without_the_square, *given()).findings == answer.findings  # nothing of it was changed


@pytest.mark.parametrize(
    ("function", "parameters", "message"),
    [
        (lambda p: 3.0, {"W": np.ones(2)}, "a function that returns"),
        (lambda p: (p["W"], p), {"W": np.ones(2)}, "a loss that is one number"),
        (lambda p: (0.0, p), {}, "at least one array"),
        (lambda p: (0.0, p), {"W": "abc"}, "arrays of numbers"),
        (lambda p: (np.random.default_rng().random(), p), {"W": np.ones(2)}, "the same loss"),
    ],
)
def test_misuse_is_refused(function: Any, parameters: Any, message: str) -> None:
    with any_shape(), pytest.raises(InputError, match=message):
        chainrule.check(function, parameters)
