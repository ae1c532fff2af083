"""Which units are left out: known numbers of splitmix64, the right share of them, and nothing in common."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.network import dropout
from chainrule.network.dropout import GOLDEN, Dropout, mask

N, H = 300, 400


def test_the_generator_is_splitmix64() -> None:
    """The first numbers after the seed 1234567, as published with the generator's C source."""
    states = np.array([1234567], np.uint64) + np.arange(1, 4, dtype=np.uint64) * GOLDEN
    assert dropout._mix(states).tolist() == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_share_that_is_left_out_and_the_scale_of_the_rest(rate: float, dtype: str) -> None:
    found = mask(Dropout(rate, 0, 1), 1, N, H, dtype)
    assert found.dtype == dtype
    assert set(np.unique(found)) <= {0.0, np.dtype(dtype).type(1 / (1 - rate))}
    tolerance = 5 * np.sqrt(rate * (1 - rate) / (N * H))
    assert (found == 0).mean() == pytest.approx(rate, abs=tolerance)
    assert np.abs((found == 0).mean(axis=0) - rate).max() < 6 * np.sqrt(rate * (1 - rate) / N) + 1e-9
    assert np.abs((found == 0).mean(axis=1) - rate).max() < 6 * np.sqrt(rate * (1 - rate) / H) + 1e-9


@pytest.mark.parametrize(
    ("other", "layer"),
    [(Dropout(0.5, 1, 1), 1), (Dropout(0.5, 0, 2), 1), (Dropout(0.5, 0, 1), 2), (Dropout(0.5, 2**63 - 1, 1), 1)],
)
def test_another_seed_step_or_layer_has_nothing_in_common(other: Dropout, layer: int) -> None:
    one, two = mask(Dropout(0.5, 0, 1), 1, N, H, "float32"), mask(other, layer, N, H, "float32")
    for shift in range(3):  # nor is it the same a little further on
        equal = (one[:, : H - shift] == two[:, shift:]).mean()
        assert equal == pytest.approx(0.5, abs=5 * 0.5 / np.sqrt(N * (H - shift)))


def test_rows_and_units_have_nothing_in_common() -> None:
    found = mask(Dropout(0.5, 0, 1), 1, N, H, "float64") - 1
    between_rows, between_units = found @ found.T / H, found.T @ found / N
    assert np.abs(between_rows - np.eye(N)).max() < 6 / np.sqrt(H)
    assert np.abs(between_units - np.eye(H)).max() < 6 / np.sqrt(N)


def test_it_does_not_depend_on_how_many_rows_and_units_there_are() -> None:
    whole = mask(Dropout(0.3, 5, 6), 2, N, H, "float32")
    np.testing.assert_array_equal(mask(Dropout(0.3, 5, 6), 2, 7, 11, "float32"), whole[:7, :11])
