"""Settings from TOML and options: what is accepted, what is filled in, what is said of the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.data.dataset import Dataset, Rows
from chainrule.errors import InputError
from chainrule.training.defaults import close_settings
from chainrule.training.rules import RULES
from chainrule.training.settings import SECTION_OF, SECTIONS
from chainrule.training.settings_file import build_settings, dump_settings, load_settings


def test_every_name_stands_in_one_section_and_has_a_description() -> None:
    assert len(SECTION_OF) == sum(len(model.model_fields) for model in SECTIONS.values())
    for model in SECTIONS.values():
        for name, field in model.model_fields.items():
            assert field.description, name


@pytest.mark.parametrize("rule", RULES)
def test_closed_settings_come_back_from_toml(dataset: Dataset, tmp_path: Path, rule: str) -> None:
    closed = close_settings(build_settings({}, {"rule": rule, "hidden": (5, 4), "patience": 3}), dataset)
    path = tmp_path / "run.toml"
    path.write_text(dump_settings(closed))
    assert build_settings(load_settings(path)) == closed
    assert close_settings(closed, dataset) == closed


def pictures(dataset: Dataset) -> Dataset:
    X = np.clip(128 + 30 * dataset.train.X, 0, 255).astype(np.uint8)
    return Dataset("pictures", "pictures", Rows(X, dataset.train.y), None, dataset.classes, (5, 1, 1))


@pytest.mark.parametrize(
    ("images", "options", "preprocess", "weights", "rate"),
    [
        (True, {}, "mean", "normal:1e-4", 1e-3),  # the reports' recipe
        (True, {"hidden": (8, 8)}, "mean,std", "he", 0.1),
        (True, {"rule": "adam"}, "mean,std", "he", 1e-3),
        (True, {"preprocess": "mean,scale"}, "mean,scale", "he", 0.1),
        (True, {"rule": "adam", "preprocess": "mean"}, "mean", "normal:1e-4", 1e-4),
        (False, {}, "mean,std", "he", 0.1),
        (False, {"rule": "momentum"}, "mean,std", "he", 0.01),
        (False, {"activation": "tanh"}, "mean,std", "glorot", 0.1),
        (True, {"activation": "logistic"}, "mean,std", "glorot", 0.1),
        (True, {"activation": "tanh", "preprocess": "mean"}, "mean", "normal:1e-4", 1e-3),
        (True, {"learning_rate": 0.5, "initial_weights": "glorot"}, "mean", "glorot", 0.5),
    ],
)
def test_what_is_left_open_is_filled_in(
    dataset: Dataset, images: bool, options: dict[str, Any], preprocess: str, weights: str, rate: float
) -> None:
    closed = close_settings(build_settings({}, options), pictures(dataset) if images else dataset)
    assert closed.data.preprocess == preprocess
    assert closed.network.initial_weights == weights
    assert closed.training.learning_rate == rate
    assert closed.training.batch_size == 32
    assert closed.training.epochs == 30


def test_few_rows_make_a_smaller_batch(dataset: Dataset) -> None:
    closed = close_settings(build_settings({}, {"test": 100.0}), dataset)
    assert closed.training.batch_size == 18


def test_options_go_over_the_file_and_a_length_replaces_the_other() -> None:
    sections = {"training": {"epochs": 9, "reg": 0.1}, "network": {"hidden": [3]}}
    assert build_settings(sections, {"steps": 5}).training.steps == 5
    assert build_settings(sections, {"steps": 5}).training.epochs is None
    assert build_settings(sections, {"reg": 0.2, "hidden": None}).training.reg == 0.2
    assert build_settings(sections, {"reg": 0.2}).network.hidden == (3,)


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"training": {"reg": -1}}, "--reg: expected a number from 0, got -1"),
        ({"training": {"reg": "much"}}, "--reg: expected a number, got 'much'"),
        ({"training": {"epochs": 1.5}}, "--epochs: expected a whole number, got 1.5"),
        ({"training": {"momentum": 1.0, "rule": "momentum"}}, "--momentum: expected a number below 1, got 1.0"),
        ({"training": {"reg": float("inf")}}, "--reg: expected a finite number, got inf"),
        ({"network": {"hidden": 5}}, "--hidden: expected a list of whole numbers, got 5"),
        ({"network": {"hidden": [4, 0]}}, "--hidden: expected a number from 1, got 0"),
        ({"network": {"dtype": "float16"}}, "--dtype: expected 'float32' or 'float64', got 'float16'"),
        ({"data": {"source": 3}}, "--data: expected a text in quotes, got 3"),
        ({"data": 3}, "setting data: expected a table of settings, [section], got 3"),
        ({"trainin": {}}, "setting trainin: expected a section: data, network, training, got an unknown name"),
        ({"data": {"sourc": "x"}}, "setting data.sourc: expected a setting of [data], got an unknown name"),
        ({"network": {"activation": "swish"}}, "--activation: expected 'relu', 'tanh', 'logistic' or 'identity', got"),
        ({"training": {"dropout": 1.0}}, "--dropout: expected a number below 1, got 1.0"),
        (
            {"training": {"dropout": 0.1}, "network": {"hidden": []}},
            "--dropout: expected a hidden layer, got --hidden none",
        ),
        (
            {"network": {"hidden": [], "activation": "tanh"}},
            "--activation: expected a hidden layer, got --hidden none",
        ),
        ({"training": {"label_smoothing": -0.1}}, "--label-smoothing: expected a number from 0, got -0.1"),
        ({"training": {"weight_decay": 0.1}}, "--weight-decay: expected --rule adamw, got 0.1 with --rule sgd"),
    ],
)
def test_messages(sections: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        build_settings(sections)
    assert str(error.value).splitlines()[0].startswith(message)
