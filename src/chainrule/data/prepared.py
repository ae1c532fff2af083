"""A data set made ready to train on: split, with preprocessing fitted on the training rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chainrule.data.dataset import Dataset
from chainrule.data.features import Subset
from chainrule.data.preprocess import Preprocessing, fit, parse_steps
from chainrule.data.splits import split_rows
from chainrule.data.validate import validated


@dataclass(frozen=True)
class PreparedData:
    """The three parts of a split, each ready to be gathered as inputs.

    ``test`` is read by the command that says so and by nothing else.
    """

    dataset: Dataset
    preprocessing: Preprocessing
    train: Subset
    validation: Subset
    test: Subset

    @property
    def input_size(self) -> int:
        """The number of inputs of a network for this data: D, or the K of a projection."""
        return int(self.train.features.X.shape[1])


def prepare(
    dataset: Dataset,
    preprocess: str,
    *,
    validation: float | None = None,
    test: float | None = None,
    split_seed: int = 0,
    preprocessing: Preprocessing | None = None,
) -> PreparedData:
    """Split a data set and fit the steps of ``preprocess`` (``mean,std``) on its training rows.

    Parameters
    ----------
    validation, test, split_seed
        See :func:`chainrule.data.splits.split_rows`.
    preprocessing : Preprocessing, optional
        One that was fitted before, on the same split, to be used instead of fitting again.

    Raises
    ------
    InputError
        If one cannot train on the data: see :func:`chainrule.data.validate.validated`.
    """
    split = split_rows(validated(dataset), validation, test, split_seed)
    if preprocessing is None:
        preprocessing = fit(parse_steps(preprocess), dataset.train.X, split.train)
    features, y = preprocessing.features(dataset.train.X), np.ascontiguousarray(dataset.train.y)
    if dataset.test is None:
        held_out = Subset(features, y, split.test)
    else:
        held_out = Subset(preprocessing.features(dataset.test.X), np.ascontiguousarray(dataset.test.y), split.test)
    return PreparedData(
        dataset, preprocessing, Subset(features, y, split.train), Subset(features, y, split.validation), held_out
    )
