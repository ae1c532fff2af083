"""Preprocessing is fitted on training rows only, and does what each step's name says."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.data.dataset import Dataset, Rows
from chainrule.data.features import Subset
from chainrule.data.prepared import prepare
from chainrule.data.preprocess import fit, parse_steps
from chainrule.errors import InputError

RNG = np.random.default_rng(0)
TRAIN = np.arange(0, 300, 2)


@pytest.fixture
def pixels() -> np.ndarray:
    mixing = RNG.normal(size=(6, 6))
    X = np.clip(128 + 20 * RNG.normal(size=(300, 6)) @ mixing, 0, 255)
    X[:, 5] = 7  # a pixel that never varies
    return X.astype(np.uint8)


def expected_inputs(steps: str, X: np.ndarray) -> np.ndarray:
    """The same by NumPy's own functions in float64."""
    train = X[TRAIN].astype(np.float64)
    std = np.where(train.std(axis=0) > 0, train.std(axis=0), 1)
    return {
        "none": X.astype(np.float64),
        "mean": X - train.mean(axis=0),
        "scale": X / 255,
        "mean,scale": (X - train.mean(axis=0)) / 255,
        "std": X / std,
        "scale,mean,std": (X - train.mean(axis=0)) / std,
    }[steps]


@pytest.mark.parametrize("steps", ["none", "mean", "scale", "mean,scale", "std", "scale,mean,std"])
def test_steps(pixels: np.ndarray, steps: str) -> None:
    fitted = fit(parse_steps(steps), pixels, TRAIN)
    inputs = fitted.apply(pixels)
    assert inputs.dtype == np.float32
    np.testing.assert_allclose(inputs, expected_inputs(steps, pixels), atol=2e-4)
    np.testing.assert_array_equal(fitted.features(pixels).gather(TRAIN, np.float32), inputs[TRAIN])


@pytest.mark.parametrize("steps", ["whiten:3", "mean,whiten:5", "mean,std,whiten:5"])
def test_whitened_training_rows_are_uncorrelated(pixels: np.ndarray, steps: str) -> None:
    fitted = fit(parse_steps(steps), pixels, TRAIN)
    inputs = fitted.features(pixels).gather(TRAIN, np.float64)
    np.testing.assert_allclose(inputs.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(np.cov(inputs.T, bias=True), np.eye(inputs.shape[1]), atol=1e-3)
    np.testing.assert_allclose(fitted.apply(pixels[TRAIN]), inputs, atol=1e-5)


def test_whitening_keeps_the_directions_of_largest_variance(pixels: np.ndarray) -> None:
    from sklearn.decomposition import PCA

    ours = fit(("whiten:4",), pixels, TRAIN).apply(pixels)
    theirs = PCA(4, whiten=True).fit(pixels[TRAIN].astype(np.float64)).transform(pixels.astype(np.float64))
    signs = np.sign((ours * theirs).sum(axis=0))
    np.testing.assert_allclose(ours, theirs * signs * np.sqrt(len(TRAIN) / (len(TRAIN) - 1)), atol=1e-3)


def test_other_rows_have_no_say(pixels: np.ndarray) -> None:
    changed = pixels.copy()
    changed[1::2] = 0
    for steps in ("mean,std", "whiten:3"):
        before, after = (fit(parse_steps(steps), X, TRAIN) for X in (pixels, changed))
        np.testing.assert_array_equal(before.apply(pixels), after.apply(pixels))


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ("whiten:9", "K at most 6, the features"),
        ("whiten:6", "K at most 5: in no other direction"),
    ],
)
def test_directions_that_do_not_vary(pixels: np.ndarray, steps: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        fit(parse_steps(steps), pixels, TRAIN)


@pytest.mark.parametrize(
    "text", ["", "max", "mean,mean", "whiten", "whiten:0", "whiten:x", "mean:3", "whiten:2,whiten:3"]
)
def test_unknown_steps(text: str) -> None:
    with pytest.raises(InputError, match="--preprocess: expected none, or some of mean, scale, std and whiten:K"):
        parse_steps(text)


def test_pixels_stay_uint8_and_the_published_test_set_is_its_own(pixels: np.ndarray) -> None:
    y = np.arange(300) % 2
    dataset = Dataset("d", "d", Rows(pixels, y), Rows(pixels[:10], y[:10]), ("a", "b"), (2, 1, 3))
    prepared = prepare(dataset, "mean")
    assert prepared.train.features.X is pixels
    assert len(prepared.test) == 10
    assert not set(prepared.train.index) & set(prepared.validation.index)
    X, labels = next(prepared.test.batches(4, np.float64))
    np.testing.assert_allclose(X, pixels[:4] - pixels[prepared.train.index].mean(axis=0), atol=1e-4)
    np.testing.assert_array_equal(labels, y[:4])


def test_a_sample_is_part_of_its_subset(pixels: np.ndarray) -> None:
    subset = Subset(fit((), pixels, TRAIN).features(pixels), np.arange(300) % 2, TRAIN)
    sample = subset.sample(20, np.random.default_rng(0))
    assert len(set(sample.index)) == 20
    assert set(sample.index) <= set(TRAIN)
    assert subset.sample(500, np.random.default_rng(0)) is subset
    np.testing.assert_array_equal(subset.labels, np.zeros(150))
