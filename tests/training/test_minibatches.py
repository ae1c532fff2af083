"""Which examples each step sees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.training.minibatches import epoch_batches, steps_per_epoch


@given(n=st.integers(1, 60), size=st.integers(1, 60), seed=st.integers(0, 9), epoch=st.integers(0, 9))
def test_a_permutation_shows_every_example_once_an_epoch(n: int, size: int, seed: int, epoch: int) -> None:
    index = 3 + 2 * np.arange(n)
    batches = epoch_batches(index, min(size, n), "permutation", seed, epoch)
    assert len(batches) == steps_per_epoch(n, min(size, n))
    assert sorted(np.concatenate([batches.batch(k) for k in range(len(batches))])) == index.tolist()
    lengths = [len(batches.batch(k)) for k in range(len(batches))]
    assert all(length == min(size, n) for length in lengths[:-1])
    assert lengths[-1] == n - sum(lengths[:-1]) > 0


def test_replacement_draws_full_batches_of_known_rows_and_repeats_some() -> None:
    index = 100 + np.arange(50)
    batches = epoch_batches(index, 20, "replacement", 0, 0)
    assert [len(batches.batch(k)) for k in range(len(batches))] == [20, 20, 20]
    assert set(batches.rows) < set(index)


@pytest.mark.parametrize("sampling", ["permutation", "replacement"])
def test_an_epoch_depends_on_its_seed_and_number_and_on_nothing_else(sampling: str) -> None:
    index = np.arange(40)
    rows = {
        (seed, epoch): tuple(epoch_batches(index, 8, sampling, seed, epoch).rows) for seed in (0, 1) for epoch in (0, 1)
    }
    assert len(set(rows.values())) == 4
    assert rows[1, 1] == tuple(epoch_batches(index, 8, sampling, 1, 1).rows)


@given(first=st.integers(0, 7), last=st.integers(0, 7))
def test_a_slice_holds_the_same_batches(first: int, last: int) -> None:
    batches = epoch_batches(np.arange(30), 4, "permutation", 0, 0)
    part = batches[first:last]
    assert len(part) == max(last - first, 0)
    for k in range(len(part)):
        np.testing.assert_array_equal(part.batch(k), batches.batch(first + k))
