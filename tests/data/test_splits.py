"""Splits are stratified, seeded and disjoint."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.data.dataset import Dataset, Rows
from chainrule.data.splits import split_rows
from chainrule.errors import InputError


def labelled(counts: list[int], n_test: int = 0, seed: int = 0) -> Dataset:
    y = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts)).astype(np.int64)
    test = Rows(np.zeros((n_test, 1), np.uint8), np.zeros(n_test, np.int64)) if n_test else None
    return Dataset("d", "d", Rows(np.zeros((len(y), 1), np.uint8), y), test, tuple(map(str, range(len(counts)))))


def test_cifar10_gives_what_the_reports_had() -> None:
    split = split_rows(labelled([5000] * 10, n_test=10000), None, None, seed=0)
    assert (len(split.train), len(split.validation), len(split.test)) == (49000, 1000, 10000)


@given(counts=st.lists(st.integers(8, 40), min_size=2, max_size=6), seed=st.integers(0, 99))
def test_parts_are_disjoint_whole_and_in_proportion(counts: list[int], seed: int) -> None:
    dataset = labelled(counts, seed=seed)
    split = split_rows(dataset, None, None, seed)
    parts = (split.train, split.validation, split.test)
    together = np.concatenate(parts)
    np.testing.assert_array_equal(np.sort(together), np.arange(sum(counts)))
    for part in parts:
        np.testing.assert_array_equal(part, np.sort(part))
        shares = np.bincount(dataset.train.y[part], minlength=len(counts))
        assert np.abs(shares - len(part) * np.array(counts) / sum(counts)).max() <= 1.5
    again = split_rows(dataset, None, None, seed)
    np.testing.assert_array_equal(again.train, split.train)
    other = split_rows(dataset, None, None, seed + 1)
    assert not np.array_equal(other.train, split.train)


@given(counts=st.lists(st.integers(1, 6), min_size=2, max_size=5))
def test_every_class_trains(counts: list[int]) -> None:
    dataset = labelled(counts)
    try:
        split = split_rows(dataset, None, None, 0)
    except InputError:  # too few rows for that; the table below has the message
        assert sum(counts) < 2 * len(counts) + 2
        return
    assert set(dataset.train.y[split.train]) == set(range(len(counts)))


@pytest.mark.parametrize(
    ("validation", "test", "lengths"),
    [(None, None, (72, 8, 20)), (5, 10, (85, 5, 10)), (0.25, 0.5, (38, 12, 50)), (0.1, 1, (89, 10, 1))],
)
def test_amounts_are_rows_or_shares(
    validation: float | None, test: float | None, lengths: tuple[int, int, int]
) -> None:
    split = split_rows(labelled([50, 50]), validation, test, 0)
    assert (len(split.train), len(split.validation), len(split.test)) == lengths


@pytest.mark.parametrize(
    ("validation", "test", "n_test", "message"),
    [
        (100, None, 0, "--validation: expected from 1 to 79 rows"),
        (None, 100, 0, "--test: expected from 1 to 99 rows"),
        (0.001, None, 0, "--validation: expected"),
        (None, 5, 3, "--test: expected nothing: the data set has a test set of its own"),
        (79, None, 0, "expected more than 100 rows"),
    ],
)
def test_impossible_amounts(validation: float | None, test: float | None, n_test: int, message: str) -> None:
    with pytest.raises(InputError) as error:
        split_rows(labelled([50, 50], n_test), validation, test, 0)
    assert message in str(error.value)
