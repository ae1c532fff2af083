"""Compiled code checks nothing, so whatever could hurt it is refused before it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.data.dataset import Rows
from chainrule.data.features import Features
from chainrule.data.prepared import prepare
from chainrule.engine.compiled import CompiledEngine
from chainrule.errors import InputError
from chainrule.network.parameters import Parameters
from chainrule.training.engine import ReferenceEngine, StepSettings, Weights
from chainrule.training.minibatches import Batches
from chainrule.training.rules import RuleSettings

from ..conftest import clouds
from ..shapes import any_shape
from .test_twins import make_problem


@pytest.fixture(autouse=True)
def wrong_shapes_are_for_the_door_to_see() -> Iterator[None]:
    """Do not let the check of annotations see them first."""
    with any_shape():
        yield


def arguments(rule: str = "momentum") -> dict[str, Any]:
    """What a right call is made with."""
    problem = make_problem(0, (5, 7, 3))
    n_moments = {"sgd": 0, "momentum": 1}[rule]
    return {
        "weights": Weights(problem.start.copy(), np.zeros((n_moments, problem.start.buffer.size))),
        "features": problem.features,
        "y": problem.y,
        "batches": problem.batches,
        "learning_rates": np.full(len(problem.batches), 0.01),
        "settings": StepSettings(0.0, rule, RuleSettings()),
    }


def read_only(array: np.ndarray) -> np.ndarray:
    array = array.copy()
    array.flags.writeable = False
    return array


def with_parameters(given: dict[str, Any], change: Callable[[np.ndarray], np.ndarray]) -> dict[str, Any]:
    weights = given["weights"]
    parameters = Parameters(weights.parameters.architecture, change(weights.parameters.buffer))
    return {"weights": Weights(parameters, weights.moments)}


def with_features(given: dict[str, Any], **change: Any) -> dict[str, Any]:
    return {"features": replace(given["features"], **change)}


def with_batches(given: dict[str, Any], **change: Any) -> dict[str, Any]:
    return {"batches": replace(given["batches"], **change)}


def with_settings(given: dict[str, Any], **change: Any) -> dict[str, Any]:
    return {"settings": replace(given["settings"], **change)}


def with_loss(given: dict[str, Any], loss: str) -> dict[str, Any]:
    weights = given["weights"]
    architecture = replace(weights.parameters.architecture, loss=loss)
    return {"weights": replace(weights, parameters=Parameters(architecture, weights.parameters.buffer))}


CASES: dict[str, tuple[Callable[[dict[str, Any]], dict[str, Any]], str]] = {
    "parameters of half precision": (lambda a: with_parameters(a, lambda w: w.astype(np.float16)), "parameters:"),
    "parameters read-only": (lambda a: with_parameters(a, read_only), "parameters:"),
    "parameters strided": (lambda a: with_parameters(a, lambda w: np.repeat(w, 2)[::2]), "parameters:"),
    "moments missing": (lambda a: {"weights": replace(a["weights"], moments=a["weights"].moments[:0])}, "moments:"),
    "moments short": (lambda a: {"weights": replace(a["weights"], moments=a["weights"].moments[:, :-1])}, "moments:"),
    "moments of another dtype": (
        lambda a: {"weights": replace(a["weights"], moments=a["weights"].moments.astype(np.float32))},
        "moments:",
    ),
    "unknown rule": (lambda a: {"settings": StepSettings(0.0, "newton", RuleSettings())}, "moments:"),
    "narrow rows": (lambda a: with_features(a, X=a["features"].X[:, :-1].copy()), "X:"),
    "strided rows": (lambda a: with_features(a, X=np.asfortranarray(a["features"].X)), "X:"),
    "rows of int64": (lambda a: with_features(a, X=a["features"].X.astype(np.int64)), "X:"),
    "short shift": (lambda a: with_features(a, shift=np.zeros(4, np.float32)), "shift:"),
    "short labels": (lambda a: {"y": a["y"][:-1]}, "y:"),
    "labels of int32": (lambda a: {"y": a["y"].astype(np.int32)}, "y:"),
    "label too large": (lambda a: {"y": a["y"] + 3}, "y: expected labels from 0 to 2"),
    "label negative": (lambda a: {"y": a["y"] - 3}, "y: expected labels from 0 to 2"),
    "row beyond the end": (
        lambda a: with_batches(a, rows=a["batches"].rows + 1),
        "rows: expected numbers from 0 to 39",
    ),
    "row negative": (lambda a: with_batches(a, rows=a["batches"].rows - 1), "rows: expected numbers from 0 to 39"),
    "starts that fall": (lambda a: with_batches(a, starts=a["batches"].starts[::-1].copy()), "starts:"),
    "starts beyond the end": (lambda a: with_batches(a, starts=a["batches"].starts + 9), "starts:"),
    "an empty batch": (lambda a: with_batches(a, starts=np.zeros_like(a["batches"].starts)), "starts:"),
    "too few rates": (lambda a: {"learning_rates": a["learning_rates"][:-1]}, "starts:"),
    "weights of float32": (lambda a: {"sample_weight": np.ones(40, np.float32)}, "sample_weight:"),
    "too few weights": (lambda a: {"sample_weight": np.ones(39)}, "sample_weight:"),
    "weights strided": (lambda a: {"sample_weight": np.ones(80)[::2]}, "sample_weight:"),
    "too many penalties": (lambda a: with_settings(a, reg=np.ones(7)), "reg: expected a number, or shape (6,)"),
    "penalties of float32": (lambda a: with_settings(a, reg=np.ones(6, np.float32)), "reg: expected a number, or"),
    "some penalties": (lambda a: with_settings(a, reg=np.arange(6.0)), "reg: expected all 0, or all above 0"),
    "a negative penalty": (lambda a: with_settings(a, reg=-1.0), "reg: expected all 0, or all above 0"),
    "everything dropped": (lambda a: with_settings(a, dropout=1.0), "dropout:"),
    "dropout that is no number": (lambda a: with_settings(a, dropout=np.nan), "dropout:"),
    "a negative seed": (lambda a: with_settings(a, dropout_seed=-1), "dropout_seed:"),
    "too much smoothing": (lambda a: with_settings(a, label_smoothing=1.1), "label_smoothing:"),
    "labels for numbers": (lambda a: with_loss(a, "squared"), "y: expected targets of shape (40, 3) of float64"),
    "too few targets": (
        lambda a: with_loss(a, "squared") | {"y": np.zeros((40, 2))},
        "y: expected targets of shape (40, 3) of float64",
    ),
    "targets of float32": (
        lambda a: with_loss(a, "poisson") | {"y": np.zeros((40, 3), np.float32)},
        "y: expected targets of shape (40, 3) of float64",
    ),
    "targets for classes": (lambda a: {"y": np.zeros((40, 3))}, "y: expected shape (40,) of int64"),
    "smoothing without labels": (
        lambda a: with_loss(a, "logistic") | {"y": np.zeros((40, 3))} | with_settings(a, label_smoothing=0.1),
        "label smoothing: expected the loss softmax",
    ),
    "rates of float32": (lambda a: {"learning_rates": a["learning_rates"].astype(np.float32)}, "learning_rates:"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_does_not_fit_is_refused_and_nothing_changes(name: str) -> None:
    given_arguments = arguments()
    change, message = CASES[name]
    given_arguments |= change(given_arguments)
    before = given_arguments["weights"].parameters.buffer.copy()
    with pytest.raises(InputError) as error:
        CompiledEngine().run(**given_arguments)
    assert str(error.value).startswith(message)
    np.testing.assert_array_equal(given_arguments["weights"].parameters.buffer, before)


def test_the_right_call_is_accepted() -> None:
    assert len(CompiledEngine().run(**arguments())) == 6


@pytest.mark.parametrize(
    "view",
    [lambda rows: rows[:, ::-1], lambda rows: rows.repeat(2, axis=0)[::2], np.asfortranarray],
    ids=["columns reversed", "every second row", "column by column"],
)
@pytest.mark.parametrize("preprocess", ["none", "mean,std"])
def test_a_data_set_may_be_a_view_of_another_array(view: Callable[[np.ndarray], np.ndarray], preprocess: str) -> None:
    """Its rows are laid out anew before the engine sees them, and train as a copy of them does."""
    rows, weights = clouds().train, []
    X, y = view(rows.X), rows.y.repeat(2)[::2]
    for own in (Rows(X, y), Rows(X.copy(order="C"), y.copy())):
        train = prepare(replace(clouds(), train=own), preprocess).train
        given_arguments = arguments("sgd")
        CompiledEngine().run(**given_arguments | {"features": train.features, "y": train.y})
        weights.append(given_arguments["weights"].parameters.buffer)
    assert not X.flags.c_contiguous
    assert weights[0].tobytes() == weights[1].tobytes()


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_random_shapes_strides_and_dtypes_crash_nothing(data: st.DataObject) -> None:
    """Whatever is not refused gives what the reference gives."""
    draw = data.draw
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    given_arguments = arguments("sgd")
    D = draw(st.sampled_from([4, 5, 6]))
    X = rng.integers(0, 9, (draw(st.integers(1, 45)), D)).astype(draw(st.sampled_from(["u1", "f4", "f8", "i8", "f2"])))
    X = draw(st.sampled_from([X, X[::-1], X[:, ::-1], np.asfortranarray(X), read_only(X)]))
    y = rng.integers(draw(st.integers(-1, 0)), draw(st.integers(1, 5)), len(X))
    y = draw(st.sampled_from([y, y[::-1], y.astype(np.int32), np.concatenate([y, y])]))
    rows = rng.integers(draw(st.integers(-1, 0)), draw(st.integers(1, 50)), 30)
    starts = np.sort(rng.choice(33, draw(st.integers(1, 7)), replace=False)).astype(np.int64)
    given_arguments |= {
        "features": Features(X),
        "y": y,
        "batches": Batches(rows, starts),
        "learning_rates": np.full(draw(st.sampled_from([max(len(starts) - 1, 0), 3])), 1e-3),
    }
    reference = Weights(given_arguments["weights"].parameters.copy(), given_arguments["weights"].moments.copy())
    try:
        losses = CompiledEngine().run(**given_arguments)
    except InputError:
        return
    expected = ReferenceEngine().run(**given_arguments | {"weights": reference})
    np.testing.assert_allclose(losses, expected, rtol=1e-9, atol=1e-12)
    weights = given_arguments["weights"]
    np.testing.assert_allclose(weights.parameters.buffer, reference.parameters.buffer, rtol=1e-9, atol=1e-12)
