"""Compiled activations, losses and masks by themselves: to the last digits, at the ends of the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.engine import dropout as compiled_dropout
from chainrule.engine.activations import CODES, activate, activation_backward
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.dropout import Dropout, mask

ENDS = [0.0, -0.0, 1e-300, -1e-9, 0.0199, 0.0201, -0.02, 0.5, -3.0, 20.0, -40.0, 500.0, -800.0, np.inf, -np.inf]
SMOOTH = ("logistic", "tanh")


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize(("dtype", "digits"), [("float64", 4e-15), ("float32", 1.3e-7)])
def test_activations_to_the_last_digits(name: str, dtype: str, digits: float) -> None:
    z = np.concatenate([ENDS, np.random.default_rng(0).normal(scale=5, size=4000)]).astype(dtype)
    found = z.copy()
    activate(CODES[name], found, len(z), 0, 1, 0, len(z))
    expected = ACTIVATIONS[name].forward(z.astype(np.float64)[None])[0]
    np.testing.assert_allclose(found, expected, rtol=digits, atol=1e-37 if dtype == "float32" else 1e-303)


@pytest.mark.parametrize("name", CODES)
def test_what_is_no_number_stays_none(name: str) -> None:
    z = np.full(3, np.nan)
    activate(CODES[name], z, 3, 0, 1, 0, 3)
    assert np.isnan(z).all()


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("rate", [0.0, 0.25])
def test_derivatives_of_a_part(name: str, rate: float) -> None:
    rng = np.random.default_rng(1)
    z, upstream = rng.normal(size=(2, 6, 9))
    masks = mask(Dropout(rate, 3, 4), 1, 6, 9, "float64")
    a, da = ACTIVATIONS[name].forward(z) * masks, upstream * masks
    expected = ACTIVATIONS[name].backward(da, z)
    found = da.copy()
    activation_backward(CODES[name], found.reshape(-1), a.reshape(-1), 1 - rate, 9, 1, 4, 2, 7)
    np.testing.assert_allclose(found[1:4, 2:7], expected[1:4, 2:7], rtol=1e-12, atol=1e-15)
    found[1:4, 2:7] = da[1:4, 2:7]
    np.testing.assert_array_equal(found, da)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**63 - 1),
    step=st.integers(1, 10**12),
    layer=st.integers(1, 9),
    rate=st.sampled_from([0.0, 0.1, 0.5, 1 / 3, 0.999]),
    edges=st.tuples(*[st.integers(0, 20)] * 4),
)
def test_masks_are_those_of_the_reference_bit_for_bit(
    dtype: str, seed: int, step: int, layer: int, rate: float, edges: tuple[int, int, int, int]
) -> None:
    N, H = 20, 20
    top, bottom, left, right = *sorted(edges[:2]), *sorted(edges[2:])
    expected = mask(Dropout(rate, seed, step), layer, N, H, dtype)
    values = np.ones(N * H, dtype)
    key = np.uint64(compiled_dropout.layer_key(seed, step, layer))
    compiled_dropout.drop(values, rate, key, H, top, bottom, left, right)
    found = values.reshape(N, H)
    np.testing.assert_array_equal(found[top:bottom, left:right], expected[top:bottom, left:right])
    found[top:bottom, left:right] = 1
    assert (found == 1).all()


def test_another_key_is_seen() -> None:
    values = np.ones(400)
    compiled_dropout.drop(values, 0.5, np.uint64(compiled_dropout.layer_key(0, 1, 1)), 20, 0, 20, 0, 20)
    assert (values.reshape(20, 20) != mask(Dropout(0.5, 0, 2), 1, 20, 20, "float64")).mean() > 0.3
