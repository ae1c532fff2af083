"""The space on data: defaults, what a point is, what cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from chainrule.data.dataset import Dataset
from chainrule.errors import InputError
from chainrule.tuning.problem import assign_folds, make_problem
from chainrule.tuning.space import read_space

from ..conftest import clouds


def test_without_a_word_four_settings_are_searched(dataset: Dataset) -> None:
    problem = make_problem(read_space({}, {}), clouds(n=900))
    assert list(problem.space.dimensions) == ["learning_rate", "reg", "hidden", "batch_size"]
    assert str(problem.space.dimensions["learning_rate"]) == "log:0.001:1"  # around train's 0.1
    pinned = make_problem(read_space({}, {"hidden": "7", "batch_size": "9"}), dataset)
    assert list(pinned.space.dimensions) == ["learning_rate", "reg"]
    assert pinned.base.network.hidden == (7,)
    assert pinned.base.training.batch_size == 9


def test_wide_rows_are_given_wider_networks_and_dropout() -> None:
    wide = clouds(n=900, features=600)
    problem = make_problem(read_space({}, {}), wide)
    assert list(problem.space.dimensions) == ["learning_rate", "reg", "hidden", "batch_size", "dropout"]
    assert problem.base.training.schedule == "cosine:1"
    assert problem.base.data.preprocess == "mean,std"
    flat = make_problem(read_space({}, {"hidden": "none", "schedule": "constant"}), wide)
    assert list(flat.space.dimensions) == ["learning_rate", "reg", "batch_size"]
    assert flat.base.training.schedule == "constant"


def test_a_point_is_a_run(dataset: Dataset) -> None:
    space = read_space(
        {"space": {"rule": ["sgd", "momentum", "adam"], "momentum": "lin:0.5:0.9"}, "training": {"reg": 0.25}},
        {"learning_rate": "0.1,0.2", "hidden": "8,8-4", "epochs": 3},
    )
    problem = make_problem(space, dataset)
    run = problem.settings({"rule": "momentum", "momentum": 0.7, "learning_rate": 0.2, "hidden": "8-4"})
    assert (run.training.momentum, run.training.reg, run.network.hidden, run.training.epochs) == (0.7, 0.25, (8, 4), 3)
    plain = problem.settings({"rule": "sgd", "momentum": 0.7, "learning_rate": 0.2, "hidden": "8"})
    assert plain.training.momentum is None  # sgd has no use for it
    assert plain.data.preprocess == run.data.preprocess == "mean,std"


def test_a_network_without_hidden_layers_has_no_use_for_dropout(dataset: Dataset) -> None:
    space = read_space({}, {"hidden": "none,8", "dropout": "lin:0:0.5", "activation": "tanh"})
    problem = make_problem(space, dataset)
    flat, deep = (problem.settings({"hidden": text, "dropout": 0.25}) for text in ("none", "8"))
    assert (flat.training.dropout, flat.network.activation) == (0.0, "relu")
    assert (deep.training.dropout, deep.network.activation) == (0.25, "tanh")


def test_rules_that_are_searched_alone_get_their_own_rates(dataset: Dataset) -> None:
    problem = make_problem(read_space({}, {"rule": "sgd,adam"}), dataset)
    assert [problem.settings({"rule": rule}).training.learning_rate for rule in ("sgd", "adam")] == [0.1, 1e-3]


IMPOSSIBLE: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "an unknown name": ({"space": {"learnin_rate": [1, 2]}}, {}, "try: learning_rate"),
    "a setting that is not searched": ({"space": {"dtype": ["float32"]}}, {}, "a setting that can be searched"),
    "an unknown section": ({"speed": {"a": 1}}, {}, "setting speed: expected a section"),
    "a bare setting": ({"epochs": 3}, {}, "setting epochs: expected a section"),
    "a value out of range": ({}, {"learning_rate": "-1,0.1"}, "--learning-rate: expected a number above 0"),
    "an unknown rule": ({}, {"rule": "sgd,newton"}, "--rule: expected 'sgd', 'momentum'"),
    "a number that no rule uses": ({}, {"momentum": "0.8,0.9"}, "--momentum: expected --rule momentum or nesterov"),
    "a fixed one either": ({"training": {"beta1": 0.8}}, {"rule": "sgd,momentum"}, "--beta1: expected --rule adam"),
    "a mini-batch beyond the rows": ({}, {"batch_size": "8,4000"}, "--batch-size: expected at most 86"),
    "nothing left to search": (
        {},
        {"learning_rate": "0.1", "reg": "0", "hidden": "8", "batch_size": "8"},
        "the space: expected a setting with several values",
    ),
    "a network beyond any memory": ({}, {"hidden": "8,9000000-9000000"}, "expected at most 8,589,934,592"),
    "dropout of no layer": ({}, {"hidden": "none", "dropout": "0.1,0.5"}, "--dropout: expected a hidden layer"),
    "all units left out": ({}, {"dropout": "0.5,1"}, "--dropout: expected a number below 1"),
    "an unknown activation": ({}, {"activation": "relu,swish"}, "--activation: expected 'relu', 'tanh'"),
    "a checkpoint, in a file": ({"training": {"checkpoint_seconds": 3}}, {"reg": "0,1"}, "--checkpoint-seconds"),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_an_impossible_space_is_refused(dataset: Dataset, name: str) -> None:
    sections, options, message = IMPOSSIBLE[name]
    with pytest.raises(InputError) as refusal:
        make_problem(read_space(sections, options), dataset)
    assert message in str(refusal.value)


def test_folds_are_even_and_of_every_class(dataset: Dataset) -> None:
    index = dataset.train.y.nonzero()[0]
    folds = assign_folds(dataset.train.y, index, 4, seed=0)
    assert set(folds[dataset.train.y == 0]) == {-1}
    for fold in range(4):
        assert len(folds[folds == fold]) in (len(index) // 4, len(index) // 4 + 1)
        assert set(dataset.train.y[folds == fold]) == {1, 2}
    with pytest.raises(InputError, match="--folds: expected at most"):
        make_problem(read_space({}, {"reg": "0,1"}), dataset, n_folds=80)
