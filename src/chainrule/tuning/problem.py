"""What a search is of: its space with everything closed that the data decide, and the data themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.data.dataset import Dataset
from chainrule.data.features import Features
from chainrule.data.prepared import PreparedData, prepare
from chainrule.errors import InputError
from chainrule.network.parameters import Architecture
from chainrule.randomness import Purpose, stream
from chainrule.training.defaults import close_settings
from chainrule.training.minibatches import steps_per_epoch
from chainrule.training.settings import RunSettings
from chainrule.training.settings_file import option_name
from chainrule.tuning.dimension import Choice, Dimension, Range
from chainrule.tuning.space import Params, Space

LARGE_INPUTS = 500  # inputs from which the wider of the default networks are tried
SMALL, LARGE = ("32", "64", "128", "256"), ("128", "256", "512", "1024")
DECAY = "cosine:1"
"""The schedule, where nothing is said of it: every rate that is tried then ends with small steps."""
MOST_DROPOUT = 0.6
NOT_SEARCHED = ("engine", "patience", "restore_best", "checkpoint_seconds")
"""Settings of a run that nothing in a population would use."""


@dataclass(frozen=True)
class Material:
    """The rows that networks learn from and are ranked on; the test split is not among them.

    Attributes
    ----------
    features : Features
        All rows of the training file.
    y : ndarray of shape (N,), int64
    train, validation : ndarray of int64
        Which of them are which; with folds, both are all rows but the test split.
    folds : ndarray of shape (N,), int64, or None
        The fold of each row.
    output_size : int
        C, the number of classes.
    """

    features: Features
    y: ndarray
    train: ndarray
    validation: ndarray
    folds: ndarray | None
    output_size: int

    @property
    def input_size(self) -> int:
        """The number of inputs of a network."""
        return int(self.features.X.shape[1])


@dataclass(frozen=True)
class Problem:
    """A space and the data that it is searched on.

    Attributes
    ----------
    space : Space
        With at least one dimension, and with the preprocessing that all its points share.
    data : PreparedData
    n_folds : int
        0 without cross-validation.
    """

    space: Space
    data: PreparedData
    n_folds: int = 0

    def settings(self, params: Params) -> RunSettings:
        """Return the settings of a run at a point, closed."""
        key = tuple(sorted(params.items()))
        if key not in self._closed:
            self._closed[key] = close_settings(self.space.settings(params), self.data.dataset)
        return self._closed[key]

    @cached_property
    def _closed(self) -> dict[tuple[tuple[str, Any], ...], RunSettings]:
        return {}

    @cached_property
    def base(self) -> RunSettings:
        """The settings at one point of the space, for those that all points share."""
        return self.settings(self.space.some_point())

    @cached_property
    def material(self) -> Material:
        """The rows to learn from and to rank on."""
        return make_material(self.data, self.n_folds, self.base.data.split_seed)

    def steps_per_epoch(self, batch_size: int) -> int:
        """Return the steps of one pass over the training rows."""
        return steps_per_epoch(len(self.material.train), batch_size)


def make_problem(space: Space, dataset: Dataset, n_folds: int = 0) -> Problem:
    """Close a space for its data, and see that every point of it can be trained.

    Raises
    ------
    InputError
        Naming the first setting of the space that cannot be used on these data.
    """
    for name in NOT_SEARCHED:
        if space.fixed.get("training", {}).get(name) is not None:
            raise InputError(option_name(name), expected="nothing: a search has no use for it", got="a value")
    if not space.dimensions:
        space = _with_defaults(space, dataset)
    data_section = {**space.fixed.get("data", {}), "preprocess": _preprocess(space, dataset)}
    space = replace(space, fixed={**space.fixed, "data": data_section})
    settings = space.settings(space.some_point()).data
    data = prepare(
        dataset,
        settings.preprocess or "none",
        validation=settings.validation,
        test=settings.test,
        split_seed=settings.split_seed,
    )
    problem = Problem(space, data, n_folds)
    _refuse_impossible(problem)
    return problem


def make_material(data: PreparedData, n_folds: int, seed: int) -> Material:
    """Return the rows to learn from and to rank on: the two parts of the split, or both together in folds."""
    train, validation, folds = data.train.index, data.validation.index, None
    if n_folds:
        train = validation = np.sort(np.concatenate([train, validation]))
        folds = assign_folds(data.train.y, train, n_folds, seed)
    return Material(data.train.features, data.train.y, train, validation, folds, data.dataset.n_classes)


def _with_defaults(space: Space, dataset: Dataset) -> Space:
    """Return a space in which what is searched by default is, unless it was given as an option.

    Raises
    ------
    InputError
        If nothing is left to search.
    """
    space = replace(space, fixed=_default_recipe(space, dataset))
    found = default_dimensions(space, dataset)
    dimensions = {name: dimension for name, dimension in found.items() if name not in space.pinned}
    if not dimensions:
        raise InputError(
            "the space",
            expected="a setting with several values or a range",
            got=f"one value for each of {', '.join(found)}",
            advice="--learning-rate log:1e-4:1",
        )
    fixed = {
        section: {name: value for name, value in values.items() if name not in dimensions}
        for section, values in space.fixed.items()
    }
    return replace(space, dimensions=dimensions, fixed=fixed)


def _default_recipe(space: Space, dataset: Dataset) -> dict[str, dict[str, Any]]:
    """Return what is fixed, with what all networks of the default search share: a schedule, inputs of unit variance."""
    fixed = {section: dict(values) for section, values in space.fixed.items()}
    fixed.setdefault("training", {}).setdefault("schedule", DECAY)
    if dataset.image_shape is not None:
        fixed.setdefault("data", {}).setdefault("preprocess", "mean,std")
    return fixed


def default_dimensions(space: Space, dataset: Dataset) -> dict[str, Dimension]:
    """Return what is searched where nothing is said: learning rate, penalty, width, batch size; dropout on wide rows.

    The learning rates reach from a hundredth of what ``train`` would use to ten times it.
    """
    closed = close_settings(space.settings({}), dataset)
    rate = closed.training.learning_rate or 0.1
    n_train = len(prepare(dataset, "none", validation=closed.data.validation, test=closed.data.test).train)
    large = dataset.n_features >= LARGE_INPUTS
    sizes = (64, 128, 256) if large else (32, 64, 128, 256)  # the products of a step pay from some rows on
    batches = tuple(size for size in sizes if 4 * size <= n_train) or (n_train,)
    dimensions: dict[str, Dimension] = {
        "learning_rate": Range(float(f"{rate / 100:.6g}"), float(f"{10 * rate:.6g}"), log=True),
        "reg": Range(1e-6, 1e-1 if closed.data.preprocess != "mean" else 10.0, log=True),
        "hidden": Choice(LARGE if large else SMALL),
    }
    dimensions |= {"batch_size": Choice(batches)} if len(batches) > 1 else {}
    return dimensions | ({"dropout": Range(0.0, MOST_DROPOUT)} if large and closed.network.hidden else {})


def _preprocess(space: Space, dataset: Dataset) -> str:
    """Return the preprocessing that all points share: what was given, or what suits every kind of network searched."""
    point = space.some_point()
    wanted = {
        close_settings(space.settings({**point, **variant}), dataset).data.preprocess or "none"
        for variant in space.variants("rule", "hidden", "activation")
    }
    return wanted.pop() if len(wanted) == 1 else "mean,std"


def _refuse_impossible(problem: Problem) -> None:
    """See that the largest mini-batch and the largest networks of the space can be trained."""
    space, point, n = problem.space, problem.space.some_point(), len(problem.material.train)
    sizes = space.dimensions.get("batch_size")
    largest = problem.base.training.batch_size or n
    if sizes is not None:
        largest = int(max(sizes.values) if isinstance(sizes, Choice) else sizes.high)
    if largest > n:
        raise InputError("--batch-size", expected=f"at most {n}, the training rows", got=str(largest))
    hidden = space.dimensions.get("hidden")
    ends: tuple[Any, ...] = ()
    if hidden is not None:
        ends = hidden.values if isinstance(hidden, Choice) else (int(hidden.high),)
    for value in ends:
        widths = space.settings({**point, "hidden": value}).network.hidden
        Architecture(problem.data.input_size, widths, problem.data.dataset.n_classes)
    if problem.n_folds > n // 2:
        raise InputError("--folds", expected=f"at most {n // 2}, for {n} rows", got=str(problem.n_folds))


def assign_folds(y: ndarray, index: ndarray, n_folds: int, seed: int) -> ndarray:
    """Return the fold of every row (N,): those of ``index`` shared out evenly, class by class; -1 for the others."""
    folds = np.full(len(y), -1, np.int64)
    dealt = 0
    for label in np.unique(y[index]):
        rows = stream(seed, Purpose.SPLIT, int(label)).permutation(index[y[index] == label])
        folds[rows] = (dealt + np.arange(len(rows))) % n_folds  # goes on where the class before ended
        dealt += len(rows)
    return folds


def describe(problem: Problem, data: Mapping[str, Any], seeds: int) -> dict[str, Any]:
    """Say what the search is of: what two of its processes, or a process that goes on, must agree about."""
    fixed = {name: dict(values) for name, values in problem.space.fixed.items()}
    fixed.get("training", {}).pop("threads", None)
    fixed.get("data", {}).pop("source", None)  # the same rows may lie elsewhere; the checksum says whether they do
    return {
        "space": problem.space.spelled(),
        "fixed": {name: values for name, values in fixed.items() if values},
        "data": {name: data[name] for name in ("rows", "features", "checksum")},
        "seeds": seeds,
        "folds": problem.n_folds,
    }
