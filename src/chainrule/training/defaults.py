"""The settings that a user leaves open, closed by what suits the data, so that a saved run holds every one."""

from __future__ import annotations

import os
from itertools import pairwise

from chainrule.data.dataset import Dataset
from chainrule.data.splits import split_rows
from chainrule.training.rules import RULES
from chainrule.training.settings import DEFAULT_BATCH_SIZE, DEFAULT_EPOCHS, RunSettings

UNIT_SCALE_RATES = {"sgd": 0.1, "momentum": 0.01, "nesterov": 0.01, "rmsprop": 1e-3, "adam": 1e-3, "adamw": 1e-3}
PIXEL_SCALE_RATES = {"sgd": 1e-3, "momentum": 1e-4, "nesterov": 1e-4, "rmsprop": 1e-4, "adam": 1e-4, "adamw": 1e-4}


SMALL_PRODUCT = 500_000
"""Multiplications of a step's largest matrix product up to which a network counts as small: below it two threads were
slower than one, because carrying what one has computed to the other's cache takes longer than computing it."""


def default_threads(sizes: tuple[int, ...], batch_size: int) -> int:
    """Return one thread for a small network, and otherwise all cores that this process may use."""
    if batch_size * max(inputs * outputs for inputs, outputs in pairwise(sizes)) <= SMALL_PRODUCT:
        return 1
    return available_cores()


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def close_settings(settings: RunSettings, dataset: Dataset) -> RunSettings:
    """Return the settings with everything filled in that training needs and the user left open.

    Two recipes hang together. The reports': pixels 0-255 with only the mean image subtracted, weights of 1e-4,
    a learning rate of 1e-3; it is taken for images, one hidden layer of ReLU and plain SGD. Everything else (tables,
    deeper networks, other activations or rules) gets inputs of unit variance, He's or Glorot's weights, and the rates
    usual for those. Whatever a user does give stands, and decides what is left open: inputs that keep the scale of
    pixels get small weights.
    """
    data, network, training = settings.data, settings.network, settings.training
    images = dataset.image_shape is not None
    relu = network.activation == "relu"
    reports = images and len(network.hidden) == 1 and relu and training.rule == "sgd"
    preprocess = data.preprocess or ("mean" if reports else "mean,std")
    pixel_scale = images and preprocess in ("none", "mean")
    rates = PIXEL_SCALE_RATES if pixel_scale else UNIT_SCALE_RATES
    n_train = len(split_rows(dataset, data.validation, data.test, data.split_seed).train)
    batch_size = training.batch_size or min(DEFAULT_BATCH_SIZE, n_train)
    sizes = (dataset.n_features, *network.hidden, dataset.n_classes)
    initial_weights = "normal:1e-4" if pixel_scale else "he" if relu else "glorot"
    used = {name: getattr(training.rule_settings, name) for name in RULES[training.rule].uses}
    return RunSettings(
        data=data.model_copy(update={"source": dataset.source, "preprocess": preprocess}),
        network=network.model_copy(update={"initial_weights": network.initial_weights or initial_weights}),
        training=training.model_copy(
            update={
                "batch_size": batch_size,
                "learning_rate": training.learning_rate or rates[training.rule],
                "epochs": training.epochs or (None if training.steps else DEFAULT_EPOCHS),
                "restore_best": training.patience is not None
                if training.restore_best is None
                else training.restore_best,
                "threads": training.threads or default_threads(sizes, batch_size),
                **used,
            }
        ),
    )
