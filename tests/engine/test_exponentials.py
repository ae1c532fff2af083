"""The exponential that softmax takes, beside NumPy's of more digits."""

from __future__ import annotations

import numpy as np
import pytest
from numpy import ndarray

from chainrule.engine.kernels import exponentiate


def exponentials(x: ndarray, precision: str) -> ndarray:
    values = x.astype(precision)
    exponentiate(values)
    return values


@pytest.mark.parametrize(("precision", "least", "tolerance"), [("float32", -87, 2e-7), ("float64", -700, 4e-16)])
def test_exponentials_have_the_digits_of_their_precision(precision: str, least: float, tolerance: float) -> None:
    x = np.append(np.linspace(least, 0, 10_001), -np.finfo(precision).tiny).astype(precision)

    values = exponentials(x, precision)

    np.testing.assert_allclose(values, np.exp(x.astype(np.longdouble)), rtol=tolerance)
    assert values[-2] == 1


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_what_is_too_small_is_next_to_nothing_and_nan_stays(precision: str) -> None:
    values = exponentials(np.array([-1e5, -np.inf, np.nan]), precision)

    assert ((values[:2] > 0) & (values[:2] < 1e-37)).all()
    assert np.isnan(values[2])
